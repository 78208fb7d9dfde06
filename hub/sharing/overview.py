"""Who can see what, why and until when: the same facts and the same decision as a read, without opening anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.circumstances.hiding import hidden_from_family
from hub.circumstances.life import owners_of_life
from hub.database import reading
from hub.directory import links, ties
from hub.sealing.model import Json
from hub.sharing import queries
from hub.sharing.errors import NotKnownHere
from hub.sharing.facts import Asked, gather
from hub.sharing.model import DisclosureEntry, SightOverview
from hub.sharing.needs import needs_of
from hub.sharing.ruling import Sharing
from hub.sharing.sight import rows_of
from policies.facts import Facts
from policies.fields import Catalogue
from policies.snapshot import Cell, Snapshot

MAX_ENTRIES = 200


def who_sees_what(room: Sharing, person_id: UUID, learner_id: UUID) -> SightOverview:
    """What each partner can see of this learner now, for a person with standing; raises NotKnownHere for others.

    Every row comes of decisions by the function that answers the partner itself, and names the roles that it is about.
    """
    at = room.clock()
    with reading(room.engine) as connection:
        deciders = deciders_of(connection, person_id, learner_id, at=at)
        known = known_to(room, connection, person_id, learner_id, deciders=deciders, at=at)
    rows = rows_of(known.snapshot, known.facts, known.cells, at=at)
    return SightOverview(learner_id=learner_id, at=at, rows=tuple(rows))


@dataclass(frozen=True, slots=True)
class Known:
    """What a page about one learner goes by: protocols, the cells of the holders that know the learner, facts."""

    snapshot: Snapshot
    cells: tuple[Cell, ...]
    facts: Facts


def known_to(
    room: Sharing,
    connection: Connection,
    person_id: UUID,
    learner_id: UUID,
    *,
    deciders: Collection[UUID],
    at: datetime,
) -> Known:
    """What is known about a learner at `at` where the answers of `deciders` count, without what is hidden from this
    person."""
    snapshot = room.book.snapshot(connection)
    hidden = hidden_from_family(connection, learner_id, person_id=person_id, at=at)
    handles = links.handles_of(connection, learner_id)
    holders = {agency for agency, _ in handles} - hidden.agencies
    cells = tuple(
        cell for cell in snapshot.in_force(at) if cell.holder in holders and cell.recipient not in hidden.agencies
    )
    asked = asked_by(room, learner_id, cells, handles=[handle for _, handle in handles])
    asked = replace(asked, hidden=hidden)
    facts = gather(connection, learner_id, deciders=deciders, catalogue=room.book.catalogue, at=at, asked=asked)
    return Known(snapshot, cells, facts.without_overrides(hidden.overrides).as_facts())


def asked_by(
    room: Sharing, learner_id: UUID, cells: Iterable[Cell], *, handles: Sequence[UUID], recipient: str | None = None
) -> Asked:
    """What these cells ask about a learner besides; with a recipient, its own reads count and nobody else's."""
    needs = needs_of(cells)
    keys = room.keys.unwrap_many(owners_of_life(learner_id, handles)) if needs.life else {}
    return Asked(needs, keys, recipient=recipient)


def who_looked(room: Sharing, person_id: UUID, learner_id: UUID) -> Sequence[DisclosureEntry]:
    """The newest disclosures about this learner, without values; raises NotKnownHere without standing.

    A look under an override that this person may not know of is not there; it is neither counted nor left as a gap.
    """
    at = room.clock()
    with reading(room.engine) as connection:
        deciders_of(connection, person_id, learner_id, at=at)
        hidden = hidden_from_family(connection, learner_id, person_id=person_id, at=at)
        rows = queries.disclosures_about(connection, learner_id, hidden=hidden, limit=MAX_ENTRIES)
    return [_entry(room.book.catalogue, row) for row in rows]


def deciders_of(connection: Connection, person_id: UUID, learner_id: UUID, *, at: datetime) -> frozenset[UUID]:
    """Everybody whose answers count, where this person is one of them; raises NotKnownHere."""
    people = frozenset(one.person_id for one in ties.people_with_sight(connection, learner_id, at=at))
    if person_id not in people:
        raise NotKnownHere
    return people


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
