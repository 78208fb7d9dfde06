"""What a person has answered so far, and what an agency may know of consents that name it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent import events
from consent.model import ConsentKind, ConsentState, Status
from hub.consenting.model import ConsentLine
from hub.consenting.standing import Consenting
from hub.database import reading
from hub.directory import links
from hub.sharing.errors import NotKnownHere


def consents(room: Consenting, person_id: UUID, learner_id: UUID) -> Sequence[ConsentLine]:
    """This person's own answers about this learner, newest first; empty for somebody who never answered."""
    with reading(room.engine) as connection:
        lines = _lines(room, connection, learner_id)
    return [line for line, decider in lines if decider == person_id]


def consents_for(room: Consenting, agency_id: str, handle_id: UUID) -> Sequence[ConsentLine]:
    """Consents about the learner behind an agency's own handle in which it is holder or recipient.

    Raises NotKnownHere. Whose answer it was is left out: an agency learns what holds, not which parent said what.
    """
    with reading(room.engine) as connection:
        learner_id = links.learner_of(connection, agency_id, handle_id)
        if learner_id is None:
            raise NotKnownHere
        lines = _lines(room, connection, learner_id)
    return [line for line, _ in lines if _concerns(agency_id, line)]


def _concerns(agency_id: str, line: ConsentLine) -> bool:
    """A recipient hears of what it was once given; a plain no would only tell it which partner knows the learner."""
    if agency_id == line.holder:
        return True
    return agency_id == line.recipient and line.status not in (Status.REFUSED.value, Status.NONE.value)


def _lines(room: Consenting, connection: Connection, learner_id: UUID) -> list[tuple[ConsentLine, UUID]]:
    at = room.clock()
    decided = _decided_at(connection, learner_id)
    states = events.states_of(connection, learner_id, at=at, kind=ConsentKind.DATA_SHARING)
    lines = [(_line(state, decided[state.consent_id]), state.decided_by) for state in states]
    return sorted(lines, key=lambda line: (line[0].decided_at, line[0].consent_id), reverse=True)


def _decided_at(connection: Connection, learner_id: UUID) -> dict[UUID, datetime]:
    return {event.consent_id: event.at for event in events.events_of(connection, learner_id)}


def _line(state: ConsentState, decided_at: datetime) -> ConsentLine:
    return ConsentLine(
        consent_id=state.consent_id,
        learner_id=state.matter.learner_id,
        status=state.status.value,
        holder=state.holder,
        recipient=state.recipient,
        purpose=state.purpose,
        group_id=state.scope,
        field_ids=tuple(sorted(state.field_ids)),
        decided_at=decided_at,
        valid_until=state.valid_until,
    )
