"""What a run would do, without doing it: nothing is written, no key is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import Connection

from connectors.base import Assessment
from hub.database import reading
from hub.directory.bring_handles import known_handles
from hub.directory.model import LocalNumber
from hub.records.model import Outcome
from hub.records.store import Batch, plan
from hub.sealing.model import handle_key
from hub.syncing.place import Run, Syncing, incoming_of, newcomer_of, reference_indexes


@dataclass(slots=True)
class Seen:
    """References that this dry run has met, with a digest of what they said: they would be stored by then."""

    contents: dict[bytes, bytes] = field(default_factory=dict)


def foresee(room: Syncing, run: Run, units: Sequence[Assessment], seen: Seen) -> list[Outcome]:
    """The outcome that each of these units would have."""
    keyring = room.keys.keyrings.get(run.agency_id)
    indexes = reference_indexes(keyring, agency_id=run.agency_id, kind=run.kind, units=units)
    with reading(room.engine) as connection:
        stored = _planned(connection, room, run, units=list(zip(indexes, units, strict=True)))
    return [
        _with_seen(seen, index, unit, stored[at]) for at, (index, unit) in enumerate(zip(indexes, units, strict=True))
    ]


def _planned(
    connection: Connection, room: Syncing, run: Run, *, units: Sequence[tuple[bytes, Assessment]]
) -> list[Outcome]:
    numbers = [newcomer_of(unit).local for _, unit in units]
    known = known_handles(connection, room.keys, agency_id=run.agency_id, numbers=set(numbers))
    nobody = {number: uuid4() for number in numbers if number not in known}
    handles: dict[LocalNumber, UUID] = {**nobody, **known}
    keys = room.keys.unwrap_many([handle_key(run.agency_id, handle) for handle in set(known.values())])
    batch = Batch(
        agency_id=run.agency_id,
        kind=run.kind,
        keys={UUID(str(owner.id)): key for owner, key in keys.items()},
        catalogue=room.book.catalogue,
        at=room.clock(),
    )
    incoming = [
        (index, incoming_of(run.kind, unit, handles[number]))
        for (index, unit), number in zip(units, numbers, strict=True)
    ]
    return plan(connection, batch, incoming)


def _with_seen(seen: Seen, index: bytes, unit: Assessment, outcome: Outcome) -> Outcome:
    said = json.dumps([dict(unit.fields), unit.removed], sort_keys=True).encode()
    digest = hashlib.sha256(said).digest()
    before = seen.contents.get(index)
    seen.contents[index] = digest
    if before is None:
        return outcome
    return Outcome.UNCHANGED if before == digest else Outcome.UPDATED
