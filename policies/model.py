"""A protocol between partners as values: who, what for, which fields, on which basis, until when.

What is true of one learner, and what somebody asks, is in `policies.facts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from policies.bars import BarKind
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
    """To which of the services around a learner a partner belongs; voluntary bodies have no statutory power."""

    HEALTH = "health"
    EDUCATION = "education"
    SOCIAL_CARE = "social_care"
    SCHOOL = "school"
    FURTHER_EDUCATION = "further_education"
    VOLUNTARY = "voluntary"


class Condition(StrEnum):
    """What can make a person belong here. `all` is met by everybody."""

    ALL = "all"
    ADDITIONAL_NEEDS = "additional_needs"
    LOOKED_AFTER = "looked_after"
    CARE_AND_SUPPORT = "care_and_support"


class Period(StrEnum):
    """Over which time reads are counted: it moves along with the clock, and is never shorter than its name."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"

    @property
    def length(self) -> timedelta:
        """24 hours, 7 days, 31 days or 366 days."""
        return _LENGTHS[self]


_LENGTHS = {
    Period.DAY: timedelta(days=1),
    Period.WEEK: timedelta(days=7),
    Period.MONTH: timedelta(days=31),
    Period.YEAR: timedelta(days=366),
}


@dataclass(frozen=True, slots=True)
class ReadLimit:
    """At most so many reads that open a field of the row, by the recipient as a whole, in any such period."""

    most: int
    per: Period


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
    line: int = field(default=0, compare=False)


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
    """What the recipient takes on with the data. `reads` None: as often as needed; the hub counts and refuses the rest.

    `tell_family`: everybody with sight gets a notice of each disclosure under the row.
    """

    no_onward_sharing: bool
    reads: ReadLimit | None
    erase_by: EraseBy
    tell_family: bool


@dataclass(frozen=True, slots=True)
class When:
    """What must be true of the learner for a row to count. Left open: no condition. An unknown fact never meets one.

    `age_from` and `age_until` are completed years, the second one excluded; `levels` the partnership's levels of need;
    `live_tie` that the recipient has a tie to the learner now (a place at the school, an open case); `from_on` and
    `until_on` days of the row itself, the second one excluded, at midnight UTC.
    """

    age_from: int | None = None
    age_until: int | None = None
    levels: frozenset[int] = frozenset()
    live_tie: bool = False
    from_on: date | None = None
    until_on: date | None = None


ALWAYS = When()


@dataclass(frozen=True, slots=True)
class BarPassage:
    """That an override by one of these roles may pass bars of this kind. A kind without one is never passed."""

    kind: BarKind
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Undertakings:
    """What all partners undertake: the sections of a WASPI protocol that words carry, not rows."""

    benefits: Words
    informing: Words
    rights: Words
    security: Words
    records: Words
    complaints: Words


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
    when: When = ALWAYS
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long a partner keeps its own records of this kind, and by which rule."""

    agency: str
    words: Words


@dataclass(frozen=True, slots=True, order=True)
class ProtocolRef:
    """One version of one protocol; versions never change."""

    id: str
    version: int

    def __str__(self) -> str:
        return f"{self.id}/{self.version}"


@dataclass(frozen=True, slots=True)
class Protocol:
    """One version of an information sharing protocol, as its file says it.

    Its identity is the digest of its canonical bytes (`policies.canonical`): what partners sign.
    """

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
    undertakings: Undertakings
    bars: tuple[BarPassage, ...] = ()
    file: str = field(default="", compare=False)
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def line_of(self, key: str) -> int:
        """The line of its file on which this key of the protocol stands; 1 where nobody knows."""
        return self.lines.get(key, 1)


def admits(protocol: Protocol, holder: str, facts: Set[Condition]) -> bool:
    """Whether somebody of whom `facts` hold belongs here, by what this protocol says for this holder.

    A holder for which the protocol says nothing admits nobody.
    """
    return any(
        rule.holder == holder and (Condition.ALL in rule.any_of or not rule.any_of.isdisjoint(facts))
        for rule in protocol.admission
    )
