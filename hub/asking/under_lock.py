"""What this room does under the learner's lock with a partner's own decision at hand, and who is written to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from hub.asking.model import Asking
from hub.database import unit_of_work
from hub.directory import ties
from hub.directory.model import Office, Principal
from hub.directory.offices import holder_of
from hub.directory.queries import parties
from hub.notices.model import DESIGNATED, DUTY, SAFEGUARDING, Audience
from hub.sealing.model import SubjectKey, learner_key
from hub.sharing.errors import FactsMoved, NotRecorded
from hub.sharing.ruling import Reader, Ruling, find, rule

Done = TypeVar("Done")
Act = Callable[[Connection, Reader, Ruling, SubjectKey], Done]

_ROUNDS = 3


def ruled(room: Asking, principal: Principal, handle_id: UUID, *, wanted: int, act: Act[Done]) -> Done:
    """Call `act` in a transaction that holds the learner's lock, with what is decided about `wanted` for this reader.

    Raises NotKnownHere where the agency has no such handle, NotRecorded where facts keep moving.
    """
    for _ in range(_ROUNDS):
        reader = find(room.sharing, principal, handle_id)
        keys = room.keys.unwrap_many(reader.owners)
        try:
            with unit_of_work(room.engine) as connection:
                ruling = rule(room.sharing, connection, reader, wanted=wanted, keys=keys)
                return act(connection, reader, ruling, keys[learner_key(reader.learner_id)])
        except FactsMoved:
            continue
    raise NotRecorded


def office_of(connection: Connection, agency_id: str, *, learner_id: UUID, at: datetime) -> Audience:
    """Who of an agency is written to about a learner: its designated person, else its duty person, else its lead.

    Passed over is who has a tie to the learner. Where that leaves nobody it waits until an office changes hands.
    """
    family = {tie.person_id for tie in ties.ties_of_learner(connection, learner_id, on=ties.day_of(at))}
    agency = parties.agency_by_id(connection, agency_id)
    holders = (
        (DESIGNATED, holder_of(connection, agency_id, Office.DESIGNATED)),
        (DUTY, None if agency is None else agency.duty_person_id),
        (SAFEGUARDING, holder_of(connection, agency_id, Office.SAFEGUARDING)),
    )
    for audience, person_id in holders:
        if person_id is not None and person_id not in family:
            return audience
    return DESIGNATED if holders[0][1] is not None else DUTY


def own_learners(connection: Connection, person_id: UUID, *, at: datetime) -> frozenset[UUID]:
    """The learners to whom this person has a tie at `at`: for them they answer for no holder."""
    return frozenset(tie.learner_id for tie in ties.ties_of_person(connection, person_id, on=ties.day_of(at)))


def ordinals_of(mask: int) -> list[int]:
    """The catalogue ordinals of a mask, as rows keep them."""
    return [at for at in range(mask.bit_length()) if mask >> at & 1]


def mask_of(ordinals: list[int] | tuple[int, ...]) -> int:
    """The mask of the ordinals of a row."""
    return sum(1 << at for at in set(ordinals))
