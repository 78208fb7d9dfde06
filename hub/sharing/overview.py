"""Who can see what, why and until when: the same facts and the same decision as a read, without opening anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.database import reading
from hub.directory import links, ties
from hub.sealing.model import Json
from hub.sharing import queries
from hub.sharing.errors import NotKnownHere
from hub.sharing.facts import gather
from hub.sharing.model import DisclosureEntry, GroupSight, SightOverview
from hub.sharing.ruling import Sharing
from policies.decision import decide
from policies.explanation import FieldReason, explain
from policies.fields import Catalogue
from policies.model import AccessRequest, Basis, Facts
from policies.snapshot import Cell, Snapshot

MAX_ENTRIES = 200


@dataclass(frozen=True, slots=True)
class _View:
    snapshot: Snapshot
    facts: Facts
    at: datetime


def who_sees_what(room: Sharing, person_id: UUID, learner_id: UUID) -> SightOverview:
    """What each partner can see of this learner now, for a person with standing; raises NotKnownHere for others.

    Every row is a decision by the function that answers the partner itself. Roles of one partner that see different
    things are joined: a field counts as shown when any role of that partner may see it.
    """
    at = room.clock()
    with reading(room.engine) as connection:
        deciders = _deciders(connection, person_id, learner_id, at)
        snapshot = room.book.snapshot(connection)
        facts = gather(connection, learner_id, deciders=deciders, catalogue=room.book.catalogue, at=at)
        holders = {agency for agency, _ in links.handles_of(connection, learner_id)}
    view = _View(snapshot, facts.as_facts(), at)
    cells = [cell for cell in snapshot.in_force(at) if cell.holder in holders]
    rows = {row: None for cell in cells for row in _rows(view, cell)}
    return SightOverview(learner_id=learner_id, at=at, rows=tuple(sorted(rows, key=_order)))


def who_looked(room: Sharing, person_id: UUID, learner_id: UUID) -> Sequence[DisclosureEntry]:
    """The newest disclosures about this learner, without values; raises NotKnownHere without standing."""
    at = room.clock()
    with reading(room.engine) as connection:
        _deciders(connection, person_id, learner_id, at)
        rows = queries.disclosures_about(connection, learner_id, limit=MAX_ENTRIES)
    return [_entry(room.book.catalogue, row) for row in rows]


def _deciders(connection: Connection, person_id: UUID, learner_id: UUID, at: datetime) -> frozenset[UUID]:
    people = frozenset(one.person_id for one in ties.people_with_sight(connection, learner_id, at=at))
    if person_id not in people:
        raise NotKnownHere
    return people


def _rows(view: _View, cell: Cell) -> Iterator[GroupSight]:
    request = AccessRequest(
        recipient=cell.recipient,
        role=cell.role,
        purpose=cell.purpose,
        holder=cell.holder,
        wanted=cell.obligation | cell.task | cell.consent | cell.override_only,
        at=view.at,
    )
    decision = decide(view.snapshot, request, view.facts)
    reasons = {field.field_id: field for field in explain(view.snapshot, request, view.facts).fields}
    for basis, mask in _bases(cell):
        for group_id, part in view.snapshot.catalogue.by_group(mask).items():
            for is_shown, cut in ((True, part & decision.allowed), (False, part & ~decision.allowed)):
                if cut:
                    ids = view.snapshot.catalogue.ids(cut)
                    yield _row(cell, basis, group_id, [reasons[name] for name in ids], is_shown=is_shown)


def _bases(cell: Cell) -> tuple[tuple[Basis, int], ...]:
    return (
        (Basis.LEGAL_OBLIGATION, cell.obligation),
        (Basis.PUBLIC_TASK, cell.task),
        (Basis.CONSENT, cell.consent),
        (Basis.OVERRIDE_ONLY, cell.override_only),
    )


def _row(cell: Cell, basis: Basis, group_id: str, fields: list[FieldReason], *, is_shown: bool) -> GroupSight:
    consents = sorted({name for field in fields for name in field.consent_ids})
    ends = [field.until for field in fields if field.until is not None]
    return GroupSight(
        recipient=cell.recipient,
        purpose=cell.purpose,
        holder=cell.holder,
        group_id=group_id,
        basis=basis.value,
        field_ids=tuple(field.field_id for field in fields),
        is_shown=is_shown,
        consent_id=UUID(consents[0]) if consents else None,
        until=min(ends) if ends and is_shown else None,
    )


def _order(row: GroupSight) -> tuple[str, str, str, str, str, bool]:
    return row.recipient, row.purpose, row.holder, row.group_id, row.basis, not row.is_shown


def _entry(catalogue: Catalogue, row: queries.DisclosureRow) -> DisclosureEntry:
    ordinals = {ordinal for item in row.items for ordinal in item[3]}
    return DisclosureEntry(
        id=row.id,
        at=row.at,
        recipient=row.recipient,
        purpose=row.purpose,
        role=row.role,
        field_ids=catalogue.ids(sum(1 << ordinal for ordinal in ordinals)),
    )


def disclosure_of(room: Sharing, agency_id: str, disclosure_id: UUID) -> Mapping[str, Json]:
    """What was disclosed to this agency, by ids and field names; raises NotKnownHere for anybody else's."""
    with reading(room.engine) as connection:
        row = queries.disclosure_of(connection, agency_id=agency_id, disclosure_id=disclosure_id)
    if row is None:
        raise NotKnownHere
    return {
        "disclosure_id": str(row.id),
        "at": row.at.isoformat(),
        "learner": str(row.handle_id),
        "recipient": row.recipient,
        "purpose": row.purpose,
        "role": row.role,
        "protocols": list(row.protocols),
        "records": [
            {
                "record_id": str(record_id),
                "version": version,
                "holder": holder,
                "fields": list(room.book.catalogue.ids(sum(1 << ordinal for ordinal in ordinals))),
            }
            for holder, record_id, version, ordinals in row.items
        ],
    }
