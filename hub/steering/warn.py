"""Designated persons are warned before the review date: 60, 30 and 7 days, once each."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import Connection

from hub.database import reading, unit_of_work
from hub.notices.model import DESIGNATED, NewNotice, NoticeKind
from hub.notices.queries import events_told_of
from hub.notices.write import write_notices
from hub.protocols import queries
from hub.protocols.model import State
from hub.steering.ageing import end_of
from hub.steering.step import Steering
from policies.conditions import midnight
from policies.model import ProtocolRef

DAYS_BEFORE = (60, 30, 7)

_WARNINGS = UUID("7d0c1f4e-55a0-5c2b-9a3e-0d7f6b1c2e84")
"""Namespace of the events: a warning is named by what it is about, so that whoever writes it again writes the same."""


def event_id_of(ref: ProtocolRef, days: int, agency_id: str) -> UUID:
    """The event of one warning to one partner."""
    return uuid5(_WARNINGS, f"{ref}:{days}:{agency_id}")


def warn(room: Steering, *, at: datetime) -> int:
    """Write the warnings that are due and not written yet; answers how many.

    A day that passed while nothing ran is made up for. A version that came into force after one of these days is warned
    of with the nearest one only.
    """
    with reading(room.engine) as connection:
        due = _due(room, connection, at=at)
        written = events_told_of(connection, [one.event_id for one in due]) if due else frozenset()
    new = [one for one in due if one.event_id not in written]
    if new:
        with unit_of_work(room.engine) as connection:
            write_notices(connection, new, at=at)
    return len(new)


def _due(room: Steering, connection: Connection, *, at: datetime) -> list[NewNotice]:
    versions = queries.all_versions(connection)
    standings = [one for one, _ in versions]
    found = []
    for standing, since in versions:
        protocol = room.book.load(connection, standing) if standing.state is State.IN_FORCE else None
        end = None if protocol is None else end_of(room.book, connection, protocol, standings)
        if protocol is None or end is None or end.state is not State.LAPSED or at >= end.at:
            continue
        for days in _days_due(midnight(protocol.review_on), since=since, at=at):
            found += [
                NewNotice(
                    NoticeKind.PROTOCOL_REVIEW_SOON,
                    event_id_of(standing.ref, days, agency),
                    DESIGNATED,
                    agency_id=agency,
                )
                for agency in sorted(protocol.partners)
            ]
    return found


def _days_due(review_at: datetime, *, since: datetime, at: datetime) -> list[int]:
    begun = [days for days in DAYS_BEFORE if at >= review_at - timedelta(days=days)]
    in_force_then = [days for days in begun if since <= review_at - timedelta(days=days)]
    return in_force_then or begun[-1:]
