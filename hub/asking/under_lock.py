"""What this room does under the learner's lock with a partner's own decision at hand, and who is written to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from hub.asking.model import Asking
from hub.database import unit_of_work
from hub.directory.model import Office, Principal
from hub.directory.offices import holder_of
from hub.notices.model import DESIGNATED, DUTY, Audience
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


def office_of(connection: Connection, agency_id: str) -> Audience:
    """Who of an agency is written to: its designated person, or its duty person while it has named none."""
    return DUTY if holder_of(connection, agency_id, Office.DESIGNATED) is None else DESIGNATED


def ordinals_of(mask: int) -> list[int]:
    """The catalogue ordinals of a mask, as rows keep them."""
    return [at for at in range(mask.bit_length()) if mask >> at & 1]


def mask_of(ordinals: list[int] | tuple[int, ...]) -> int:
    """The mask of the ordinals of a row."""
    return sum(1 << at for at in set(ordinals))
