"""Writing and reading consents. Writers hold the learner's stream lock (`consent.ledger.streams.lock`)."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile
from uuid import UUID

from sqlalchemy import Connection

from consent import queries
from consent.errors import UnknownConsent
from consent.model import Answer, ConsentEvent, ConsentKind, ConsentState, Matter
from consent.status import fold
from consent.validation import check


def open_consent(connection: Connection, matter: Matter, *, new_id: UUID, at: datetime) -> UUID:
    """Id of the consent row of this person and matter; `new_id` becomes it where there is none yet."""
    return queries.ensure(connection, matter, new_id=new_id, at=at)


def append(connection: Connection, event: Answer) -> ConsentEvent:
    """Write the next event of a consent and return it with its number.

    The caller holds the learner's lock, so no other event comes in between; the unique number is the second guard.
    Raises an `AnswerRefused` that says what is wrong with the event, or UnknownConsent.
    """
    matter = matter_of(connection, event.consent_id)
    earlier = queries.events_of_consent(connection, event.consent_id)
    check(event, fold(earlier, consent_id=event.consent_id, matter=matter, at=event.at))
    numbered = _numbered(event, len(earlier) + 1)
    queries.write(connection, numbered)
    return numbered


def matter_of(connection: Connection, consent_id: UUID) -> Matter:
    """What a consent is about; raises UnknownConsent."""
    matter = queries.matter(connection, consent_id)
    if matter is None:
        raise UnknownConsent(consent_id)
    return matter


def state_of(connection: Connection, consent_id: UUID, *, at: datetime) -> ConsentState:
    """What one consent comes to at `at`, also before its first event; raises UnknownConsent."""
    matter = matter_of(connection, consent_id)
    events = queries.events_of_consent(connection, consent_id)
    return fold(events, consent_id=consent_id, matter=matter, at=at)


def events_of(connection: Connection, learner_id: UUID) -> list[ConsentEvent]:
    """Every event about a learner, oldest first."""
    events = queries.events_of_learner(connection, learner_id)
    return sorted(events, key=lambda event: (event.at, event.consent_id, event.number))


def states_of(
    connection: Connection,
    learner_id: UUID,
    *,
    at: datetime,
    holder: str | None = None,
    recipient: str | None = None,
    purpose: str | None = None,
    kind: ConsentKind | None = None,
) -> list[ConsentState]:
    """What each consent about a learner comes to at `at`, one query; combine them with `consent.status.effective`.

    Raises HistoryUnreadable where events are missing, so that a read refuses instead of guessing.
    """
    chosen = {"holder": holder, "recipient": recipient, "purpose": purpose, "kind": kind}
    return [
        fold(events, consent_id=consent_id, matter=matter, at=at)
        for consent_id, matter, events in queries.histories(connection, learner_id, chosen)
    ]


def states_then(connection: Connection, learner_id: UUID, *, at: datetime, kind: ConsentKind) -> list[ConsentState]:
    """What each consent about a learner came to at an instant that is over: by its events up to then, and no later one.

    Not for a decision about a read: there a withdrawal binds from its commit, whatever its own instant says.
    """
    return [
        fold(
            takewhile(lambda event: event.at <= at, sorted(events, key=lambda event: event.number)),
            consent_id=consent_id,
            matter=matter,
            at=at,
        )
        for consent_id, matter, events in queries.histories(connection, learner_id, {"kind": kind})
    ]


def _numbered(event: Answer, number: int) -> ConsentEvent:
    return ConsentEvent(number=number, **{name: getattr(event, name) for name in Answer.__dataclass_fields__})


def lapsed(connection: Connection, *, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Learner and consent of up to `limit` grants whose end has come and that have no event after it.

    Only a first choice: `append` checks again under the learner's lock.
    """
    return queries.lapsed(connection, at=at, limit=limit)
