"""What every connector yields, and the seam that the hub reads it by.

INVARIANT: no value of a record, no name and no identifier shows in a `repr`, a place, a reason or an exception: the
hub logs and counts those. Fields that carry values are therefore `repr=False`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from connectors.reasons import ReasonCode, UnreadableSource
from connectors.sources import FileSource, FolderSource, MemorySource, ServerSource, Source, source_at

__all__ = [
    "NOTHING_KNOWN",
    "Assessment",
    "Connector",
    "Demographics",
    "FileSource",
    "FolderSource",
    "Identifier",
    "IdentifierKind",
    "Ignored",
    "Json",
    "LocalNumber",
    "MemorySource",
    "ReasonCode",
    "Rejected",
    "ServerSource",
    "Source",
    "Unit",
    "UnreadableSource",
    "source_at",
]

Json: TypeAlias = bool | int | str | list["Json"] | dict[str, "Json"] | None
"""JSON without floats: a decimal is a string that keeps the source's precision; integers stay within 2**53."""


class IdentifierKind(StrEnum):
    """Which numbering a learner's identifier belongs to."""

    NHS_NUMBER = "nhs_number"
    UPN = "upn"
    FORMER_UPN = "former_upn"
    ULN = "uln"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class LocalNumber:
    """The holder's own number for the child: it finds or creates the holder's handle."""

    system: str = field(repr=False)
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Identifier:
    """One identifier of the child, normalised.

    INVARIANT: `is_valid` is False when the check digit or letter is wrong: kept for the holder to correct, never
    matched on.
    """

    kind: IdentifierKind
    value: str = field(repr=False)
    system: str | None = field(default=None, repr=False)
    is_valid: bool = True
    is_test: bool = False
    """From a range set aside for tests (NHS numbers that begin with 999): must not meet a live match."""


@dataclass(frozen=True, slots=True)
class Demographics:
    """What the source says of the person: used for matching only, never a record value."""

    given_names: tuple[str, ...] = field(default=(), repr=False)
    family_name: str | None = field(default=None, repr=False)
    birth_date: str | None = field(default=None, repr=False)
    """ISO 8601, may be partial: `2015` or `2015-03`."""
    sex: str | None = field(default=None, repr=False)
    """`female`, `male`, `other` or `unknown`, where the source says so."""


NOTHING_KNOWN = Demographics()
"""Demographics of somebody of whom the source says nothing."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One unit that this kind carries, as fields of the catalogue.

    `place` tells where in the source it stood (file name and position) and `reference` names it across runs: the
    same unit of the same source has the same reference for ever. `facts` feed the admission rule (`additional_needs`,
    `looked_after`, `care_and_support`); `flags` say what was kept although it is doubtful (`upn_check_letter`).
    `local_number` is None where the source has none: the hub quarantines such a unit.
    """

    place: str
    unit_type: str
    local_number: LocalNumber | None
    reference: str = field(repr=False)
    fields: Mapping[str, Json] = field(repr=False)
    identifiers: tuple[Identifier, ...] = ()
    demographics: Demographics = field(default=NOTHING_KNOWN, repr=False)
    assessed_by: str | None = field(default=None, repr=False)
    assessed_on: str | None = field(default=None, repr=False)
    facts: frozenset[str] = frozenset()
    flags: tuple[str, ...] = ()
    removed: bool = False
    """The holder says it was entered in error or deleted: the hub keeps the old version and hides the value."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """One unit of a type that this kind does not carry: counted by type, not kept."""

    place: str
    unit_type: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """One unit that can't be used. The hub seals `original` in quarantine; only place and reason may be shown."""

    place: str
    reason: ReasonCode
    original: bytes | None = field(default=None, repr=False)


Unit: TypeAlias = Assessment | Ignored | Rejected


class Connector(Protocol):
    """One kind of source."""

    @property
    def kind(self) -> str:
        """Name of the kind, as `dolen sync KIND` takes it."""
        ...

    def read(self, source: Source) -> Iterator[Unit]:
        """Every unit of `source`, each exactly once; a bad unit is a `Rejected` and the rest goes on.

        Raises:
            UnreadableSource: the source as a whole can't be read, or is not of this kind.
        """
        ...
