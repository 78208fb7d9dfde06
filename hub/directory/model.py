"""Partners, people, learners and how they hang together: frozen values, without any bytes of the database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from connectors.base import Demographics, Identifier, IdentifierKind, LocalNumber

__all__ = [
    "Accountable",
    "Agency",
    "Arrival",
    "Client",
    "Contact",
    "Demographics",
    "Identifier",
    "IdentifierKind",
    "Language",
    "LocalNumber",
    "Match",
    "Newcomer",
    "Office",
    "Person",
    "PersonRole",
    "Principal",
    "Sector",
    "Sight",
    "Standing",
    "Tie",
    "TieKind",
]


class Sector(StrEnum):
    """What kind of body a partner is; `hub` for whoever runs the hub itself."""

    HEALTH = "health"
    EDUCATION = "education"
    SOCIAL_CARE = "social_care"
    SCHOOL = "school"
    FURTHER_EDUCATION = "further_education"
    VOLUNTARY = "voluntary"
    HUB = "hub"


class Office(StrEnum):
    """What an agency has exactly one person for, besides duty: who signs protocols, who leads on safeguarding."""

    DESIGNATED = "designated"
    SAFEGUARDING = "safeguarding"


class PersonRole(StrEnum):
    """As what a person signs in. Everybody but family belongs to an agency."""

    FAMILY = "family"
    ACCOUNTABLE = "accountable"
    TEAM_LEAD = "team_lead"
    DUTY_DESK = "duty_desk"
    PRACTITIONER = "practitioner"
    PARTNER_OFFICER = "partner_officer"


class Language(StrEnum):
    """In which language somebody wants to be written to; unknown: in both (Welsh language standards, reply rules)."""

    WELSH = "cy"
    ENGLISH = "en"
    UNKNOWN = "unknown"


class TieKind(StrEnum):
    """What a person is to a learner."""

    SELF = "self"
    MOTHER = "mother"
    FATHER = "father"
    PARENT_WITH_RESPONSIBILITY = "parent_with_responsibility"
    CARER = "carer"
    CASE_FRIEND = "case_friend"
    DEPUTY = "deputy"
    ATTORNEY = "attorney"
    LOCAL_AUTHORITY = "local_authority"


class Standing(StrEnum):
    """In which capacity a person decides for a learner: ALN (Wales) Act 2018 s.84-85 and its Regulations 34-41."""

    PARENT = "parent"
    YOUNG_PERSON = "young_person"
    CHILD_WITH_CAPACITY = "child_with_capacity"
    CASE_FRIEND = "case_friend"
    DEPUTY = "deputy"
    ATTORNEY = "attorney"
    LOCAL_AUTHORITY = "local_authority"


@dataclass(frozen=True, slots=True)
class Agency:
    """A partner: `id` is a short stable slug; `duty_person_id` is None until it has named somebody."""

    id: str
    sector: Sector
    name_en: str
    name_cy: str
    is_active: bool = True
    duty_person_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client of an agency. `jwks` is its JSON Web Key Set as JSON text, public keys only."""

    client_id: str
    agency_id: str
    profile: str
    jwks: str
    token_endpoint_auth_signing_alg: str
    scopes: tuple[str, ...]
    purposes: tuple[str, ...]
    roles: tuple[str, ...]
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: from an access token, or from the session of somebody who signed in."""

    agency_id: str
    client_id: str | None
    profile: str
    purpose: str
    role: str
    acting_person_id: UUID | None = None
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Contact:
    """How a person is called and reached, opened for a page or a mail that is theirs. A learner has a name only."""

    name: str = field(repr=False)
    email: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)
    language: Language = Language.UNKNOWN
    is_safe_to_contact: bool = field(default=True, repr=False)


@dataclass(frozen=True, slots=True)
class Person:
    """A person as the directory lists them, without what is sealed."""

    id: UUID
    agency_id: str | None
    role: PersonRole
    is_active: bool


@dataclass(frozen=True, slots=True)
class Accountable:
    """One row of a learner's history of accountable persons; it ends where the next one begins."""

    id: UUID
    learner_id: UUID
    person_id: UUID
    from_at: datetime


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A child as one source of one agency names it. `local` finds or creates the agency's handle."""

    local: LocalNumber
    identifiers: tuple[Identifier, ...] = ()
    demographics: Demographics = field(default=Demographics(), repr=False)


class Match(StrEnum):
    """How a handle came to its learner."""

    KNOWN = "known"
    NEW = "new"
    NHS_NUMBER = "nhs_number"
    UPN = "upn"
    ULN = "uln"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a newcomer ended up. `is_doubtful`: somebody should look whether it is a learner that others know."""

    handle_id: UUID
    learner_id: UUID
    match: Match
    is_doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """What a person is to a learner, since when, who checked it, and what standing it gives (None: none)."""

    id: UUID
    learner_id: UUID
    person_id: UUID
    kind: TieKind
    standing: Standing | None
    evidence_kind: str
    from_on: date
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Sight:
    """A person entitled to see the events of a learner's stream, and the tie that it rests on."""

    person_id: UUID
    tie_id: UUID
    standing: Standing
