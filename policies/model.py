"""A protocol between partners as values: who, what for, which fields, on which basis, until when."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from policies.words import Words


class Basis(StrEnum):
    """On which basis a rule permits. Only the first three count in a normal read."""

    LEGAL_OBLIGATION = "legal_obligation"
    PUBLIC_TASK = "public_task"
    CONSENT = "consent"
    OVERRIDE_ONLY = "override_only"


class ProtocolKind(StrEnum):
    """The shapes of agreement that the WASPI templates know."""

    RECIPROCAL = "reciprocal"
    ONE_WAY = "one_way"
    JOINT_CONTROLLER = "joint_controller"


class Sector(StrEnum):
    """To which of the services around a learner a partner belongs."""

    HEALTH = "health"
    EDUCATION = "education"
    SOCIAL_CARE = "social_care"


class Condition(StrEnum):
    """What can make a person belong here. `all` is met by everybody."""

    ALL = "all"
    ADDITIONAL_NEEDS = "additional_needs"
    LOOKED_AFTER = "looked_after"
    CARE_AND_SUPPORT = "care_and_support"


class Frequency(StrEnum):
    """How often a recipient may read under a rule."""

    AS_NEEDED = "as_needed"
    ONCE = "once"
    DAILY = "daily"
    WEEKLY = "weekly"
    TERMLY = "termly"
    YEARLY = "yearly"


class EraseBy(StrEnum):
    """When a recipient must have erased what it got."""

    PLAN_ENDS = "plan_ends"
    PURPOSE_ENDS = "purpose_ends"
    CONSENT_ENDS = "consent_ends"
    RETENTION = "retention"


class Confidentiality(StrEnum):
    """The layer of confidentiality that lies over data law, and how this rule meets it."""

    NONE = "none"
    HEALTH_PUBLIC_INTEREST = "health_public_interest"
    HEALTH_STATUTORY = "health_statutory"
    HEALTH_CONSENT = "health_consent"
    SOCIAL_CARE = "social_care"
    EDUCATION_RECORD = "education_record"


@dataclass(frozen=True, slots=True)
class Office:
    """Whom a reader asks about a withheld field: an office of the holder, never a named person."""

    agency: str
    title: Words
    contact: str


@dataclass(frozen=True, slots=True)
class Role:
    """What somebody does at a partner, as tokens and rules name it."""

    code: str
    title: Words


@dataclass(frozen=True, slots=True)
class Partner:
    """One statutory body of a protocol, with the office that signs and the office that answers."""

    agency: str
    name: Words
    sector: Sector
    designated_person: Words
    ask: Office
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the sharing is for, in plain words."""

    code: str
    words: Words


@dataclass(frozen=True, slots=True)
class Admission:
    """Who belongs here, per holder: any of the conditions is enough."""

    holder: str
    any_of: frozenset[Condition]
    words: Words


@dataclass(frozen=True, slots=True)
class Power:
    """The Act and section that let or make a partner share."""

    act: str
    section: str


@dataclass(frozen=True, slots=True)
class Obligations:
    """What the recipient takes on with the data."""

    no_onward_sharing: bool
    frequency: Frequency
    erase_by: EraseBy


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the information reference table, with its fields already named one by one in `mask`."""

    id: str
    holder: str
    recipient: str
    roles: frozenset[str]
    purpose: str
    mask: int
    basis: Basis
    why: Words
    article_6: str
    article_9: str | None
    article_10: str | None
    condition: str | None
    powers: tuple[Power, ...]
    confidentiality: Confidentiality
    withheld_marker: bool
    obligations: Obligations
    line: int = 0


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a partner keeps its own records of this kind, and by which rule."""

    agency: str
    words: Words


@dataclass(frozen=True, slots=True)
class Signature:
    """That a partner's designated person agreed, outside the hub."""

    agency: str
    office: Words
    signed_on: date


@dataclass(frozen=True, slots=True, order=True)
class ProtocolRef:
    """One version of one protocol; versions never change."""

    id: str
    version: int

    def __str__(self) -> str:
        return f"{self.id}/{self.version}"


@dataclass(frozen=True, slots=True)
class Protocol:
    """One version of an information sharing protocol, as its file says it."""

    ref: ProtocolRef
    kind: ProtocolKind
    title: Words
    introduction: Words
    catalogue: int
    partners: Mapping[str, Partner]
    roles: Mapping[str, Role]
    purposes: Mapping[str, Purpose]
    admission: tuple[Admission, ...]
    rules: tuple[Rule, ...]
    retention: tuple[Retention, ...]
    in_force_from: date
    review_on: date
    signatures: tuple[Signature, ...]
    source_sha256: str
    file: str = ""


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
    """A consent that stands: what the fold over its events says, for data sharing."""

    consent_id: str
    holder: str
    recipient: str
    purpose: str
    mask: int
    valid_from: datetime
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of this learner and this holder's records, read under the learner's lock."""

    consents: tuple[ConsentFact, ...] = ()
    bars: int = 0
    objections: int = 0


NO_FACTS = Facts()


def admits(protocol: Protocol, holder: str, facts: Set[Condition]) -> bool:
    """Whether somebody of whom `facts` hold belongs here, by what this protocol says for this holder.

    A holder for which the protocol says nothing admits nobody.
    """
    return any(
        rule.holder == holder and (Condition.ALL in rule.any_of or not rule.any_of.isdisjoint(facts))
        for rule in protocol.admission
    )
