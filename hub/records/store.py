"""Storing a batch of records: what is new is created, what differs gets a version, what is the same stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.database import uncounted_id
from hub.records import queries
from hub.records.changed_fields import changed_fields
from hub.records.model import Incoming, Outcome, SealedRecord, Stored
from hub.sealing.envelope import digest, seal_record
from hub.sealing.model import Cell, Json, SubjectKey
from policies.fields import Catalogue


@dataclass(slots=True)
class _Writes:
    records: list[dict[str, object]] = field(default_factory=list)
    versions: list[dict[str, object]] = field(default_factory=list)
    moves: dict[UUID, dict[str, object]] = field(default_factory=dict)

    def run(self, connection: Connection) -> None:
        queries.insert_records(connection, self.records)
        queries.insert_versions(connection, self.versions)
        queries.move_on(connection, list(self.moves.values()))


@dataclass(frozen=True, slots=True)
class Batch:
    """What every record of one batch shares: holder, connector kind, keys by handle (unwrapped beforehand), instant."""

    agency_id: str
    kind: str
    keys: Mapping[UUID, SubjectKey]
    catalogue: Catalogue
    at: datetime


def store(connection: Connection, batch: Batch, incoming: Sequence[tuple[bytes, Incoming]]) -> list[Stored]:
    """Store records given with the blind index of their reference; answers in the order given.

    Raises IntegrityError when another process stored the same reference meanwhile: the caller rolls back and runs the
    batch again, which then finds it. A reference that occurs twice in one batch is stored once and versioned.
    """
    newest = queries.by_reference(
        connection, agency_id=batch.agency_id, kind=batch.kind, indexes={index for index, _ in incoming}
    )
    writes = _Writes()
    done = [_store_one(batch, index, one, newest, writes) for index, one in incoming]
    writes.run(connection)
    return done


def plan(connection: Connection, batch: Batch, incoming: Sequence[tuple[bytes, Incoming]]) -> list[Outcome]:
    """What `store` would do, without doing it: for a dry run. Keys of handles that are not there yet may be missing."""
    newest = queries.by_reference(
        connection, agency_id=batch.agency_id, kind=batch.kind, indexes={index for index, _ in incoming}
    )
    return [_outcome(batch, newest.get(index), one) for index, one in incoming]


def _outcome(batch: Batch, before: SealedRecord | None, one: Incoming) -> Outcome:
    if before is None:
        return Outcome.CREATED
    return Outcome.UPDATED if _differs(batch, before, one) else Outcome.UNCHANGED


def _differs(batch: Batch, before: SealedRecord, one: Incoming) -> bool:
    if before.is_removed != one.is_removed or before.handle_id != one.handle_id:
        return True
    key = batch.keys[before.handle_id]
    return bool(changed_fields(key, before, _kept(one), catalogue=batch.catalogue))


def _kept(one: Incoming) -> Mapping[str, Json]:
    # A record that its source calls an error keeps its earlier versions and gets an empty newest one.
    return {} if one.is_removed else one.fields


def _store_one(batch: Batch, index: bytes, one: Incoming, newest: dict[bytes, SealedRecord], writes: _Writes) -> Stored:
    before = newest.get(index)
    if before is not None and not _differs(batch, before, one):
        return _answer(before, Outcome.UNCHANGED, field_ids=())
    record_id = uncounted_id() if before is None else before.record_id
    version = 1 if before is None else before.version + 1
    sealed = _seal(batch, one, record_id=record_id, version=version)
    newest[index] = sealed
    writes.versions.append(_version_row(batch, sealed))
    if before is None:
        writes.records.append(_record_row(batch, sealed, index=index, is_removed=one.is_removed))
    else:
        writes.moves[record_id] = _move_row(batch, sealed)
    outcome = Outcome.CREATED if before is None else Outcome.UPDATED
    return _answer(sealed, outcome, field_ids=tuple(sorted(_kept(one))))


def _seal(batch: Batch, one: Incoming, *, record_id: UUID, version: int) -> SealedRecord:
    cells = [
        Cell(field_id=name, ordinal=batch.catalogue.by_id[name].ordinal, value=value)
        for name, value in _kept(one).items()
    ]
    envelope = seal_record(
        batch.keys[one.handle_id],
        agency_id=batch.agency_id,
        handle_id=one.handle_id,
        record_id=record_id,
        version=version,
        catalogue_version=batch.catalogue.version,
        fields=cells,
    )
    return SealedRecord(
        agency_id=batch.agency_id,
        record_id=record_id,
        handle_id=one.handle_id,
        version=version,
        catalogue_version=batch.catalogue.version,
        envelope=envelope,
        stored_at=batch.at,
        is_removed=one.is_removed,
    )


def _answer(sealed: SealedRecord, outcome: Outcome, *, field_ids: tuple[str, ...]) -> Stored:
    return Stored(
        record_id=sealed.record_id,
        handle_id=sealed.handle_id,
        version=sealed.version,
        outcome=outcome,
        digest=digest(sealed.envelope),
        field_ids=field_ids,
    )


def _version_row(batch: Batch, sealed: SealedRecord) -> dict[str, object]:
    return {
        "agency_id": sealed.agency_id,
        "record_id": sealed.record_id,
        "version": sealed.version,
        "handle_id": sealed.handle_id,
        "catalogue_version": sealed.catalogue_version,
        "envelope": sealed.envelope,
        "digest": digest(sealed.envelope),
        "stored_at": batch.at,
    }


def _record_row(batch: Batch, sealed: SealedRecord, *, index: bytes, is_removed: bool) -> dict[str, object]:
    return {
        "agency_id": sealed.agency_id,
        "id": sealed.record_id,
        "handle_id": sealed.handle_id,
        "kind": batch.kind,
        "reference_index": index,
        "version": sealed.version,
        "is_removed": is_removed,
        "changed_at": batch.at,
    }


def _move_row(batch: Batch, sealed: SealedRecord) -> dict[str, object]:
    return {
        "key_agency": sealed.agency_id,
        "key_id": sealed.record_id,
        "handle_id": sealed.handle_id,
        "version": sealed.version,
        "is_removed": sealed.is_removed,
        "changed_at": batch.at,
    }
