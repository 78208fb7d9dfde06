"""How often a client may do what invites guessing, counted in the database so that every process sees one count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from hub.database import unit_of_work
from hub.oauth import queries
from hub.oauth.errors import TooOften


@dataclass(frozen=True, slots=True)
class Pace:
    """At most `most` of `what` in each window of `seconds`."""

    what: str
    most: int
    seconds: int


LOOKUPS = (Pace("lookup-minute", 300, 60), Pace("lookup-hour", 5_000, 3_600))
"""Identifier lookups of one client. A large school's roll fits into an hour; trying numbers out does not get far."""

EXPLANATIONS = (Pace("explain-minute", 60, 60), Pace("explain-hour", 1_000, 3_600))
"""Explanations to one client: for people who ask why, not for following a learner's consents minute by minute."""


REQUESTS = (Pace("request-minute", 30, 60), Pace("request-day", 500, 86_400))
"""Requests for withheld fields by one client: each is read by a person."""


CHECKS = (Pace("check-minute", 10, 60), Pace("check-hour", 120, 3_600))
"""Drafts to check, versions to compare and registers to make, of one client: each costs seconds, not milliseconds."""


OVERRIDES = (Pace("override-minute", 10, 60), Pace("override-day", 200, 86_400))
"""Safeguarding overrides begun by one client: each opens a child's record and calls a second person."""


def keep_pace(engine: Engine, paces: tuple[Pace, ...], *, client_id: str, at: datetime) -> None:
    """Count one use by this client. Raises TooOften past a limit; refused ones count too."""
    waits = []
    with unit_of_work(engine) as connection:
        for pace in paces:
            begun = int(at.timestamp()) // pace.seconds * pace.seconds
            window_at = datetime.fromtimestamp(begun, UTC)
            count = queries.count_up(connection, client_id=client_id, what=pace.what, window_at=window_at)
            if count > pace.most:
                waits.append(begun + pace.seconds - int(at.timestamp()))
    if waits:
        raise TooOften(client_id, max(waits))
