"""All SQL of telling: who may know, what was told, the inbox. Nothing here commits."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from hub.circumstances.tables import override_keeps_from
from hub.database import is_sqlite
from hub.directory.model import Office
from hub.directory.tables import accountable, duty_person, learner, office, person, tie
from hub.notices.model import Leased
from hub.notices.tables import notice, notice_person, notice_told
from hub.telling.model import Channel, InboxEntry

# ---- who is meant, now


def accountable_now(connection: Connection, learner_id: UUID) -> UUID | None:
    """The accountable person of this learner at this moment, if active."""
    found = connection.scalar(
        select(person.c.id)
        .join(accountable, accountable.c.person_id == person.c.id)
        .join(learner, learner.c.accountable_id == accountable.c.id)
        .where(learner.c.id == learner_id, person.c.is_active)
    )
    return found if found is None else UUID(str(found))


def duty_now(connection: Connection, agency_id: str) -> UUID | None:
    """The duty person of this agency at this moment, if active."""
    found = connection.scalar(
        select(person.c.id)
        .join(duty_person, duty_person.c.person_id == person.c.id)
        .where(duty_person.c.agency_id == agency_id, person.c.is_active)
    )
    return found if found is None else UUID(str(found))


def is_active(connection: Connection, person_id: UUID) -> bool:
    """True for a person who is known and not put out of use."""
    return connection.scalar(select(person.c.id).where(person.c.id == person_id, person.c.is_active)) is not None


def is_kept_from(connection: Connection, notice_id: UUID, person_id: UUID) -> bool:
    """True where the notice is about an override of which this person must not know."""
    found = select(notice.c.id).where(notice.c.id == notice_id, _is_kept_from(person_id))
    return connection.scalar(found) is not None


def has_tie(connection: Connection, *, person_id: UUID, learner_id: UUID, on: date) -> bool:
    """True while a tie between the two holds on that day."""
    found = connection.scalar(
        select(tie.c.id)
        .where(
            tie.c.person_id == person_id,
            tie.c.learner_id == learner_id,
            tie.c.from_on <= on,
            or_(tie.c.until_on.is_(None), tie.c.until_on > on),
        )
        .limit(1)
    )
    return found is not None


# ---- what was told


def list_for(connection: Connection, *, notice_id: UUID, person_id: UUID, at: datetime) -> None:
    """Put the notice into the person's inbox; once."""
    insert = sqlite.insert(notice_person) if is_sqlite(connection) else postgresql.insert(notice_person)
    connection.execute(insert.values(notice_id=notice_id, person_id=person_id, listed_at=at).on_conflict_do_nothing())


def was_told(connection: Connection, *, notice_id: UUID, person_id: UUID) -> bool:
    """True when a channel has accepted this notice for this person."""
    found = select(notice_told.c.notice_id).where(
        notice_told.c.notice_id == notice_id, notice_told.c.person_id == person_id
    )
    return connection.execute(found.limit(1)).first() is not None


def note_told(connection: Connection, leased: Leased, *, person_id: UUID, channel: Channel, at: datetime) -> None:
    """Write down that the channel accepted it, and when the person was first told."""
    insert = sqlite.insert(notice_told) if is_sqlite(connection) else postgresql.insert(notice_told)
    row = insert.values(
        notice_id=leased.id,
        person_id=person_id,
        channel=channel.value,
        told_at=at,
        provider_reference=leased.provider_reference(person_id),
    )
    connection.execute(row.on_conflict_do_nothing())
    mark(connection, notice_id=leased.id, person_id=person_id, column="told_at", at=at)


def mark(connection: Connection, *, notice_id: UUID, person_id: UUID, column: str, at: datetime) -> bool:
    """Set one of `told_at`, `opened_at`, `acknowledged_at`, which is only ever set once; False when it was."""
    changed = connection.execute(
        update(notice_person)
        .where(
            notice_person.c.notice_id == notice_id,
            notice_person.c.person_id == person_id,
            notice_person.c[column].is_(None),
        )
        .values({column: at})
    )
    return changed.rowcount == 1


def event_of(connection: Connection, notice_id: UUID) -> UUID:
    """The event that a notice is about."""
    return UUID(str(connection.execute(select(notice.c.event_id).where(notice.c.id == notice_id)).scalar_one()))


# ---- the inbox


def inbox(connection: Connection, *, person_id: UUID, on: date, limit: int) -> list[InboxEntry]:
    """What is listed for this person and what they may still know, newest first."""
    rows = connection.execute(
        _entries(person_id, on).order_by(notice.c.created_at.desc(), notice.c.id.desc()).limit(limit)
    )
    return [_entry(row) for row in rows.mappings()]


def inbox_entry(connection: Connection, *, person_id: UUID, notice_id: UUID, on: date) -> InboxEntry | None:
    """One entry of the inbox, by the same rule as the whole."""
    row = connection.execute(_entries(person_id, on).where(notice.c.id == notice_id)).mappings().first()
    return None if row is None else _entry(row)


def _entries(person_id: UUID, on: date) -> Select[tuple[object, ...]]:
    return (
        select(
            notice.c.id,
            notice.c.reference,
            notice.c.kind,
            notice.c.learner_id,
            notice.c.created_at,
            notice_person.c.told_at,
            notice_person.c.opened_at,
            notice_person.c.acknowledged_at,
        )
        .join(notice_person, notice_person.c.notice_id == notice.c.id)
        .where(notice_person.c.person_id == person_id, _may_know(person_id, on))
    )


def _may_know(person_id: UUID, on: date) -> ColumnElement[bool]:
    """The rule of `hub.telling.recipients` as one condition: who has handed a learner over sees its notices no more."""
    active = exists().where(person.c.id == person_id, person.c.is_active)
    is_accountable = exists().where(
        learner.c.id == notice.c.learner_id,
        accountable.c.id == learner.c.accountable_id,
        accountable.c.person_id == person_id,
    )
    is_duty = exists().where(duty_person.c.agency_id == notice.c.agency_id, duty_person.c.person_id == person_id)
    is_tied = exists().where(
        tie.c.learner_id == notice.c.learner_id,
        tie.c.person_id == person_id,
        tie.c.from_on <= on,
        or_(tie.c.until_on.is_(None), tie.c.until_on > on),
    )
    named = notice.c.audience == f"person:{person_id}"
    return and_(
        active,
        ~_is_kept_from(person_id),
        or_(
            and_(notice.c.audience == "accountable", is_accountable),
            and_(notice.c.audience == "duty", is_duty),
            *(and_(notice.c.audience == one.value, _holds_office(person_id, one)) for one in Office),
            and_(named, or_(notice.c.learner_id.is_(None), is_accountable, is_tied)),
        ),
    )


def _is_kept_from(person_id: UUID) -> ColumnElement[bool]:
    """A notice about an override that names this person as one who must not know. Its event is the override itself."""
    return exists().where(
        override_keeps_from.c.override_id == notice.c.event_id, override_keeps_from.c.person_id == person_id
    )


def _holds_office(person_id: UUID, holds: Office) -> ColumnElement[bool]:
    return exists().where(
        office.c.agency_id == notice.c.agency_id, office.c.office == holds.value, office.c.person_id == person_id
    )


def _entry(row: RowMapping) -> InboxEntry:
    return InboxEntry(
        notice_id=row["id"],
        reference=row["reference"],
        kind=row["kind"],
        learner_id=row["learner_id"],
        at=row["created_at"],
        told_at=row["told_at"],
        opened_at=row["opened_at"],
        acknowledged_at=row["acknowledged_at"],
    )
