"""All SQL of this room. Nothing here commits; every change is made under the learner's lock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    type_coerce,
    update,
)

from hub.circumstances.tables import bar, override, override_keeps_from
from hub.database import Instant
from hub.directory.tables import agency

BarRow: TypeAlias = Row[Any]
OverrideRow: TypeAlias = Row[Any]

_ENDS = type_coerce(
    case(
        (override.c.ended_at.is_not(None), override.c.ended_at),
        (override.c.confirmed_at.is_(None), override.c.confirm_by),
        else_=override.c.until_at,
    ),
    Instant,
).label("ends_at")

# ---- bars


def add_bar(connection: Connection, values: Mapping[str, object]) -> None:
    """Add a bar."""
    connection.execute(insert(bar).values(**values))


def bar_by_id(connection: Connection, bar_id: UUID) -> BarRow | None:
    """One bar, lifted or not."""
    return connection.execute(select(bar).where(bar.c.id == bar_id)).one_or_none()


def standing_bars(connection: Connection, learner_id: UUID) -> list[BarRow]:
    """Bars of this learner that nobody has lifted, oldest first."""
    statement = select(bar).where(bar.c.learner_id == learner_id, bar.c.lifted_at.is_(None))
    return list(connection.execute(statement.order_by(bar.c.set_at, bar.c.id)))


def change_bar(connection: Connection, bar_id: UUID, values: Mapping[str, object]) -> bool:
    """Change a bar that stands; False when it was lifted meanwhile."""
    changed = connection.execute(update(bar).where(bar.c.id == bar_id, bar.c.lifted_at.is_(None)).values(**values))
    return changed.rowcount == 1


def bars_to_review(connection: Connection, *, on: date, asked_before: date, limit: int) -> list[BarRow]:
    """Standing bars whose review has come, and of which nobody was asked since `asked_before`."""
    statement = select(bar).where(
        bar.c.review_on <= on,
        bar.c.lifted_at.is_(None),
        or_(
            bar.c.review_asked_on.is_(None),
            bar.c.review_asked_on < bar.c.review_on,
            bar.c.review_asked_on <= asked_before,
        ),
    )
    return list(connection.execute(statement.order_by(bar.c.review_on, bar.c.id).limit(limit)))


# ---- overrides


def take_turn(connection: Connection, agency_id: str) -> None:
    """Wait until nobody else counts this agency's overrides; the turn ends with this transaction."""
    connection.execute(select(agency.c.id).where(agency.c.id == agency_id).with_for_update(key_share=True))


def made_since(connection: Connection, agency_id: str, *, person_id: UUID, since: datetime) -> tuple[int, int]:
    """How many overrides this person, and this agency, has made after `since`."""
    by_person = func.count().filter(override.c.acting_person_id == person_id)
    statement = select(by_person, func.count()).where(override.c.agency_id == agency_id, override.c.made_at > since)
    row = connection.execute(statement).one()
    return int(row[0]), int(row[1])


def unconfirmed_since(connection: Connection, agency_id: str, learner_id: UUID, *, since: datetime) -> list[list[int]]:
    """The fields of this agency's overrides of the learner, made after `since`, that no second person has confirmed."""
    statement = select(override.c.ordinals).where(
        override.c.agency_id == agency_id,
        override.c.learner_id == learner_id,
        override.c.made_at > since,
        override.c.confirmed_at.is_(None),
    )
    return [list(row.ordinals) for row in connection.execute(statement.order_by(override.c.made_at, override.c.id))]


def add_override(connection: Connection, values: Mapping[str, object], *, keeps_from: Sequence[UUID]) -> None:
    """Add an override, and whom it is kept from."""
    connection.execute(insert(override).values(**values))
    if keeps_from:
        base = {"agency_id": values["agency_id"], "override_id": values["id"]}
        connection.execute(insert(override_keeps_from), [base | {"person_id": person} for person in keeps_from])


def override_for(connection: Connection, agency_id: str, override_id: UUID, *, person_id: UUID) -> OverrideRow | None:
    """One override of this agency with the instant at which it ends; None too for whoever it is kept from."""
    statement = select(override, _ENDS).where(
        override.c.agency_id == agency_id, override.c.id == override_id, ~_is_kept_from(person_id)
    )
    return connection.execute(statement).one_or_none()


def overrides_of(connection: Connection, agency_id: str, *, person_id: UUID, since: datetime) -> list[OverrideRow]:
    """Overrides of this agency that are not reviewed or were made after `since`, newest first, without those that are
    kept from the person who asks.
    """
    statement = select(override, _ENDS).where(
        override.c.agency_id == agency_id,
        ~_is_kept_from(person_id),
        or_(override.c.reviewed_at.is_(None), override.c.made_at > since),
    )
    return list(connection.execute(statement.order_by(override.c.made_at.desc(), override.c.id.desc()).limit(200)))


def change_override(connection: Connection, agency_id: str, override_id: UUID, values: Mapping[str, object]) -> None:
    """Change an override, whose state was read under the learner's lock."""
    here = (override.c.agency_id == agency_id, override.c.id == override_id)
    connection.execute(update(override).where(*here).values(**values))


def kept_from(connection: Connection, agency_id: str, override_id: UUID) -> frozenset[UUID]:
    """People who must not know of an override."""
    statement = select(override_keeps_from.c.person_id).where(
        override_keeps_from.c.agency_id == agency_id, override_keeps_from.c.override_id == override_id
    )
    return frozenset(connection.execute(statement).scalars())


def over(connection: Connection, *, at: datetime, limit: int) -> list[OverrideRow]:
    """Overrides whose time is over and whose row does not say so yet."""
    statement = select(override, _ENDS).where(override.c.ended_at.is_(None), at >= _ENDS)
    return list(connection.execute(statement.order_by(override.c.made_at, override.c.id).limit(limit)))


def overdue(connection: Connection, *, on: date, limit: int) -> list[OverrideRow]:
    """Overrides whose review is past its day, of which nobody was told so yet."""
    statement = select(override, _ENDS).where(
        and_(override.c.reviewed_at.is_(None), override.c.review_due_on < on, override.c.overdue_told_at.is_(None))
    )
    return list(connection.execute(statement.order_by(override.c.review_due_on, override.c.id).limit(limit)))


def _is_kept_from(person_id: UUID) -> ColumnElement[bool]:
    return exists().where(
        override_keeps_from.c.agency_id == override.c.agency_id,
        override_keeps_from.c.override_id == override.c.id,
        override_keeps_from.c.person_id == person_id,
    )
