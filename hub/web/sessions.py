"""Sessions in the database: begun at sign-in, found by the cookie's hash, ended by sign-out, silence or age."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection, Engine

from hub.database import reading, unit_of_work
from hub.web import queries
from hub.web.model import Session
from hub.web.tokens import fresh_secret, hash_of

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
_NOTED_EVERY = timedelta(minutes=1)
_CODES_KEPT = timedelta(hours=1)
_WINDOWS_KEPT = timedelta(days=2)
JOURNEYS_KEPT = timedelta(hours=24)


def begin(connection: Connection, *, person_id: UUID, before: str | None, at: datetime) -> Session:
    """A new session with a new secret; the one that the browser had `before` ends (session fixation)."""
    if before is not None:
        queries.end_session(connection, hash_of(before))
    session = Session(secret=fresh_secret(), person_id=person_id, signed_in_at=at)
    queries.add_session(connection, secret_hash=hash_of(session.secret), person_id=person_id, at=at)
    return session


def current(engine: Engine, secret: str, *, at: datetime) -> Session | None:
    """The session of this cookie; None when there is none, it was silent for 30 minutes, or is 12 hours old."""
    secret_hash = hash_of(secret)
    with reading(engine) as connection:
        found = queries.find_session(connection, secret_hash, seen_after=at - IDLE, signed_in_after=at - LONGEST)
    if found is None:
        return None
    person_id, signed_in_at, seen_at = found
    if at - seen_at > _NOTED_EVERY:
        with unit_of_work(engine) as connection:
            queries.touch_session(connection, secret_hash, at=at)
    return Session(secret=secret, person_id=person_id, signed_in_at=signed_in_at)


def end(engine: Engine, secret: str) -> None:
    """Sign out: the cookie is worth nothing from this commit on, in every process."""
    with unit_of_work(engine) as connection:
        queries.end_session(connection, hash_of(secret))


def forget_old(engine: Engine, *, at: datetime) -> int:
    """Delete sessions, codes, counts and journeys that have served their time. For a worker, some times an hour."""
    with unit_of_work(engine) as connection:
        return queries.forget_before(
            connection,
            idle=at - IDLE,
            signed_in=at - LONGEST,
            codes=at - _CODES_KEPT,
            windows=at - _WINDOWS_KEPT,
            journeys=at - JOURNEYS_KEPT,
        )
