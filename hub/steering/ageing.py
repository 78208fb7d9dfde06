"""Versions whose time is over get their step, so that the register and the ledger say so.

The end itself needs no step: a decision goes by the dates, whether or not this has run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hub.database import reading, unit_of_work
from hub.protocols import queries
from hub.protocols.book import PolicyBook
from hub.protocols.model import ENFORCED, OVER, Standing, State
from hub.sealing.model import SubjectKey
from hub.steering.step import Steering, Taken, hub_key, take_step
from policies.conditions import midnight
from policies.model import Protocol


@dataclass(frozen=True, slots=True)
class End:
    """When and how the time of a version is over."""

    at: datetime
    state: State


def age(room: Steering, *, at: datetime) -> int:
    """Write the step of every version that has lapsed or was superseded by now; answers how many."""
    with reading(room.engine) as connection:
        versions = [one for one, _ in queries.all_versions(connection)]
        due = {one.id for one, _ in _over(room.book, connection, versions, at=at)}
    if not due:
        return 0
    key = hub_key(room.keys)
    return sum(_age(room, key, protocol_id, at=at) for protocol_id in sorted(due))


def end_of(book: PolicyBook, connection: Connection, protocol: Protocol, versions: Iterable[Standing]) -> End | None:
    """The first day of the next version that was put in force, or the review date, whichever comes first.

    None where a later version does not verify: then nothing is known, and nothing is written.
    """
    end = End(midnight(protocol.review_on), State.LAPSED)
    for one in versions:
        if one.id == protocol.ref.id and one.version > protocol.ref.version and one.state in ENFORCED:
            later = book.load(connection, one)
            if later is None:
                return None
            if midnight(later.in_force_from) <= end.at:
                end = End(midnight(later.in_force_from), State.SUPERSEDED)
    return end


def _age(room: Steering, key: SubjectKey, protocol_id: str, *, at: datetime) -> int:
    with unit_of_work(room.engine) as connection:
        over = _over(room.book, connection, queries.lock_versions(connection, protocol_id), at=at)
        for standing, end in over:
            queries.set_state(connection, standing.ref, end.state, at=at)
            take_step(connection, key, Taken(standing.ref, standing.digest, end.state, at))
    return len(over)


def _over(
    book: PolicyBook, connection: Connection, versions: Sequence[Standing], *, at: datetime
) -> list[tuple[Standing, End]]:
    found = []
    for one in versions:
        if one.state in ENFORCED - OVER:
            protocol = book.load(connection, one)
            end = None if protocol is None else end_of(book, connection, protocol, versions)
            if end is not None and at >= end.at:
                found.append((one, end))
    return found
