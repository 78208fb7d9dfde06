"""That an agency has to do with a learner now: a place on its roll, an open case. Rows of a protocol ask for it.

A tie gives nobody anything by itself: it lets a row with `live_tie` count for that agency. Days are days in Wales.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, Engine

from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from hub.circumstances import queries
from hub.circumstances.errors import NoSuchAgencyTie, NotKnownToAgency
from hub.database import Clock, new_id, reading, unit_of_work
from hub.directory import links
from hub.directory.streams import LedgerEvent, key_of_learner, lock_learner, write_events
from hub.sealing.key_store import KeyStore


class AgencyTieKind(StrEnum):
    """What makes the tie."""

    ON_ROLL = "on_roll"
    OPEN_CASE = "open_case"
    CASELOAD = "caseload"


@dataclass(frozen=True, slots=True)
class NewAgencyTie:
    """A tie to write down: from `from_on` until `until_on`, the first day without it (None: open)."""

    learner_id: UUID
    agency_id: str
    kind: AgencyTieKind
    from_on: date
    until_on: date | None = None
    recorded_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class AgencyTie:
    """A tie as it stands."""

    id: UUID
    learner_id: UUID
    agency_id: str
    kind: str
    from_on: date
    until_on: date | None


def add_agency_tie(engine: Engine, keys: KeyStore, new: NewAgencyTie, *, clock: Clock) -> UUID:
    """Write a tie down under the learner's lock; the same tie a second time answers with the first one's id.

    Raises UnknownLearner, NotKnownToAgency; nothing is written then.
    """
    key = key_of_learner(keys, new.learner_id)
    with unit_of_work(engine) as connection:
        lock_learner(connection, new.learner_id)
        at = clock()
        handles = _handles(connection, new.learner_id, new.agency_id)
        for tie in queries.agency_ties(connection, new.learner_id):
            if _same(tie, new):
                return tie.id
        tie_id = new_id()
        queries.insert_agency_tie(
            connection,
            {
                "id": tie_id,
                "agency_id": new.agency_id,
                "learner_id": new.learner_id,
                "kind": new.kind.value,
                "from_on": new.from_on,
                "until_on": new.until_on,
                "recorded_by": new.recorded_by,
                "recorded_at": at,
            },
        )
        body: dict[str, Json] = {"agency_tie": str(tie_id), "tie_kind": new.kind.value}
        event = LedgerEvent(Kind.TIE_MADE, body, tie_id, handles=handles)
        write_events(connection, {key.owner: key}, [(new.learner_id, event)], at=at)
    return tie_id


def end_agency_tie(
    engine: Engine, keys: KeyStore, learner_id: UUID, tie_id: UUID, *, until_on: date, clock: Clock
) -> None:
    """End an open tie: `until_on` is the first day without it. Raises UnknownLearner, NoSuchAgencyTie."""
    key = key_of_learner(keys, learner_id)
    with unit_of_work(engine) as connection:
        lock_learner(connection, learner_id)
        found = [one for one in queries.agency_ties(connection, learner_id) if one.id == tie_id]
        if not found or found[0].until_on is not None or until_on < found[0].from_on:
            raise NoSuchAgencyTie(tie_id)
        queries.end_agency_tie(connection, tie_id, until_on=until_on)
        handles = [
            handle for agency, handle in links.handles_of(connection, learner_id) if agency == found[0].agency_id
        ]
        event = LedgerEvent(Kind.TIE_ENDED, {"agency_tie": str(tie_id)}, tie_id, handles=handles)
        write_events(connection, {key.owner: key}, [(learner_id, event)], at=clock())


def agency_ties_of(engine: Engine, learner_id: UUID) -> Sequence[AgencyTie]:
    """Every tie of an agency to this learner, ended ones too, oldest first."""
    with reading(engine) as connection:
        return [
            AgencyTie(
                id=row.id,
                learner_id=row.learner_id,
                agency_id=row.agency_id,
                kind=row.kind,
                from_on=row.from_on,
                until_on=row.until_on,
            )
            for row in queries.agency_ties(connection, learner_id)
        ]


def _same(row: queries.AgencyTieRow, new: NewAgencyTie) -> bool:
    return (row.agency_id, row.kind, row.from_on, row.until_on) == (
        new.agency_id,
        new.kind.value,
        new.from_on,
        new.until_on,
    )


def _handles(connection: Connection, learner_id: UUID, agency_id: str) -> list[UUID]:
    handles = [handle for agency, handle in links.handles_of(connection, learner_id) if agency == agency_id]
    if not handles:
        raise NotKnownToAgency(agency_id, learner_id)
    return handles
