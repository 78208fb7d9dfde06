"""Somebody who can write the database, and has no key, moves rows about: what a read shows, and what history tells."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Row, select, update

from consent.ledger.leaf import read_opening
from consent.ledger.outbox import opening_context
from consent.tables import ledger_outbox
from hub.database import reading, unit_of_work
from hub.demo.partnership import DATA
from hub.demo.people import HEALTH
from hub.directory.model import Principal
from hub.directory.streams import opening_purpose
from hub.records.tables import record, record_version
from hub.sealing.envelope import digest
from hub.sealing.errors import EnvelopeBroken, WrongKey
from hub.sealing.model import learner_key
from hub.sealing.opening import open_text
from hub.sharing.tables import disclosure
from tests.hubs import Template, World, copy_of, fields_of


class PowerCut(Exception):
    """The process ends here."""


def rows(world: World, *, of_child: bool = True) -> list[Row[tuple[object, ...]]]:
    """Newest versions of health's records, of the child whom all know or of everybody else."""
    theirs = world.handle(HEALTH.id)
    mine = record_version.c.handle_id == theirs if of_child else record_version.c.handle_id != theirs
    statement = (
        select(record_version)
        .join(record, (record.c.id == record_version.c.record_id) & (record.c.version == record_version.c.version))
        .where(mine, record_version.c.agency_id == HEALTH.id)
        .order_by(record_version.c.record_id)
    )
    with reading(world.hub.engine) as connection:
        return list(connection.execute(statement).all())


def put(world: World, row: Row[tuple[object, ...]], envelope: bytes) -> None:
    """Write other bytes into a row, its digest made to fit, as a careful intruder would."""
    with unit_of_work(world.hub.engine) as connection:
        connection.execute(
            update(record_version)
            .where(record_version.c.record_id == row.record_id, record_version.c.version == row.version)
            .values(envelope=envelope, digest=digest(envelope))
        )


def disclosures(world: World) -> int:
    with reading(world.hub.engine) as connection:
        return len(connection.execute(select(disclosure.c.id)).all())


def clinician(world: World) -> set[str]:
    """What health reads of its own records."""
    return fields_of(world.read(agency=HEALTH.id, role="clinician"), HEALTH.id)


def another_record(world: World) -> bytes:
    return rows(world)[1].envelope


def another_child(world: World) -> bytes:
    return rows(world, of_child=False)[0].envelope


@pytest.mark.parametrize("taken_from", [another_record, another_child])
def test_a_record_under_another_records_row_stops_the_read_and_nothing_is_recorded(
    world: World, taken_from: Callable[[World], bytes]
) -> None:
    assert clinician(world)
    before = disclosures(world)
    put(world, rows(world)[0], taken_from(world))
    with pytest.raises(WrongKey):
        clinician(world)
    assert disclosures(world) == before


def test_a_changed_byte_of_a_stored_record_stops_the_read(small_world: World) -> None:
    row = rows(small_world)[0]
    put(small_world, row, row.envelope[:-1] + bytes([row.envelope[-1] ^ 1]))
    with pytest.raises(EnvelopeBroken):
        clinician(small_world)


def test_an_older_version_put_back_differs_from_what_the_ledger_committed_to(small_world: World) -> None:
    world = small_world
    document = (DATA / "health" / "changed-assessment.json").read_bytes()
    world.hub.push(Principal(HEALTH.id, "afon-health-system", "smart", "aln-plan", "clinician"), "fhir-r4", document)
    newest = next(row for row in rows(world) if row.version == 2)
    assert committed(world, newest) == digest(newest.envelope).hex()
    with reading(world.hub.engine) as connection:
        where = (record_version.c.record_id == newest.record_id, record_version.c.version == 1)
        first = connection.execute(select(record_version.c.envelope).where(*where)).scalar_one()
    put(world, newest, first)
    stored = next(row for row in rows(world) if row.record_id == newest.record_id)
    assert committed(world, newest) != stored.digest.hex()
    with pytest.raises(WrongKey):
        clinician(world)


def committed(world: World, row: Row[tuple[object, ...]]) -> object:
    """The digest in the newest ledger entry about this record, in the stream of health's handle."""
    where = (ledger_outbox.c.subject_event_id == row.record_id, ledger_outbox.c.stream == f"handle:{row.handle_id}")
    with reading(world.hub.engine) as connection:
        entry = connection.execute(select(ledger_outbox).where(*where).order_by(ledger_outbox.c.number.desc())).first()
    assert entry is not None
    key = world.hub.keys.unwrap(learner_key(world.child))
    purpose = opening_purpose(opening_context(entry.id))
    return read_opening(open_text(key, entry.sealed_opening, owner=key.owner, purpose=purpose)).body["digest"]


def test_a_process_that_dies_before_its_commit_leaves_neither_answer_nor_record(
    sqlite_world: Template, tmp_path: Path
) -> None:
    def cut(step: str) -> None:
        if step == "before_commit":
            raise PowerCut

    with copy_of(sqlite_world, tmp_path, pause=cut) as world:
        with reading(world.hub.engine) as connection:
            before = connection.execute(select(ledger_outbox.c.id)).all()
        with pytest.raises(PowerCut):
            world.read()
        assert disclosures(world) == 0
        with reading(world.hub.engine) as connection:
            assert connection.execute(select(ledger_outbox.c.id)).all() == before
