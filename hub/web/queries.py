"""All SQL of the pages. Nothing here commits."""

from __future__ import annotations

import json
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Row, delete, exists, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from hub.database import is_sqlite
from hub.directory.tables import person
from hub.web.model import Answers, Attempt, Journey, JourneyKind
from hub.web.tables import rate_count, signin_code, web_journey, web_session


def add_session(connection: Connection, *, secret_hash: bytes, person_id: UUID, at: datetime) -> None:
    """Keep a new session."""
    connection.execute(
        insert(web_session).values(secret_hash=secret_hash, person_id=person_id, signed_in_at=at, seen_at=at)
    )


def find_session(
    connection: Connection, secret_hash: bytes, *, seen_after: datetime, signed_in_after: datetime
) -> tuple[UUID, datetime, datetime] | None:
    """Person, time of sign-in and last time seen of a session that is neither idle nor too old; None: there is none.

    Whoever was put out of use is signed in no longer, from that commit on: a session is not waited out.
    """
    is_out_of_use = exists().where(person.c.id == web_session.c.person_id, person.c.is_active.is_(False))
    row = connection.execute(
        select(web_session.c.person_id, web_session.c.signed_in_at, web_session.c.seen_at).where(
            web_session.c.secret_hash == secret_hash,
            web_session.c.seen_at > seen_after,
            web_session.c.signed_in_at > signed_in_after,
            ~is_out_of_use,
        )
    ).one_or_none()
    return None if row is None else (row.person_id, row.signed_in_at, row.seen_at)


def touch_session(connection: Connection, secret_hash: bytes, *, at: datetime) -> None:
    """Note that the session was used."""
    connection.execute(update(web_session).where(web_session.c.secret_hash == secret_hash).values(seen_at=at))


def end_session(connection: Connection, secret_hash: bytes) -> None:
    """Forget a session; one that is not there is as good as ended."""
    connection.execute(delete(web_session).where(web_session.c.secret_hash == secret_hash))


def add_code(
    connection: Connection, *, attempt_hash: bytes, person_id: UUID | None, code_mac: bytes, expires_at: datetime
) -> None:
    """Keep a code that was asked for."""
    connection.execute(
        insert(signin_code).values(
            attempt_hash=attempt_hash, person_id=person_id, code_mac=code_mac, expires_at=expires_at, tries=0
        )
    )


def forget_code(connection: Connection, attempt_hash: bytes) -> None:
    """Drop a code: its browser has asked for another."""
    connection.execute(delete(signin_code).where(signin_code.c.attempt_hash == attempt_hash))


def count_try(connection: Connection, attempt_hash: bytes, *, most: int, at: datetime) -> Attempt | None:
    """Count one try and answer with what it is against; None when the code is used, out of date or tried `most` times.

    The count is the condition of the same UPDATE: of many tries at once, no more than `most` get past it, and the row
    stays locked until the caller's transaction ends.
    """
    row = connection.execute(
        update(signin_code)
        .where(
            signin_code.c.attempt_hash == attempt_hash,
            signin_code.c.used_at.is_(None),
            signin_code.c.tries < most,
            signin_code.c.expires_at > at,
        )
        .values(tries=signin_code.c.tries + 1)
        .returning(signin_code.c.person_id, signin_code.c.code_mac)
    ).one_or_none()
    return None if row is None else Attempt(row.person_id, row.code_mac)


def use_code(connection: Connection, attempt_hash: bytes, *, at: datetime) -> bool:
    """Spend a code; False when somebody else has."""
    spent = connection.execute(
        update(signin_code)
        .where(signin_code.c.attempt_hash == attempt_hash, signin_code.c.used_at.is_(None))
        .values(used_at=at)
    )
    return spent.rowcount == 1


def count_up(connection: Connection, *, bucket: bytes, window_at: datetime) -> int:
    """Count one more in this window, and answer with the count; correct however many do it at once."""
    values = {"bucket": bucket, "window_at": window_at, "count": 1}
    more = {"count": rate_count.c.count + 1}
    keys = [rate_count.c.bucket, rate_count.c.window_at]
    if is_sqlite(connection):
        statement = sqlite_insert(rate_count).values(values).on_conflict_do_update(index_elements=keys, set_=more)
        return int(connection.execute(statement.returning(rate_count.c.count)).scalar_one())
    upsert = postgres_insert(rate_count).values(values).on_conflict_do_update(index_elements=keys, set_=more)
    return int(connection.execute(upsert.returning(rate_count.c.count)).scalar_one())


def save_journey(connection: Connection, journey: Journey, *, at: datetime) -> bool:
    """Keep a new journey; False when one with this id is there already."""
    values = {
        "id": journey.id,
        "person_id": journey.person_id,
        "learner_id": journey.learner_id,
        "kind": journey.kind.value,
        "subject": journey.subject,
        "field_ids": json.dumps(journey.answers.field_ids if journey.answers else []),
        "until_on": journey.answers.until_on if journey.answers else None,
        "saved_at": at,
        "claimed_at": journey.claimed_at,
    }
    # RETURNING, not rowcount: what an INSERT counts is not the same on every driver.
    if is_sqlite(connection):
        statement = sqlite_insert(web_journey).values(values).on_conflict_do_nothing()
        return connection.execute(statement.returning(web_journey.c.id)).one_or_none() is not None
    upsert = postgres_insert(web_journey).values(values).on_conflict_do_nothing()
    return connection.execute(upsert.returning(web_journey.c.id)).one_or_none() is not None


def find_journey(connection: Connection, journey_id: UUID, *, person_id: UUID) -> Journey | None:
    """A journey of this person; somebody else's is not found."""
    row = connection.execute(
        select(web_journey).where(web_journey.c.id == journey_id, web_journey.c.person_id == person_id)
    ).one_or_none()
    return None if row is None else _journey(row)


def claim_journey(connection: Connection, journey: Journey, *, at: datetime) -> bool:
    """Claim a journey for its one decision; False when it is claimed already, or is about something else."""
    claimed = connection.execute(
        update(web_journey)
        .where(
            web_journey.c.id == journey.id,
            web_journey.c.person_id == journey.person_id,
            web_journey.c.kind == journey.kind.value,
            web_journey.c.subject == journey.subject,
            web_journey.c.claimed_at.is_(None),
        )
        .values(claimed_at=at)
    )
    return claimed.rowcount == 1


def release_journey(connection: Connection, journey_id: UUID) -> None:
    """Give a claim back: the decision was refused and nothing of it was kept."""
    connection.execute(
        update(web_journey)
        .where(web_journey.c.id == journey_id, web_journey.c.event_id.is_(None))
        .values(claimed_at=None)
    )


def finish_journey(connection: Connection, journey_id: UUID, *, event_id: UUID, took_effect_at: datetime) -> None:
    """Write down what came of a journey."""
    connection.execute(
        update(web_journey)
        .where(web_journey.c.id == journey_id)
        .values(event_id=event_id, took_effect_at=took_effect_at)
    )


def forget_before(
    connection: Connection,
    *,
    idle: datetime,
    signed_in: datetime,
    codes: datetime,
    windows: datetime,
    journeys: datetime,
) -> int:
    """Delete every row that has served its time; the number of rows that went."""
    statements = (
        delete(web_session).where(or_(web_session.c.seen_at <= idle, web_session.c.signed_in_at <= signed_in)),
        delete(signin_code).where(signin_code.c.expires_at <= codes),
        delete(rate_count).where(rate_count.c.window_at <= windows),
        delete(web_journey).where(web_journey.c.saved_at <= journeys),
    )
    return sum(connection.execute(statement).rowcount for statement in statements)


def _journey(row: Row[tuple[object, ...]]) -> Journey:
    kept = row._mapping
    until_on = kept["until_on"]
    return Journey(
        id=kept["id"],
        person_id=kept["person_id"],
        learner_id=kept["learner_id"],
        kind=JourneyKind(kept["kind"]),
        subject=kept["subject"],
        answers=None if until_on is None else Answers(tuple(json.loads(kept["field_ids"])), until_on),
        claimed_at=kept["claimed_at"],
        event_id=kept["event_id"],
        took_effect_at=kept["took_effect_at"],
    )
