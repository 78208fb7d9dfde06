"""What time brings: overrides that are over get their event, reviews that are due are asked for.

An override ends by the clock whether or not this has run, and a bar never ends by itself.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from consent.ledger.kinds import Kind
from hub.database import reading, unit_of_work
from hub.directory import ties
from hub.directory.model import Office
from hub.directory.offices import holder_of
from hub.directory.streams import key_of_learner, lock_learner
from hub.notices.model import DESIGNATED, SAFEGUARDING, NoticeKind
from hub.safeguarding import queries
from hub.safeguarding.course import reviewers
from hub.safeguarding.model import ASK_AGAIN_DAYS, EndedBecause, Safeguarding
from hub.safeguarding.queries import BarRow, OverrideRow
from hub.safeguarding.writing import bar_audiences, holders_of, tell, write_override_event

BATCH = 50


def sweep(room: Safeguarding, *, at: datetime) -> int:
    """Do what is due at `at`, up to `BATCH` of each kind; answers how much was done. Any number of processes may."""
    on = ties.day_of(at)
    with reading(room.engine) as connection:
        over = queries.over(connection, at=at, limit=BATCH)
        overdue = queries.overdue(connection, on=on, limit=BATCH)
        bars = queries.bars_to_review(connection, on=on, asked_before=on - timedelta(days=ASK_AGAIN_DAYS), limit=BATCH)
    return (
        sum(_end(room, row, at=at) for row in over)
        + sum(_say_overdue(room, row, at=at) for row in overdue)
        + sum(_ask_for_review(room, row, on=on, at=at) for row in bars)
    )


def _end(room: Safeguarding, found: OverrideRow, *, at: datetime) -> int:
    """Write down that an override is over, at the instant at which it was, and ask for its review."""
    key = key_of_learner(room.keys, found.learner_id)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, found.learner_id)
        row = queries.override_for(connection, found.agency_id, found.id, person_id=found.acting_person_id)
        if row is None or row.ended_at is not None or row.ends_at > at:
            return 0
        because = EndedBecause.NOT_CONFIRMED if row.confirmed_at is None else EndedBecause.TIME_OVER
        values = {"ended_at": row.ends_at, "ended_because": because.value}
        queries.change_override(connection, row.agency_id, row.id, values)
        holders = holders_of(room.book.snapshot(connection), row)
        body = {"person": None, "because": because.value}
        write_override_event(connection, key, Kind.OVERRIDE_ENDED, row, holders=holders, body=body, at=at)
        told = reviewers(connection, row)
        notices = [(NoticeKind.OVERRIDE_REVIEW_DUE, told)]
        if because is EndedBecause.NOT_CONFIRMED:
            notices.append((NoticeKind.OVERRIDE_ENDED, told))
        tell(connection, notices, event_id=row.id, learner_id=row.learner_id, agency_id=row.agency_id, at=at)
    return 1


def _say_overdue(room: Safeguarding, found: OverrideRow, *, at: datetime) -> int:
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, found.learner_id)
        row = queries.override_for(connection, found.agency_id, found.id, person_id=found.acting_person_id)
        if row is None or row.reviewed_at is not None or row.overdue_told_at is not None:
            return 0
        queries.change_override(connection, row.agency_id, row.id, {"overdue_told_at": at})
        kept = queries.kept_from(connection, row.agency_id, row.id)
        kind = NoticeKind.OVERRIDE_REVIEW_OVERDUE
        notices = [
            (kind, audience)
            for audience, office in ((SAFEGUARDING, Office.SAFEGUARDING), (DESIGNATED, Office.DESIGNATED))
            if (holder := holder_of(connection, row.agency_id, office)) is not None and holder not in kept
        ]
        tell(connection, notices, event_id=row.id, learner_id=row.learner_id, agency_id=row.agency_id, at=at)
    return 1


def _ask_for_review(room: Safeguarding, found: BarRow, *, on: date, at: datetime) -> int:
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, found.learner_id)
        row = queries.bar_by_id(connection, found.id)
        if (
            row is None
            or not _is_asked_for(row, on)
            or not queries.change_bar(connection, row.id, {"review_asked_on": on})
        ):
            return 0
        notices = [(NoticeKind.BAR_REVIEW_DUE, one) for one in bar_audiences(connection, row.agency_id)]
        tell(
            connection,
            notices,
            event_id=asked_id(row.id, on),
            learner_id=row.learner_id,
            agency_id=row.agency_id,
            at=at,
        )
    return 1


def asked_id(bar_id: UUID, on: date) -> UUID:
    """The event "this bar's review was asked for on this day": each asking is told anew."""
    return uuid5(bar_id, f"review:{on.isoformat()}")


def _is_asked_for(row: BarRow, on: date) -> bool:
    if row.lifted_at is not None or row.review_on > on:
        return False
    asked = row.review_asked_on
    return asked is None or asked < row.review_on or asked <= on - timedelta(days=ASK_AGAIN_DAYS)
