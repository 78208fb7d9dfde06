"""What a worker's safeguarding pages list."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.database import reading
from hub.directory import links, ties
from hub.directory.hand_over import learners_in_care_of
from hub.safeguarding import queries
from hub.safeguarding.bars import bar_lines
from hub.safeguarding.course import may_confirm, may_review
from hub.safeguarding.errors import NotForYou
from hub.safeguarding.make import openable
from hub.safeguarding.model import COUNTED_OVER, Desk, OverrideLine, Passing, Safeguarding, Stage, Tray, Way
from hub.safeguarding.queries import OverrideRow
from hub.safeguarding.who import AtHand, Worker, at_hand, learner_behind, worker_of
from hub.safeguarding.writing import fields_of
from policies.bars import BarKind
from policies.snapshot import Snapshot

MOST_IN_CARE = 200


def tray(room: Safeguarding, person_id: UUID) -> Tray:
    """Overrides of this worker's agency that they may know of; raises NotForYou for who has no part in any."""
    with reading(room.engine) as connection:
        at = room.clock()
        worker = worker_of(connection, person_id)
        in_care = learners_in_care_of(connection, person_id)
        if not (worker.roles or worker.offices or in_care):
            raise NotForYou
        found = queries.overrides_of(connection, worker.agency_id, person_id=person_id, since=at - COUNTED_OVER)
        # Nobody works on their own family here, nor is told of it by way of their work.
        related = {tie.learner_id for tie in ties.ties_of_person(connection, person_id, on=ties.day_of(at))}
        lines = tuple(_line(room, connection, worker, row, at=at) for row in found if row.learner_id not in related)
        cared = [(one, _own_handle(connection, worker, one)) for one in in_care[:MOST_IN_CARE]]
    return Tray(lines, tuple((learner, handle) for learner, handle in cared if handle is not None))


def desk(room: Safeguarding, person_id: UUID, handle_id: UUID) -> Desk:
    """One learner behind a handle of this worker's agency: bars, overrides, what may be done; raises NotForYou."""
    with reading(room.engine) as connection:
        at = room.clock()
        learner_id = learner_behind(connection, person_id, handle_id)
        mine = at_hand(connection, person_id, learner_id, at=at)
        found = queries.overrides_of(connection, mine.worker.agency_id, person_id=person_id, since=at - COUNTED_OVER)
        snapshot = room.book.snapshot(connection)
        return Desk(
            learner_id=learner_id,
            handle_id=handle_id,
            agency_id=mine.worker.agency_id,
            may_bar=mine.may_bar,
            bars=bar_lines(room, connection, mine, at=at),
            overrides=tuple(
                _line(room, connection, mine.worker, row, at=at) for row in found if row.learner_id == learner_id
            ),
            ways=_ways(snapshot, mine, at=at),
            passing=passing(snapshot, at=at),
            accountable_id=mine.accountable_id,
            family=tuple(
                sorted({one.person_id for one in ties.ties_of_learner(connection, learner_id, on=ties.day_of(at))})
            ),
        )


def passing(snapshot: Snapshot, *, at: datetime) -> tuple[Passing, ...]:
    """For each kind of bar, the roles that a protocol in force lets pass it with an override."""
    found: dict[BarKind, set[str]] = {kind: set() for kind in BarKind}
    for cell in snapshot.in_force(at):
        for kind in cell.passes:
            found[kind].add(cell.role)
    return tuple(Passing(kind.value, tuple(sorted(roles))) for kind, roles in found.items())


def _ways(snapshot: Snapshot, mine: AtHand, *, at: datetime) -> tuple[Way, ...]:
    agency_id = mine.worker.agency_id
    pairs = {(role, purpose) for recipient, purpose, role, _ in snapshot.cells if recipient == agency_id}
    found = [
        Way(role, purpose, snapshot.catalogue.ids(openable(snapshot, agency_id, role, purpose, at=at)))
        for role, purpose in sorted(pairs)
        if role in mine.worker.roles
    ]
    return tuple(one for one in found if one.field_ids)


def _own_handle(connection: Connection, worker: Worker, learner_id: UUID) -> UUID | None:
    own = [handle for agency, handle in links.handles_of(connection, learner_id) if agency == worker.agency_id]
    return own[0] if own else None


def _line(
    room: Safeguarding, connection: Connection, worker: Worker, row: OverrideRow, *, at: datetime
) -> OverrideLine:
    stage = _stage(row, at)
    took_part = worker.person_id in (row.acting_person_id, row.second_person_id)
    return OverrideLine(
        override_id=row.id,
        learner_id=row.learner_id,
        handle_id=row.handle_id,
        role=row.role,
        purpose=row.purpose,
        field_ids=fields_of(room.book.catalogue, row.ordinals),
        reason=row.reason,
        made_at=row.made_at,
        ends_at=row.ends_at,
        stage=stage,
        review_due_on=row.review_due_on,
        is_overdue=stage is Stage.TO_REVIEW and row.review_due_on < ties.day_of(at),
        may_confirm=stage is Stage.WAITS and may_confirm(worker, row),
        may_end=stage in (Stage.WAITS, Stage.CONFIRMED) and took_part,
        may_review=stage is Stage.TO_REVIEW and may_review(connection, worker, row),
    )


def _stage(row: OverrideRow, at: datetime) -> Stage:
    if row.reviewed_at is not None:
        return Stage.REVIEWED
    if row.ended_at is not None or at >= row.ends_at:
        return Stage.TO_REVIEW
    return Stage.WAITS if row.confirmed_at is None else Stage.CONFIRMED
