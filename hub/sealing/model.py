"""Whose keys there are, and the plain values that sealing deals in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

Json: TypeAlias = "bool | int | str | Sequence[Json] | Mapping[str, Json] | None"
"""A field's value. There is no float in it: a decimal is a string, so that a value has one form only."""

HUB = "hub"
"""The agency id of the hub itself, whose keyring guards people, learners and what the directory keeps of handles."""


class OwnerKind(StrEnum):
    """What a key belongs to. A key is destroyed with its owner, never shared between two."""

    HANDLE = "handle"
    LEARNER = "learner"
    PERSON = "person"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """Whose key it is, and under which agency's keyring it is wrapped."""

    agency_id: str
    kind: OwnerKind
    id: UUID | str


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """An unwrapped key, 32 bytes; kept in memory only, and never shown."""

    owner: KeyOwner
    material: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key as it rests: sealed under version `version` of an agency's keyring."""

    version: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cell:
    """One field to seal: its catalogue id and ordinal, and its value (hidden from `repr`)."""

    field_id: str
    ordinal: int
    value: Json = field(repr=False)


def handle_key(agency_id: str, handle_id: UUID) -> KeyOwner:
    """The partner's own key for one handle: seals the records that this partner holds."""
    return KeyOwner(agency_id, OwnerKind.HANDLE, handle_id)


def handle_directory_key(handle_id: UUID) -> KeyOwner:
    """The hub's key for what the directory keeps of one handle: identifiers, names, birth date."""
    return KeyOwner(HUB, OwnerKind.HANDLE, handle_id)


def learner_key(learner_id: UUID) -> KeyOwner:
    """The hub's key for one learner: tie evidence, consents' free text, ledger openings."""
    return KeyOwner(HUB, OwnerKind.LEARNER, learner_id)


def person_key(person_id: UUID) -> KeyOwner:
    """The hub's key for one person: contact details and safe-contact flag."""
    return KeyOwner(HUB, OwnerKind.PERSON, person_id)


def agency_key(agency_id: str) -> KeyOwner:
    """A partner's own key that belongs to no learner: seals its rows in quarantine."""
    return KeyOwner(agency_id, OwnerKind.AGENCY, agency_id)
