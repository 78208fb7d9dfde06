"""Which records a reader asks for, and in which order: by fields that the decision allowed, record by record.

INVARIANT: a field that may not be seen, one that the catalogue does not have and one that no record holds are refused
alike, after the same reading. Else asking for an order, or for records that have a field, would tell that it is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from hub.records.model import SealedRecord
from hub.sealing.envelope import field_ordinals
from hub.sealing.model import Json
from hub.sharing.errors import FieldRefused, QueryRefused
from hub.sharing.model import RecordQuery
from policies.fields import Catalogue, FieldType

MAX_CHOSEN = 5_000
"""Records of one learner that are put into an order at once; more are read page by page, in the order of their ids."""

Value = Callable[[SealedRecord, str], Json]
"""Opens the one allowed field of a record."""

_Key = tuple[int, int | Decimal | str | datetime]

_SORTABLE = frozenset(
    (
        FieldType.TEXT,
        FieldType.CODE,
        FieldType.INTEGER,
        FieldType.DECIMAL,
        FieldType.BOOLEAN,
        FieldType.DATE,
        FieldType.INSTANT,
    )
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A readable record: which of its fields are allowed, how large they are, and its value to sort by."""

    id: UUID
    has: int
    size: int
    key: _Key | None


def candidates(
    readable: Iterable[SealedRecord],
    allowed: Mapping[str, int],
    query: RecordQuery,
    *,
    catalogue: Catalogue,
    size_of: Callable[[SealedRecord], int],
    value_of: Value,
) -> list[Candidate]:
    """Every readable record with what is needed to choose; raises QueryRefused for more than can be ordered at once."""
    by = catalogue.by_id.get(query.sort or "")
    found: list[Candidate] = []
    for sealed in readable:
        if len(found) == MAX_CHOSEN:
            raise QueryRefused("too_many_to_choose")
        has = sum(1 << ordinal for ordinal in field_ordinals(sealed.envelope)) & allowed[sealed.agency_id]
        key = None
        if by is not None and by.type in _SORTABLE and has & by.bit:
            key = sort_key(by.type, value_of(sealed, by.id))
        found.append(Candidate(sealed.record_id, has, size_of(sealed), key))
    return found


def chosen(found: Sequence[Candidate], query: RecordQuery, *, catalogue: Catalogue) -> list[Candidate]:
    """Those that have every field asked for, in order. Raises FieldRefused: see the invariant of this module."""
    held = 0
    for one in found:
        held |= one.has
    names = (*query.has, *((query.sort,) if query.sort is not None else ()))
    if catalogue.known_mask(names) & ~held or any(name not in catalogue.by_id for name in names):
        raise FieldRefused
    if query.sort is not None and catalogue.by_id[query.sort].type not in _SORTABLE:
        raise FieldRefused
    wanted = catalogue.known_mask(query.has)
    return _ordered([one for one in found if one.has & wanted == wanted], query)


def page_of(ordered: Sequence[Candidate], query: RecordQuery, *, most_bytes: int) -> tuple[list[UUID], bool]:
    """Ids of one page that goes on after `query.after`, and whether another follows.

    Raises QueryRefused where `after` is no record of this order: another's, or one that is gone.
    """
    rest = list(ordered)
    if query.after is not None:
        ids = [one.id for one in ordered]
        if query.after not in ids:
            raise QueryRefused("after")
        rest = rest[ids.index(query.after) + 1 :]
    size = 0
    page: list[UUID] = []
    for one in rest:
        if len(page) == query.limit or size >= most_bytes:
            return page, True
        page.append(one.id)
        size += one.size
    return page, False


def _ordered(found: list[Candidate], query: RecordQuery) -> list[Candidate]:
    """By value, then by id; what has no value stands last either way."""
    by_id = sorted(found, key=lambda one: one.id)
    if query.sort is None:
        return by_id
    having = [(one.key, one) for one in by_id if one.key is not None]
    having.sort(key=lambda pair: pair[0], reverse=query.is_descending)
    return [one for _, one in having] + [one for one in by_id if one.key is None]


def sort_key(kind: FieldType, value: Json) -> _Key:
    """A value that compares with every other of its field; one that does not fit its type comes after all that do."""
    try:
        if kind is FieldType.INSTANT:
            return 0, datetime.fromisoformat(str(value))
        if kind is FieldType.DECIMAL:
            return 0, Decimal(str(value))
    except (ValueError, ArithmeticError):
        return 1, str(value)
    if isinstance(value, bool | int):
        return 0, int(value)
    return (1 if kind is FieldType.INTEGER else 0), str(value)
