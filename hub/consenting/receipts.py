"""Receipts of a person: the opening of their own stream's entries, and nobody else's.

One of the few functions that may open sealed bytes (docs/decisions/0003-who-may-open.md): what it opens says who was
asked what and what they answered, never a record value.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent import events
from consent.ledger import outbox
from consent.ledger.errors import NotYetSequenced, OpeningMismatch
from consent.ledger.leaf import read_opening
from consent.ledger.outbox import StoredEntry, opening_context
from consent.ledger.receipts import receipt_text
from hub.circumstances import queries as circumstances
from hub.circumstances.hiding import Hidden, hidden_from_family
from hub.consenting.errors import NoSuchReceipt, ReceiptNotReady
from hub.consenting.model import ReceiptLine
from hub.consenting.standing import Consenting
from hub.database import reading
from hub.directory.streams import opening_purpose, owner_of, sight_stream
from hub.sealing.opening import open_text
from hub.sharing import queries as sharing

WAIT_SECONDS = 1.5
"""Somebody who asks for a receipt right after deciding should not be told to come back."""


def receipts(room: Consenting, person_id: UUID, learner_id: UUID) -> Sequence[ReceiptLine]:
    """The receipts of this person's own decisions about this learner, newest first."""
    with reading(room.engine) as connection:
        own = [event for event in events.events_of(connection, learner_id) if event.decided_by == person_id]
        matters = {
            consent_id: events.matter_of(connection, consent_id) for consent_id in {one.consent_id for one in own}
        }
        entries = _entries(connection, sight_stream(learner_id, person_id), [event.id for event in own])
    lines = [
        ReceiptLine(
            event_id=event.id,
            kind=event.kind.value,
            at=event.at,
            is_ready=event.id in entries and entries[event.id].index is not None,
            recipient=matters[event.consent_id].recipient,
            group_id=matters[event.consent_id].scope,
        )
        for event in own
    ]
    return sorted(lines, key=lambda line: (line.at, line.event_id), reverse=True)


def receipt(room: Consenting, person_id: UUID, event_id: UUID) -> bytes:
    """The receipt of one decision of this person: a `tlog-proof` file that anybody can check with public keys alone.

    Raises NoSuchReceipt where the event is not in a stream of theirs, ReceiptNotReady until it is under a checkpoint,
    and OpeningMismatch where a row of another stream was made to look like theirs.
    """
    with reading(room.engine) as connection:
        entry = _own_entry(connection, person_id, event_id, at=room.clock())
        owner = owner_of(entry.owner)
        opening = open_text(
            room.keys.unwrap(owner),
            entry.sealed_opening,
            owner=owner,
            purpose=opening_purpose(opening_context(entry.id)),
        )
        # The stream is a column that whoever writes the database can change; inside the opening it cannot be.
        if read_opening(opening).body.get("stream") != entry.stream:
            raise OpeningMismatch(entry.id)
        try:
            return receipt_text(connection, entry.id, opening)
        except NotYetSequenced:
            raise ReceiptNotReady from None


def receipt_soon(room: Consenting, person_id: UUID, event_id: UUID, *, seconds: float = WAIT_SECONDS) -> bytes:
    """Like `receipt`, but waits up to `seconds` for a checkpoint that is being signed; no transaction is open then."""
    until = time.monotonic() + seconds
    while True:
        try:
            return receipt(room, person_id, event_id)
        except ReceiptNotReady:
            if time.monotonic() >= until:
                raise
        time.sleep(0.1)


def _own_entry(connection: Connection, person_id: UUID, event_id: UUID, *, at: datetime) -> StoredEntry:
    for entry in outbox.entries_for(connection, [event_id]):
        if entry.stream.startswith("sight:") and entry.stream.endswith(f":{person_id}"):
            learner_id = UUID(entry.stream.split(":")[1])
            hidden = hidden_from_family(connection, learner_id, person_id=person_id, at=at)
            if _is_hidden(connection, event_id, hidden):
                raise NoSuchReceipt
            return entry
    raise NoSuchReceipt


def _is_hidden(connection: Connection, event_id: UUID, hidden: Hidden) -> bool:
    return (
        event_id in hidden.overrides
        or sharing.is_hidden(connection, event_id, hidden=hidden)
        or circumstances.is_request_of(connection, event_id, hidden.agencies)
    )


def _entries(connection: Connection, stream: str, event_ids: Sequence[UUID]) -> dict[UUID, StoredEntry]:
    found = outbox.entries_for(connection, event_ids) if event_ids else []
    return {entry.subject_event_id: entry for entry in found if entry.stream == stream and entry.subject_event_id}
