"""How old a learner is and which level of need somebody set: two whole numbers, and nothing else of what they rest on.

One of the few functions that may open sealed bytes (docs/decisions/0003-who-may-open.md). It is asked only where a row
of the reader has a condition on age or level, so that no other read pays for it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from hub.circumstances import queries
from hub.directory.queries import handles
from hub.directory.sealed import demographics_purpose
from hub.sealing.model import KeyOwner, SubjectKey, handle_directory_key, learner_key
from hub.sealing.opening import open_text

_FULL_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Life:
    """Age in completed years and level of need; None is not known, and meets no condition."""

    age: int | None = None
    level: int | None = None


UNKNOWN = Life()


def owners_of_life(learner_id: UUID, handle_ids: Iterable[UUID]) -> list[KeyOwner]:
    """Whose keys `life_of` needs, to be unwrapped before the learner is locked."""
    return [learner_key(learner_id), *(handle_directory_key(handle_id) for handle_id in handle_ids)]


def life_of(connection: Connection, keys: Mapping[KeyOwner, SubjectKey], learner_id: UUID, *, on: date) -> Life:
    """Age and level of need on a day in Wales; call it under the learner's lock, with the keys of `owners_of_life`."""
    said = []
    for row in handles.demographics_of_learners(connection, [learner_id]):
        owner, purpose = handle_directory_key(row.handle_id), demographics_purpose(row.agency_id, row.handle_id)
        said.append(json.loads(open_text(keys[owner], row.sealed, owner=owner, purpose=purpose)).get("birth_date"))
    level = None
    newest = queries.newest_level(connection, learner_id)
    if newest is not None:
        owner = learner_key(learner_id)
        level = int(open_text(keys[owner], newest[1], owner=owner, purpose=level_purpose(newest[0])))
    return Life(age=age_of(said, on=on), level=level)


def level_purpose(level_id: UUID) -> str:
    """Purpose under which one level of need is sealed."""
    return f"level_of_need.level/{level_id}"


def age_of(birth_dates: Iterable[str | None], *, on: date) -> int | None:
    """Completed years on a day, from what every partner says; None where it is not beyond doubt.

    Whoever says nothing does not count. A part of a date, two different dates, a day that there is not or that is still
    to come leave the age unknown. A year is completed when the day of birth comes round; who was born on 29 February
    completes it on 1 March in a year without that day.
    """
    said = {one for one in birth_dates if one}
    if len(said) != 1:
        return None
    born = _day(said.pop())
    if born is None or born > on:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _day(text: str) -> date | None:
    if not _FULL_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
