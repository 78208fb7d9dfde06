"""The field catalogue: every field that can be held, sealed, decided on or shown, and what people call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from policies.words import Words


class FieldType(StrEnum):
    """What a value of the field may be; `policies.values` checks it."""

    TEXT = "text"
    CODE = "code"
    CODE_LIST = "code_list"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    DOCUMENT = "document"


class Sensitivity(StrEnum):
    """How careful a rule must be. Restricted: no group brings it in, and no marker ever says that it is held."""

    ORDINARY = "ordinary"
    SPECIAL = "special"
    THIRD_PARTY = "third_party"
    RESTRICTED = "restricted"


@dataclass(frozen=True, slots=True)
class CodeList:
    """What the codes of a field mean. Open: a source's unknown code is kept as it came, without a label."""

    id: str
    title: Words
    labels: Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the set that all partners share; a field says which one it helps to answer."""

    id: str
    words: Words


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that people decide on together. A consent lists the fields themselves, never the group."""

    id: str
    title: Words
    plain: Words


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of the catalogue. The ordinal is its bit in every mask, and is never used again for another field."""

    id: str
    ordinal: int
    type: FieldType
    sensitivity: Sensitivity
    group: str
    question: str
    title: Words
    plain: Words
    since: int = 1
    tags: frozenset[str] = frozenset()
    unit: str | None = None
    codes: str | None = None
    mappings: Mapping[str, str] = field(default_factory=dict)
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def bit(self) -> int:
        """This field alone, as a mask."""
        return 1 << self.ordinal


class UnknownField(LookupError):
    """No field of the catalogue has this id."""

    def __init__(self, field_id: str) -> None:
        super().__init__(f"no field `{field_id[:80]}` in the catalogue")
        self.field_id = field_id


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All fields of one catalogue version; a mask has one bit per field, at the field's ordinal."""

    version: int
    fields: tuple[Field, ...]
    groups: Mapping[str, Group]
    questions: Mapping[str, Question]
    code_lists: Mapping[str, CodeList]
    by_id: Mapping[str, Field] = field(init=False, repr=False, compare=False)
    by_ordinal: Mapping[int, Field] = field(init=False, repr=False, compare=False)
    everything: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.fields, key=lambda entry: entry.ordinal))
        object.__setattr__(self, "fields", ordered)
        object.__setattr__(self, "by_id", {entry.id: entry for entry in ordered})
        object.__setattr__(self, "by_ordinal", {entry.ordinal: entry for entry in ordered})
        object.__setattr__(self, "everything", sum(entry.bit for entry in ordered))

    def mask(self, ids: Iterable[str]) -> int:
        """The fields of these ids as a mask.

        Raises:
            UnknownField: for an id that the catalogue does not have.
        """
        mask = 0
        for field_id in ids:
            entry = self.by_id.get(field_id)
            if entry is None:
                raise UnknownField(field_id)
            mask |= entry.bit
        return mask

    def known_mask(self, ids: Iterable[str]) -> int:
        """Like `mask`, but leaves unknown ids out: for facts that may be older or newer than this catalogue."""
        return sum({entry.bit for field_id in ids if (entry := self.by_id.get(field_id)) is not None})

    def ids(self, mask: int) -> tuple[str, ...]:
        """The ids in this mask, sorted; bits that no field has are left out."""
        return tuple(sorted(entry.id for entry in self.entries(mask)))

    def entries(self, mask: int) -> tuple[Field, ...]:
        """The fields in this mask, by ordinal."""
        return tuple(entry for entry in self.fields if mask & entry.bit)

    def tagged(self, tag: str) -> int:
        """All fields that carry this tag, e.g. `reveals_location`, as a mask: what a bar takes away."""
        return sum(entry.bit for entry in self.fields if tag in entry.tags)

    def of_sensitivity(self, sensitivity: Sensitivity) -> int:
        """All fields of this sensitivity, as a mask."""
        return sum(entry.bit for entry in self.fields if entry.sensitivity is sensitivity)

    def in_group(self, group_id: str) -> int:
        """All fields of this group, as a mask."""
        return sum(entry.bit for entry in self.fields if entry.group == group_id)

    def by_group(self, mask: int) -> Mapping[str, int]:
        """This mask cut into its groups, in the order of the catalogue's groups: how pages show it."""
        cut = {group_id: self.in_group(group_id) & mask for group_id in self.groups}
        return {group_id: part for group_id, part in cut.items() if part}
