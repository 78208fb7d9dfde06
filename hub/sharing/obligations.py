"""What a recipient takes on with the fields that an answer shows, and which people the answer is told to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid5

from hub.directory.ties import day_of
from hub.notices.model import NewNotice, NoticeKind, one_person
from hub.sharing.model import ShownRecord, Undertaken
from hub.sharing.ruling import RowsByHolder
from policies.fields import Catalogue
from policies.model import Basis, ReadLimit
from policies.row_use import RowUse


def undertaken(catalogue: Catalogue, rows: RowsByHolder, shown: Sequence[ShownRecord]) -> tuple[Undertaken, ...]:
    """The obligations of the fields that are in the answer, and of no other: it says nothing that they do not."""
    found: dict[Undertaken, list[str]] = {}
    for holder, uses in rows:
        for field_id in _field_ids(shown, holder):
            about = _about(catalogue, holder, field_id, uses)
            if about is not None:
                found.setdefault(about, []).append(field_id)
    alike = (replace(about, field_ids=tuple(fields)) for about, fields in found.items())
    return tuple(sorted(alike, key=lambda one: (one.holder, one.group_id, one.field_ids)))


def notices_to_family(
    rows: RowsByHolder,
    shown: Sequence[ShownRecord],
    *,
    catalogue: Catalogue,
    learner_id: UUID,
    recipient: str,
    people: Iterable[UUID],
    at: datetime,
) -> list[NewNotice]:
    """One notice for each person with sight, where a row that says `tell_family` opened a field.

    At most one a day for each recipient: the second read of a day finds the notice of the first. Rows for overrides
    tell nobody here: when the family hears of an override is decided with it.
    """
    if not any(_tells(uses, catalogue.mask(_field_ids(shown, holder))) for holder, uses in rows):
        return []
    event_id = uuid5(learner_id, f"shared/{recipient}/{day_of(at).isoformat()}")
    return [
        NewNotice(NoticeKind.RECORDS_SHARED, event_id, one_person(person_id), learner_id=learner_id)
        for person_id in people
    ]


def _tells(uses: Iterable[RowUse], opened: int) -> bool:
    return any(
        use.mask & opened and use.rule.obligations.tell_family and use.rule.basis is not Basis.OVERRIDE_ONLY
        for use in uses
    )


def _field_ids(shown: Iterable[ShownRecord], holder: str) -> list[str]:
    return sorted({name for one in shown if one.holder == holder for name in one.fields})


def _about(catalogue: Catalogue, holder: str, field_id: str, uses: Iterable[RowUse]) -> Undertaken | None:
    entry = catalogue.by_id[field_id]
    speaking = [use.rule.obligations for use in uses if use.mask & entry.bit]
    if not speaking:
        return None
    return Undertaken(
        holder=holder,
        group_id=entry.group,
        field_ids=(),
        no_onward_sharing=any(one.no_onward_sharing for one in speaking),
        erase_by=tuple(sorted({one.erase_by.value for one in speaking})),
        reads=tuple(_limits(one.reads for one in speaking)),
        tells_family=any(one.tell_family for one in speaking),
    )


def _limits(found: Iterable[ReadLimit | None]) -> Iterator[ReadLimit]:
    known = {limit for limit in found if limit is not None}
    yield from sorted(known, key=lambda limit: (limit.per.length, limit.most))
