"""Why a field is allowed or denied: the facts and the decision of a read, and nothing opened, recorded or locked.

What is answered is true of the instant that it names; a read asks anew, under the learner's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.circumstances.hiding import hidden_from_worker
from hub.circumstances.standing import objections_by
from hub.database import reading
from hub.directory import links, ties
from hub.directory.errors import UnknownAgency, UnknownLearner
from hub.directory.model import Principal
from hub.directory.queries import learners, parties
from hub.sharing.errors import NotKnownHere, PurposeMissing, QueryRefused
from hub.sharing.explained import Explained, RowExplained, distinct
from hub.sharing.facts import LearnerFacts, gather
from hub.sharing.model import GroupSight
from hub.sharing.overview import asked_by, deciders_of, known_to
from hub.sharing.ruling import Sharing
from hub.sharing.sight import rows_of
from policies.facts import AccessRequest, Facts
from policies.fields import Catalogue
from policies.snapshot import Cell, Snapshot
from policies.told import FieldExplained, in_full, to_family, to_recipient

Tell = Callable[[Snapshot, AccessRequest, Facts], tuple[FieldExplained, ...]]


def explain_in_full(
    room: Sharing,
    *,
    agency_id: str,
    role: str,
    purpose: str,
    learner: UUID,
    fields: Sequence[str] | None = None,
) -> Explained:
    """For whoever runs the hub, bars and all. `learner` is the hub's id, or this agency's handle.

    Raises UnknownAgency, UnknownLearner, or QueryRefused for a field that the catalogue does not have.
    """
    wanted = _wanted(room.book.catalogue, fields)
    principal = Principal(agency_id, "", "", purpose, role)
    with reading(room.engine) as connection:
        if parties.agency_by_id(connection, agency_id) is None:
            raise UnknownAgency(agency_id)
        learner_id = links.learner_of(connection, agency_id, learner) or learner
        if not learners.learner_exists(connection, learner_id):
            raise UnknownLearner(learner)
        return _explained(room, connection, principal, learner_id, wanted=wanted, tell=in_full)


def explain_to_recipient(
    room: Sharing, principal: Principal, handle_id: UUID, fields: Sequence[str] | None = None
) -> Explained:
    """For the recipient itself, about its own handle, in the role and for the purpose of its token.

    The list is every wanted field of each holder that a rule for this reader names, and of its own records: it depends
    on protocols alone, so it never tells which partner knows the learner.

    Raises NotKnownHere, PurposeMissing or QueryRefused.
    """
    if not principal.purpose or not principal.role:
        raise PurposeMissing
    wanted = _wanted(room.book.catalogue, fields)
    with reading(room.engine) as connection:
        learner_id = links.learner_of(connection, principal.agency_id, handle_id)
        if learner_id is None:
            raise NotKnownHere
        return _explained(room, connection, principal, learner_id, wanted=wanted, tell=to_recipient)


def explain_row(
    room: Sharing, person_id: UUID, learner_id: UUID, is_asked: Callable[[GroupSight], bool]
) -> RowExplained | None:
    """Why one row of "who can see what" is as it is; None where there is no such row. Raises NotKnownHere."""
    at = room.clock()
    with reading(room.engine) as connection:
        deciders = deciders_of(connection, person_id, learner_id, at=at)
        known = known_to(room, connection, person_id, learner_id, deciders=deciders, at=at)
        rows = rows_of(known.snapshot, known.facts, known.cells, at=at)
        row = next((one for one in rows if is_asked(one)), None)
        if row is None:
            return None
        own = known_to(room, connection, person_id, learner_id, deciders=(person_id,), at=at).facts
        objections = objections_by(connection, learner_id, person_id, catalogue=room.book.catalogue)
    fields = _fields_of(known.snapshot, row, known.facts, replace(own, objections=objections), at=at)
    return RowExplained(row, at, fields, room.book.catalogue, known.snapshot.protocols)


def _fields_of(
    snapshot: Snapshot, row: GroupSight, facts: Facts, own: Facts, *, at: datetime
) -> tuple[FieldExplained, ...]:
    """The row's fields; it says the same for each of its roles, which may have different rules for it."""
    wanted = snapshot.catalogue.known_mask(row.field_ids)
    by_field: dict[str, FieldExplained] = {}
    for role in row.roles:
        request = AccessRequest(
            recipient=row.recipient, role=role, purpose=row.purpose, holder=row.holder, wanted=wanted, at=at
        )
        for one in to_family(snapshot, request, facts, own=own):
            known = by_field.get(one.field_id, one)
            by_field[one.field_id] = replace(known, rules=distinct((*known.rules, *one.rules)))
    return tuple(by_field.values())


def _explained(
    room: Sharing, connection: Connection, principal: Principal, learner_id: UUID, *, wanted: int, tell: Tell
) -> Explained:
    at = room.clock()
    snapshot = room.book.snapshot(connection)
    asked = principal.agency_id, principal.purpose, principal.role
    cells = {holder: cells for (*others, holder), cells in snapshot.cells.items() if tuple(others) == asked}
    spoken = (cell for of in cells.values() for cell in of)
    # As a read does: an override that the acting person must not know of opens nothing to them, and is not told either.
    hidden = hidden_from_worker(connection, learner_id, person_id=principal.acting_person_id, at=at)
    facts = _facts(room, connection, learner_id, spoken, asked[0], at=at).without_overrides(hidden.overrides).as_facts()
    requests = [
        AccessRequest(
            recipient=principal.agency_id,
            role=principal.role,
            purpose=principal.purpose,
            holder=holder,
            wanted=wanted,
            at=at,
        )
        for holder in sorted({*cells, principal.agency_id})
    ]
    return Explained(
        at=at,
        recipient=principal.agency_id,
        role=principal.role,
        purpose=principal.purpose,
        fields=tuple(field for request in requests for field in tell(snapshot, request, facts)),
        catalogue=room.book.catalogue,
        protocols=snapshot.protocols,
    )


def _facts(
    room: Sharing, connection: Connection, learner_id: UUID, cells: Iterable[Cell], recipient: str, *, at: datetime
) -> LearnerFacts:
    deciders = [one.person_id for one in ties.people_with_sight(connection, learner_id, at=at)]
    handles = [handle for _, handle in links.handles_of(connection, learner_id)]
    asked = asked_by(room, learner_id, cells, handles=handles, recipient=recipient)
    return gather(connection, learner_id, deciders=deciders, catalogue=room.book.catalogue, at=at, asked=asked)


def _wanted(catalogue: Catalogue, fields: Sequence[str] | None) -> int:
    if fields is None:
        return catalogue.everything
    if not all(name in catalogue.by_id for name in fields):
        raise QueryRefused("unknown_field")
    return catalogue.mask(fields)
