"""Takes answers to a decision exactly once, however often a button is pressed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from hub.database import reading, unit_of_work
from hub.web import queries
from hub.web.errors import NotHere
from hub.web.model import Journey, Took


def save(engine: Engine, journey: Journey, *, at: datetime) -> None:
    """Keep answers until they are confirmed."""
    with unit_of_work(engine) as connection:
        queries.save_journey(connection, journey, at=at)


def find(engine: Engine, journey_id: UUID, *, person_id: UUID) -> Journey:
    """A journey of this person; raises `NotHere` for any other."""
    with reading(engine) as connection:
        found = queries.find_journey(connection, journey_id, person_id=person_id)
    if found is None:
        raise NotHere
    return found


def is_claimed(engine: Engine, journey_id: UUID, *, person_id: UUID) -> bool:
    """True when this person's answer was sent before: it must not be asked whether it could be given again."""
    with reading(engine) as connection:
        found = queries.find_journey(connection, journey_id, person_id=person_id)
    return found is not None and found.claimed_at is not None


def decide(engine: Engine, journey: Journey, act: Callable[[], Took], *, at: datetime) -> None:
    """Claim the journey, act, and write down the outcome; does nothing when it is claimed already.

    The claim commits before `act` begins its own transaction. A refusal of `act` gives the claim back. A crash in
    between leaves a claim without an outcome: the page then points to the list of decisions instead of acting twice.
    """
    if not _claim(engine, journey, at=at):
        find(engine, journey.id, person_id=journey.person_id)
        return
    try:
        outcome = act()
    except Exception:
        with unit_of_work(engine) as connection:
            queries.release_journey(connection, journey.id)
        raise
    with unit_of_work(engine) as connection:
        queries.finish_journey(connection, journey.id, event_id=outcome.event_id, took_effect_at=outcome.at)


def _claim(engine: Engine, journey: Journey, *, at: datetime) -> bool:
    with unit_of_work(engine) as connection:
        is_new = queries.save_journey(connection, replace(journey, claimed_at=at), at=at)
        return is_new or queries.claim_journey(connection, journey, at=at)
