"""Learners, their accountable persons, and the ties of people to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, and_, bindparam, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from hub.directory.errors import NotYetSucceeded
from hub.directory.model import Accountable, Sight, Standing, Tie, TieKind
from hub.directory.tables import accountable, learner, person, tie

# Built once: every governed read runs it, and building a statement costs more than running it.
_TIES_WITH_STANDING = (
    select(tie.c.id, tie.c.person_id, tie.c.standing)
    .join(person, person.c.id == tie.c.person_id)
    .where(
        tie.c.learner_id == bindparam("learner"),
        tie.c.standing.is_not(None),
        person.c.is_active,
        tie.c.from_on <= bindparam("day"),
        or_(tie.c.until_on.is_(None), tie.c.until_on > bindparam("day")),
    )
    .order_by(tie.c.id)
)


def insert_learners(
    connection: Connection, learners: Sequence[Mapping[str, object]], first: Sequence[Mapping[str, object]]
) -> None:
    """Add learners with the first row of their history; that row goes first, as the triggers want it."""
    if learners:
        connection.execute(insert(accountable), list(first))
        connection.execute(insert(learner), list(learners))


def insert_accountable(connection: Connection, row: Accountable, *, sealed_because: bytes | None) -> None:
    """Add the next row of a learner's history, which moves the learner to it.

    Raises NotYetSucceeded when the newest row begins at the same time or later. The transaction is then lost.
    """
    values = {"id": row.id, "learner_id": row.learner_id, "person_id": row.person_id, "from_at": row.from_at}
    try:
        connection.execute(insert(accountable).values(**values, sealed_because=sealed_because))
    except IntegrityError as problem:
        if "begins after the one before" in str(problem.orig) or "from_at" in str(problem.orig):
            raise NotYetSucceeded(row.learner_id) from None
        raise


def learner_exists(connection: Connection, learner_id: UUID) -> bool:
    """True when the hub knows this learner."""
    return connection.execute(select(learner.c.id).where(learner.c.id == learner_id)).one_or_none() is not None


def accountable_of(connection: Connection, learner_id: UUID) -> Accountable | None:
    """Who is accountable for this learner now; None only for a learner that there is not."""
    row = connection.execute(
        select(accountable)
        .join(learner, and_(learner.c.id == accountable.c.learner_id, learner.c.accountable_id == accountable.c.id))
        .where(learner.c.id == learner_id)
    ).one_or_none()
    return None if row is None else _accountable(row)


def accountable_history(connection: Connection, learner_id: UUID) -> list[Accountable]:
    """Everybody who was accountable for this learner, oldest first."""
    rows = connection.execute(
        select(accountable).where(accountable.c.learner_id == learner_id).order_by(accountable.c.from_at)
    )
    return [_accountable(row) for row in rows]


def learners_in_care_of(connection: Connection, person_id: UUID) -> list[UUID]:
    """Learners that this person is accountable for now, in order of their ids."""
    return list(
        connection.execute(
            select(learner.c.id)
            .join(accountable, accountable.c.id == learner.c.accountable_id)
            .where(accountable.c.person_id == person_id)
            .order_by(learner.c.id)
        ).scalars()
    )


def _accountable(row: Row[Any]) -> Accountable:
    return Accountable(row.id, row.learner_id, row.person_id, row.from_at)


def insert_tie(connection: Connection, values: Mapping[str, object]) -> None:
    """Add a tie."""
    connection.execute(insert(tie).values(**values))


def end_tie(connection: Connection, tie_id: UUID, *, until_on: date, checked_by: UUID, at: datetime) -> bool:
    """End an open tie; False when there is none."""
    changed = connection.execute(
        update(tie)
        .where(tie.c.id == tie_id, tie.c.until_on.is_(None))
        .values(until_on=until_on, checked_by=checked_by, checked_at=at)
    )
    return changed.rowcount > 0


def ties_of(connection: Connection, *, learner_id: UUID | None = None, person_id: UUID | None = None) -> list[Tie]:
    """Ties of one learner, one person, or between the two, ended ones too, in order of their ids."""
    statement = select(tie).order_by(tie.c.id)
    if learner_id is not None:
        statement = statement.where(tie.c.learner_id == learner_id)
    if person_id is not None:
        statement = statement.where(tie.c.person_id == person_id)
    return [_tie(row) for row in connection.execute(statement)]


def ties_with_standing(connection: Connection, learner_id: UUID, *, on: date) -> list[Sight]:
    """Active people whose tie gives them standing for this learner on that day; one entry each, oldest tie first."""
    rows = connection.execute(_TIES_WITH_STANDING, {"learner": learner_id, "day": on})
    by_person: dict[UUID, Sight] = {}
    for row in rows:
        by_person.setdefault(row.person_id, Sight(row.person_id, row.id, Standing(row.standing)))
    return list(by_person.values())


def _tie(row: Row[Any]) -> Tie:
    return Tie(
        id=row.id,
        learner_id=row.learner_id,
        person_id=row.person_id,
        kind=TieKind(row.kind),
        standing=None if row.standing is None else Standing(row.standing),
        evidence_kind=row.evidence_kind,
        from_on=row.from_on,
        until_on=row.until_on,
    )
