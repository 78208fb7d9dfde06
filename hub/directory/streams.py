"""Which ledger streams an event belongs to, and how its openings are sealed (docs/architecture.md section 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger import outbox, streams
from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from consent.ledger.outbox import Entry, Owner, Seal
from hub.directory.errors import UnknownLearner
from hub.sealing.errors import KeyMissing
from hub.sealing.key_store import KeyStore
from hub.sealing.model import HUB, KeyOwner, OwnerKind, SubjectKey, learner_key
from hub.sealing.text import seal_text

OPENING = "ledger.opening"
"""Purpose under which an opening is sealed; the context that the ledger gives stands behind it."""


_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One thing that happened to a learner: kind, what the hidden body says of it, and the row that it proves.

    It is written once for each of `handles` (the partners whose records it touches) and each person of `sight`.
    """

    kind: Kind
    body: Mapping[str, Json]
    subject_event_id: UUID
    handles: Sequence[UUID] = ()
    sight: Sequence[UUID] = ()


def lock_learner(connection: Connection, learner_id: UUID) -> int:
    """Take the learner's lock and its next event number.

    Every disclosure and every change of consent or tie does this first, before it reads a fact (architecture 1.3).
    """
    return streams.lock(connection, f"learner:{learner_id}")


def key_of_learner(keys: KeyStore, learner_id: UUID) -> SubjectKey:
    """The key under which a learner's openings are sealed, to be fetched before any lock; raises UnknownLearner."""
    try:
        return keys.unwrap(learner_key(learner_id))
    except KeyMissing:
        raise UnknownLearner(learner_id) from None


def touch(connection: Connection) -> None:
    """Prove that this transaction can write: takes a number of a stream that is nobody's, for health checks."""
    streams.lock(connection, f"learner:{_NOBODY}")


def handle_stream(handle_id: UUID) -> str:
    """The stream of one partner's handle."""
    return f"handle:{handle_id}"


def sight_stream(learner_id: UUID, person_id: UUID) -> str:
    """The stream of one person entitled to sight of one learner's events."""
    return f"sight:{learner_id}:{person_id}"


def write_events(
    connection: Connection,
    keys: Mapping[KeyOwner, SubjectKey],
    events: Sequence[tuple[UUID, LedgerEvent]],
    *,
    at: datetime,
) -> None:
    """Write events, each with its learner, into the outbox: one entry per stream, sealed under the learner's key.

    Call it in the transaction of the business rows, with the learners' keys unwrapped before that transaction began.
    """
    entries = [
        Entry(event.kind, stream, event.body, owner=_owner(learner_id), subject_event_id=event.subject_event_id)
        for learner_id, event in events
        for stream in _streams(learner_id, event)
    ]
    outbox.append(connection, entries, seal=sealing_with(keys), at=at)


def sealing_with(keys: Mapping[KeyOwner, SubjectKey]) -> Seal:
    """The callable that `consent.ledger` seals openings with, over keys that are unwrapped already."""

    def seal(owner: Owner, opening: bytes, context: bytes) -> bytes:
        whose = owner_of(owner)
        return seal_text(keys[whose], owner=whose, purpose=opening_purpose(context), data=opening)

    return seal


def opening_purpose(context: bytes) -> str:
    """Purpose of one sealed opening, from the context that the ledger binds it to."""
    return f"{OPENING}/{context.hex()}"


def owner_of(owner: Owner) -> KeyOwner:
    """The key owner that a ledger row names by agency, kind and id."""
    agency_id, kind, identifier = owner
    known = OwnerKind(kind)
    return KeyOwner(agency_id, known, identifier if known is OwnerKind.AGENCY else UUID(identifier))


def _owner(learner_id: UUID) -> Owner:
    return HUB, OwnerKind.LEARNER.value, str(learner_id)


def _streams(learner_id: UUID, event: LedgerEvent) -> list[str]:
    return [
        *(handle_stream(handle) for handle in event.handles),
        *(sight_stream(learner_id, person) for person in event.sight),
    ]
