"""One batch of units becomes handles, records, ledger entries, notices and quarantined rows, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError, OperationalError

from connectors.base import Assessment, Rejected
from consent.ledger.kinds import Kind
from hub.database import Clock, reading, unit_of_work
from hub.directory.arrivals import Prepared
from hub.directory.bring_handles import bring, prepare
from hub.directory.model import Arrival, Match, Newcomer
from hub.directory.streams import LedgerEvent, write_events
from hub.notices.model import ACCOUNTABLE, NewNotice, NoticeKind
from hub.notices.write import write_notices
from hub.protocols.book import PolicyBook
from hub.records.model import Incoming, Outcome, Stored
from hub.records.store import Batch, store
from hub.sealing.blind_index import blind_index
from hub.sealing.key_store import KeyStore
from hub.sealing.keyring import Keyring
from hub.sealing.model import KeyOwner, SubjectKey, handle_key, learner_key
from hub.syncing import queries
from hub.syncing.errors import BatchNotStored
from hub.syncing.quarantine import quarantined

_ROUNDS = 4
_REFERENCE = "record.reference"

Bad = Sequence[tuple[str, Assessment | Rejected]]
"""Units that cannot be placed, each with the code of its reason."""


@dataclass(frozen=True, slots=True)
class Syncing:
    """What bringing records in needs."""

    engine: Engine
    keys: KeyStore
    book: PolicyBook
    clock: Clock
    batch_size: int = 250


@dataclass(slots=True)
class Run:
    """One run of one connector for one holder. `brought` are the learners that nobody knew before it."""

    id: UUID
    agency_id: str
    kind: str
    brought: set[UUID] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Placing:
    room: Syncing
    run: Run
    at: datetime
    units: Sequence[Assessment]
    bad: Bad


def place(room: Syncing, run: Run, units: Sequence[Assessment], bad: Bad) -> list[Outcome]:
    """Store a batch of admitted units that have no fault, and keep the `bad` ones in quarantine.

    A batch that meets another writer of the same rows is rolled back and run again; what earlier batches stored stays.
    Raises BatchNotStored after some rounds; NoDutyPerson where the holder has named nobody.
    """
    newcomers = [newcomer_of(unit) for unit in units]
    for _ in range(_ROUNDS):
        with reading(room.engine) as connection:
            prepared = prepare(connection, room.keys, agency_id=run.agency_id, newcomers=newcomers)
        placing = _Placing(room, run, room.clock(), units, bad)
        try:
            with unit_of_work(room.engine) as connection:
                outcomes, brought = _place(connection, placing, prepared)
        except (IntegrityError, OperationalError):
            continue
        run.brought |= brought
        return outcomes
    raise BatchNotStored


def newcomer_of(unit: Assessment) -> Newcomer:
    """The child that a unit is about; only for units that have a local number."""
    if unit.local_number is None:
        raise ValueError("a unit without a local number has no handle")
    return Newcomer(unit.local_number, unit.identifiers, unit.demographics)


def reference_indexes(keyring: Keyring, *, agency_id: str, kind: str, units: Sequence[Assessment]) -> list[bytes]:
    """Blind index of each unit's reference.

    Always under the keyring's oldest version: a rotation must not make every record of a source look new.
    """
    values = [f"{kind}\0{unit.reference}".encode("utf-8", "surrogatepass") for unit in units]
    return blind_index(keyring, agency_id=agency_id, kind=_REFERENCE, values=values, version=min(keyring.versions()))


def _place(connection: Connection, placing: _Placing, prepared: Prepared) -> tuple[list[Outcome], set[UUID]]:
    room, run = placing.room, placing.run
    queries.plan_anew(connection)
    arrivals = bring(connection, room.keys, prepared, at=placing.at)
    keys = room.keys.unwrap_many(_owners(run.agency_id, arrivals))
    stored = _store(connection, placing, arrivals, keys)
    write_events(connection, keys, _events(arrivals, stored), at=placing.at)
    brought = {arrival.learner_id for arrival in arrivals if arrival.match is Match.NEW}
    write_notices(connection, _notices(run, arrivals, stored, known_not=run.brought | brought), at=placing.at)
    rows = [
        quarantined(
            room.keys, agency_id=run.agency_id, kind=run.kind, run_id=run.id, reason=reason, unit=unit, at=placing.at
        )
        for reason, unit in placing.bad
    ]
    queries.keep_in_quarantine(connection, rows)
    return [one.outcome for one in stored], brought


def _owners(agency_id: str, arrivals: Sequence[Arrival]) -> set[KeyOwner]:
    handles = {handle_key(agency_id, arrival.handle_id) for arrival in arrivals}
    return handles | {learner_key(arrival.learner_id) for arrival in arrivals}


def _store(
    connection: Connection, placing: _Placing, arrivals: Sequence[Arrival], keys: Mapping[KeyOwner, SubjectKey]
) -> list[Stored]:
    run = placing.run
    keyring = placing.room.keys.keyrings.get(run.agency_id)
    indexes = reference_indexes(keyring, agency_id=run.agency_id, kind=run.kind, units=placing.units)
    batch = Batch(
        agency_id=run.agency_id,
        kind=run.kind,
        keys={arrival.handle_id: keys[handle_key(run.agency_id, arrival.handle_id)] for arrival in arrivals},
        catalogue=placing.room.book.catalogue,
        at=placing.at,
    )
    incoming = [
        incoming_of(run.kind, unit, arrival.handle_id) for unit, arrival in zip(placing.units, arrivals, strict=True)
    ]
    return store(connection, batch, list(zip(indexes, incoming, strict=True)))


def incoming_of(kind: str, unit: Assessment, handle_id: UUID) -> Incoming:
    """The record that a unit becomes."""
    return Incoming(
        handle_id=handle_id, kind=kind, reference=unit.reference, fields=unit.fields, is_removed=unit.removed
    )


def _events(arrivals: Sequence[Arrival], stored: Sequence[Stored]) -> list[tuple[UUID, LedgerEvent]]:
    return [
        (arrival.learner_id, _event(one))
        for arrival, one in zip(arrivals, stored, strict=True)
        if one.outcome is not Outcome.UNCHANGED
    ]


def _event(one: Stored) -> LedgerEvent:
    return LedgerEvent(
        kind=Kind.RECORD_STORED if one.field_ids else Kind.RECORD_REMOVED,
        body={
            "record": str(one.record_id),
            "version": one.version,
            "digest": one.digest.hex(),
            "fields": list(one.field_ids),
        },
        subject_event_id=one.record_id,
        handles=(one.handle_id,),
    )


def _notices(
    run: Run, arrivals: Sequence[Arrival], stored: Sequence[Stored], *, known_not: set[UUID]
) -> list[NewNotice]:
    """One notice per run and learner for those who were known before; the newly brought get one for them all."""
    changed = {
        arrival.learner_id: None
        for arrival, one in zip(arrivals, stored, strict=True)
        if one.outcome is not Outcome.UNCHANGED and arrival.learner_id not in known_not
    }
    return [
        NewNotice(
            NoticeKind.RECORD_CHANGED,
            uuid5(run.id, str(learner_id)),
            ACCOUNTABLE,
            learner_id=learner_id,
            agency_id=run.agency_id,
        )
        for learner_id in changed
    ]
