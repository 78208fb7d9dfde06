"""What somebody asks for, and what is true of one learner when it is decided: all that a decision goes by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policies.bars import BarKind
from policies.model import ProtocolRef


@dataclass(frozen=True, slots=True)
class AccessRequest:
    """One recipient in one role asks, for one purpose, for fields of one holder's records, now."""

    recipient: str
    role: str
    purpose: str
    holder: str
    wanted: int
    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("the instant of a request is aware of its time zone")


@dataclass(frozen=True, slots=True)
class ConsentFact:
    """A consent that stands: what the fold over its events says, for data sharing.

    `protocol` is the version under which it was given. A later version that widens a row is not covered by it, and
    None (nobody knows under which) covers nothing.
    """

    consent_id: str
    holder: str
    recipient: str
    purpose: str
    mask: int
    valid_from: datetime
    valid_until: datetime
    protocol: ProtocolRef | None


@dataclass(frozen=True, slots=True)
class BarFact:
    """A bar on fields, for one recipient or (None) for everybody."""

    kind: BarKind
    mask: int
    recipient: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectionFact:
    """An objection to a public task that is open or was upheld (UK GDPR Article 21)."""

    holder: str
    recipient: str
    purpose: str
    mask: int


@dataclass(frozen=True, slots=True)
class OverrideFact:
    """A safeguarding override: opens the fields that it names, where a row says `override_only`, and no longer."""

    override_id: str
    recipient: str
    role: str
    purpose: str
    mask: int
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class ReadFact:
    """An earlier disclosure of one holder's fields to a recipient, for the rows that count reads."""

    holder: str
    recipient: str
    purpose: str
    mask: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of this learner, read under the learner's lock. What is not known is None, and meets no condition.

    `age` is in completed years, `level` the partnership's level of need, `live_ties` the agencies that have a tie to
    the learner now.
    """

    consents: tuple[ConsentFact, ...] = ()
    bars: tuple[BarFact, ...] = ()
    objections: tuple[ObjectionFact, ...] = ()
    overrides: tuple[OverrideFact, ...] = ()
    reads: tuple[ReadFact, ...] = ()
    age: int | None = None
    level: int | None = None
    live_ties: frozenset[str] = frozenset()


NO_FACTS = Facts()
