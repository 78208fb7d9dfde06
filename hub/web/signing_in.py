"""Sign-in by a one-time code: asked for with an address, typed in the browser that asked, good once.

Nothing here tells whether an address is known: both ways do the same work, keep the same row and count the same tries.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import structlog
from sqlalchemy import Engine

from hub.database import unit_of_work
from hub.directory.register import normalised_email
from hub.web import limits, queries, sessions
from hub.web.language import Language
from hub.web.model import SendCode, Session
from hub.web.tokens import are_equal, fresh_code, fresh_secret, hash_of, mac

GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5

_log = structlog.get_logger()


class Door(Protocol):
    """What signing in needs of the site."""

    @property
    def engine(self) -> Engine: ...

    @property
    def key(self) -> bytes: ...

    @property
    def send_code(self) -> SendCode: ...

    def person_by_email(self, email: str) -> UUID | None: ...


def ask_for_code(door: Door, email: str, *, client: str, language: Language, before: str | None, at: datetime) -> str:
    """Send a code to the person with this address, if there is one; the secret of the attempt, for the cookie.

    `client` is the network address that asks, `before` the secret of an attempt that this one replaces.
    Raises `TooMany`, for a known and for an unknown address alike.
    """
    limits.count(door.engine, key=door.key, limits=limits.CODES_PER_CLIENT, who=client, at=at)
    # By the same form as the address is found by: else each spelling of one address had a count of its own.
    spelling = normalised_email(email).decode()
    limits.count(door.engine, key=door.key, limits=limits.CODES_PER_ADDRESS, who=spelling, at=at)
    person_id = door.person_by_email(email)
    attempt, code = fresh_secret(), fresh_code()
    with unit_of_work(door.engine) as connection:
        if before is not None:
            queries.forget_code(connection, hash_of(before))
        queries.add_code(
            connection,
            attempt_hash=hash_of(attempt),
            person_id=person_id,
            code_mac=_code_mac(door.key, attempt, code),
            expires_at=at + GOOD_FOR,
        )
    if person_id is not None:
        _send(door, person_id, language=language, code=code)
    return attempt


def redeem(door: Door, attempt: str, code: str, *, client: str, before: str | None, at: datetime) -> Session | None:
    """A session for the right code; None for any other, and for one that is used, out of date or tried five times.

    One transaction: the try is counted, the code compared, spent and the session begun, with the code's row locked
    from the first of these on. A crash in between leaves the code as it was.
    """
    limits.count(door.engine, key=door.key, limits=limits.TRIES_PER_CLIENT, who=client, at=at)
    attempt_hash = hash_of(attempt)
    with unit_of_work(door.engine) as connection:
        found = queries.count_try(connection, attempt_hash, most=MOST_TRIES, at=at)
        if found is None:
            return None
        is_right = are_equal(found.code_mac, _code_mac(door.key, attempt, code))
        if not is_right or found.person_id is None or not queries.use_code(connection, attempt_hash, at=at):
            return None
        return sessions.begin(connection, person_id=found.person_id, before=before, at=at)


def _code_mac(key: bytes, attempt: str, code: str) -> bytes:
    # Six digits could be guessed from a plain hash: the key is not in the database.
    return mac(key, "signin-code", attempt.encode(), code.encode())


def _send(door: Door, person_id: UUID, *, language: Language, code: str) -> None:
    try:
        door.send_code(person_id, language, code)
    except Exception as error:
        # The answer must not differ from that for an unknown address. The text of the error may hold an address.
        _log.error("signin_code_not_sent", error=type(error).__name__)
