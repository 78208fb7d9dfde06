"""Writing notices, in the transaction of what happened. Nothing is sent from here."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.database import new_id
from hub.notices import queries
from hub.notices.model import Audience, NewNotice, NoticeKind, NoticeState

REFERENCE_LENGTH = 7
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base32: no I, L, O, U, so it survives the telephone
_BATCH = 200  # rows per statement, under SQLite's limit of bound values
_ROUNDS = 5


def new_reference() -> str:
    """Seven random characters that a person can read out, e.g. 7K2M9QX (35 bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(REFERENCE_LENGTH))


def write_notice(
    connection: Connection,
    *,
    kind: NoticeKind,
    event_id: UUID,
    learner_id: UUID | None,
    agency_id: str | None,
    audience: Audience,
    at: datetime,
) -> UUID:
    """Write one notice, or find the one that this event already made for this audience; answers its id.

    Call it in the transaction of what happened, and ring the doorbell after its commit.
    """
    row = NewNotice(kind, event_id, audience, learner_id=learner_id, agency_id=agency_id)
    return write_notices(connection, [row], at=at)[0]


def write_notices(connection: Connection, rows: Sequence[NewNotice], *, at: datetime) -> list[UUID]:
    """Write many notices at once, each as `write_notice` does; answers their ids in the order of `rows`."""
    ids: list[UUID] = []
    for start in range(0, len(rows), _BATCH):
        ids += _write_batch(connection, rows[start : start + _BATCH], at=at)
    return ids


def pass_on(connection: Connection, *, learner_id: UUID, at: datetime) -> int:
    """After a hand-over: what the last accountable person never acknowledged is told again, to the new one.

    Call it in the transaction of the hand-over. Answers how many notices are due again.
    """
    return queries.reopen_unacknowledged(connection, learner_id=learner_id, at=at)


def _write_batch(connection: Connection, rows: Sequence[NewNotice], *, at: datetime) -> list[UUID]:
    keys = [queries.key_of(row) for row in rows]
    found: dict[queries.NoticeKey, UUID] = {}
    # A reference that is already taken leaves its row out; it gets another one in the next round.
    for _ in range(_ROUNDS):
        missing = [row for row, key in zip(rows, keys, strict=True) if key not in found]
        if not missing:
            break
        queries.insert_new(connection, [_values(row, at=at) for row in missing])
        found = queries.ids_by_key(connection, keys)
    return [found[key] for key in keys]


def _values(row: NewNotice, *, at: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "agency_id": row.agency_id,
        "learner_id": row.learner_id,
        "kind": row.kind.value,
        "event_id": row.event_id,
        "audience": row.audience.key,
        "reference": new_reference(),
        "created_at": at,
        "due_at": at,
        "state": NoticeState.DUE.value,
        "attempts": 0,
        "next_attempt_at": at,
        "fence": 0,
    }
