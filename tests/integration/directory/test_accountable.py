"""Exactly one accountable person per learner at any instant, against SQL that passes the code by."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, insert, text
from sqlalchemy.exc import DBAPIError

from hub.database import new_id, reading, unit_of_work
from hub.directory.errors import NotAccountable, NotYetSucceeded, UnknownLearner
from hub.directory.hand_over import accountable_of, hand_over, history_of, learners_in_care_of
from hub.directory.model import PersonRole
from hub.directory.tables import accountable, learner
from tests.integration.directory.world import NOW, World, child


@pytest.fixture
def learner_id(world: World) -> UUID:
    return world.bring("health", [child("1")])[0].learner_id


@pytest.fixture
def officer(world: World) -> UUID:
    return world.person("Officer One", agency_id="education", role=PersonRole.ACCOUNTABLE)


def refused(world: World, statement: str, **values: object) -> None:
    """Run one statement in a transaction of its own and expect the database to refuse it, at the latest at commit."""
    with pytest.raises(DBAPIError), unit_of_work(world.engine) as connection:
        connection.execute(text(statement), {name: _raw(world, value) for name, value in values.items()})


def _raw(world: World, value: object) -> object:
    if world.both.kind == "sqlite":
        if isinstance(value, UUID):
            return value.hex
        if isinstance(value, datetime):
            return value.strftime("%Y-%m-%d %H:%M:%S.%f")
    return value


def insert_accountable(connection: Connection, learner_id: UUID, person: UUID, at: datetime) -> UUID:
    row_id = new_id()
    connection.execute(
        insert(accountable).values(id=row_id, learner_id=learner_id, person_id=person, from_at=at, sealed_because=None)
    )
    return row_id


def test_a_learner_cannot_be_written_without_an_accountable_person(world: World) -> None:
    refused(world, "INSERT INTO learner (id, created_at) VALUES (:id, :at)", id=new_id(), at=NOW)


def test_a_learner_cannot_point_at_an_accountable_row_that_is_not_there(world: World) -> None:
    statement = "INSERT INTO learner (id, accountable_id, created_at) VALUES (:id, :row, :at)"
    refused(world, statement, id=new_id(), row=new_id(), at=NOW)


def test_a_learner_cannot_borrow_the_accountable_person_of_another(world: World, learner_id: UUID) -> None:
    with reading(world.engine) as connection:
        others = accountable_of(connection, learner_id)
    statement = "INSERT INTO learner (id, accountable_id, created_at) VALUES (:id, :row, :at)"
    refused(world, statement, id=new_id(), row=others.id, at=NOW)
    second = world.bring("health", [child("2")])[0].learner_id
    refused(world, "UPDATE learner SET accountable_id = :row WHERE id = :id", row=others.id, id=second)


def test_the_accountable_person_cannot_be_taken_away(world: World, learner_id: UUID) -> None:
    refused(world, "UPDATE learner SET accountable_id = NULL WHERE id = :id", id=learner_id)
    refused(world, "DELETE FROM accountable WHERE learner_id = :id", id=learner_id)
    refused(world, "DELETE FROM accountable")
    refused(world, "DELETE FROM person WHERE id = :id", id=world.duty["health"])


def test_history_cannot_be_changed(world: World, learner_id: UUID, officer: UUID) -> None:
    refused(world, "UPDATE accountable SET person_id = :p WHERE learner_id = :id", p=officer, id=learner_id)
    refused(world, "UPDATE accountable SET from_at = :at WHERE learner_id = :id", at=NOW, id=learner_id)


def test_a_learner_and_its_history_cannot_be_deleted(world: World, learner_id: UUID) -> None:
    refused(world, "DELETE FROM learner WHERE id = :id", id=learner_id)
    refused(world, "UPDATE learner SET id = :other WHERE id = :id", id=learner_id, other=new_id())


def test_a_successor_cannot_begin_before_the_one_that_is_there(world: World, learner_id: UUID, officer: UUID) -> None:
    statement = "INSERT INTO accountable (id, learner_id, person_id, from_at) VALUES (:id, :learner, :person, :at)"
    earlier = world.watch.now - timedelta(days=1)
    refused(world, statement, id=new_id(), learner=learner_id, person=officer, at=earlier)
    with reading(world.engine) as connection:
        same = accountable_of(connection, learner_id).from_at
    refused(world, statement, id=new_id(), learner=learner_id, person=officer, at=same)


def test_a_learner_cannot_go_back_to_an_earlier_row(world: World, learner_id: UUID, officer: UUID) -> None:
    with unit_of_work(world.engine) as connection:
        first = accountable_of(connection, learner_id)
        insert_accountable(connection, learner_id, officer, world.watch.later(hours=1))
    refused(world, "UPDATE learner SET accountable_id = :row WHERE id = :id", row=first.id, id=learner_id)


def test_a_new_row_moves_the_learner_in_the_same_statement(world: World, learner_id: UUID, officer: UUID) -> None:
    with unit_of_work(world.engine) as connection:
        row_id = insert_accountable(connection, learner_id, officer, world.watch.later(hours=1))
        assert accountable_of(connection, learner_id).id == row_id
    with reading(world.engine) as connection:
        assert accountable_of(connection, learner_id).person_id == officer
        assert [row.person_id for row in history_of(connection, learner_id)] == [world.duty["health"], officer]


def test_two_successors_in_one_statement_leave_the_later_one(world: World, learner_id: UUID, officer: UUID) -> None:
    soon, later = world.watch.now + timedelta(hours=1), world.watch.now + timedelta(hours=2)
    values = [
        {"id": new_id(), "learner_id": learner_id, "person_id": person, "from_at": at, "sealed_because": None}
        for person, at in ((world.duty["health"], soon), (officer, later))
    ]
    with unit_of_work(world.engine) as connection:
        connection.execute(insert(accountable).values(values))
    with reading(world.engine) as connection:
        assert accountable_of(connection, learner_id).from_at == later


def test_an_accountable_row_of_no_learner_is_refused_on_postgres_and_binds_on_sqlite(world: World) -> None:
    ghost = new_id()
    if world.both.kind == "postgres":
        with pytest.raises(DBAPIError), unit_of_work(world.engine) as connection:
            insert_accountable(connection, ghost, world.duty["health"], NOW)
        return
    with unit_of_work(world.engine) as connection:
        first = insert_accountable(connection, ghost, world.duty["health"], NOW)
        newest = insert_accountable(connection, ghost, world.duty["health"], NOW + timedelta(days=1))
    refused(world, "INSERT INTO learner VALUES (:id, :row, :at)", id=ghost, row=first, at=NOW)
    with unit_of_work(world.engine) as connection:
        connection.execute(insert(learner).values(id=ghost, accountable_id=newest, created_at=NOW))


@pytest.mark.postgres
def test_a_row_for_a_learner_that_another_transaction_is_making_cannot_be_left_behind(world: World) -> None:
    if world.both.kind != "postgres":
        return  # on SQLite there is one writer at a time
    made = new_id()
    with world.engine.connect() as one, world.engine.connect() as two:
        row_id = insert_accountable(one, made, world.duty["health"], NOW)
        one.execute(insert(learner).values(id=made, accountable_id=row_id, created_at=NOW))
        insert_accountable(two, made, world.duty["health"], NOW + timedelta(days=1))  # the learner isn't visible to it
        one.commit()
        with pytest.raises(DBAPIError):
            two.commit()
    with reading(world.engine) as connection:
        assert accountable_of(connection, made).id == row_id


@pytest.mark.postgres
def test_tables_cannot_be_emptied_on_postgres(world: World, learner_id: UUID) -> None:
    if world.both.kind == "postgres":
        refused(world, "TRUNCATE learner CASCADE")
        refused(world, "TRUNCATE accountable CASCADE")
        refused(world, "TRUNCATE person CASCADE")
    with reading(world.engine) as connection:
        assert accountable_of(connection, learner_id).person_id == world.duty["health"]


@pytest.fixture
def raw(sqlite_world: World) -> Iterator[sqlite3.Connection]:
    """A connection of somebody else's, with foreign keys off."""
    sqlite_world.bring("health", [child("1"), child("2")])
    connection = sqlite3.connect(sqlite_world.engine.url.database or "")
    assert connection.execute("PRAGMA foreign_keys").fetchone() == (0,)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM accountable",
        "DELETE FROM learner",
        "DELETE FROM person",
        "UPDATE learner SET accountable_id = NULL",
        "UPDATE learner SET accountable_id = 'nobody'",
        "UPDATE OR IGNORE learner SET accountable_id = 'nobody'",
        "UPDATE OR REPLACE learner SET accountable_id = (SELECT max(id) FROM accountable)",
        "UPDATE learner SET id = 'other' WHERE rowid = 1",
        "UPDATE OR REPLACE accountable SET from_at = '2030-01-01 00:00:00.000000'",
        "UPDATE accountable SET learner_id = 'other' WHERE rowid = 1",
        "UPDATE person SET id = 'gone' WHERE id = (SELECT person_id FROM accountable)",
        "INSERT INTO learner VALUES ('new', 'nobody', '2026-01-01')",
        "INSERT INTO learner VALUES ('new', (SELECT id FROM accountable LIMIT 1), '2026-01-01')",
        "INSERT OR IGNORE INTO learner VALUES ('new', 'nobody', '2026-01-01')",
        "REPLACE INTO learner SELECT id, 'nobody', created_at FROM learner",
        "REPLACE INTO accountable SELECT id, learner_id, 'nobody', from_at, NULL FROM accountable",
        "REPLACE INTO accountable SELECT 'x' || id, learner_id, person_id, from_at, NULL FROM accountable",
        "REPLACE INTO person SELECT 'x', agency_id, role, sealed_contact, email_index, 1, 1, created_at FROM person",
        "UPDATE OR REPLACE person SET email_index = (SELECT max(email_index) FROM person)",
        "INSERT INTO accountable SELECT 'n', id, 'nobody', '2040-01-01 00:00:00.000000', NULL FROM learner LIMIT 1",
        "INSERT INTO accountable SELECT 'n', learner_id, person_id, '9', NULL FROM accountable LIMIT 1",
        "INSERT INTO accountable SELECT 'n', learner_id, person_id, 99999999999, NULL FROM accountable LIMIT 1",
        "INSERT INTO accountable SELECT 'n', learner_id, person_id, x'ff', NULL FROM accountable LIMIT 1",
        "INSERT INTO accountable SELECT 'n', learner_id, person_id, '2040-01-01', NULL FROM accountable LIMIT 1",
    ],
)
def test_a_raw_connection_with_foreign_keys_off_is_refused_too(raw: sqlite3.Connection, statement: str) -> None:
    state = "SELECT * FROM learner JOIN accountable ON accountable.id = learner.accountable_id ORDER BY 1"
    before = raw.execute(state).fetchall(), raw.execute("SELECT * FROM person ORDER BY 1").fetchall()
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute(statement)
    raw.commit()
    assert (raw.execute(state).fetchall(), raw.execute("SELECT * FROM person ORDER BY 1").fetchall()) == before


def test_a_raw_connection_may_hand_over(raw: sqlite3.Connection) -> None:
    learner_id, person_id = raw.execute("SELECT learner_id, person_id FROM accountable LIMIT 1").fetchone()
    raw.execute(
        "INSERT INTO accountable VALUES ('next', ?, ?, '2040-01-01 00:00:00.000000', NULL)", (learner_id, person_id)
    )
    found = raw.execute("SELECT accountable_id FROM learner WHERE id = ?", (learner_id,)).fetchone()
    assert found == ("next",)


def test_a_learner_is_handed_over_with_a_sealed_reason(world: World, learner_id: UUID, officer: UUID) -> None:
    with unit_of_work(world.engine) as connection:
        at = world.watch.later(hours=1)
        hand_over(connection, world.keys, learner_id=learner_id, to_person_id=officer, because="moved school", at=at)
    with reading(world.engine) as connection:
        assert learners_in_care_of(connection, officer) == [learner_id]
        assert learners_in_care_of(connection, world.duty["health"]) == []
        kept = connection.execute(text("SELECT sealed_because FROM accountable WHERE sealed_because IS NOT NULL"))
        assert b"moved school" not in bytes(kept.scalar_one())


def test_family_and_strangers_cannot_become_accountable(world: World, learner_id: UUID) -> None:
    for somebody in (world.person("Mam Anwen"), new_id()):
        at = world.watch.later(hours=1)
        with pytest.raises(NotAccountable), unit_of_work(world.engine) as connection:
            hand_over(connection, world.keys, learner_id=learner_id, to_person_id=somebody, because="", at=at)


def test_a_learner_that_there_is_not_has_nobody(world: World) -> None:
    with reading(world.engine) as connection, pytest.raises(UnknownLearner):
        accountable_of(connection, new_id())


def test_of_two_hand_overs_at_the_same_instant_one_wins(world: World, learner_id: UUID, officer: UUID) -> None:
    at, barrier, outcomes = world.watch.later(hours=1), threading.Barrier(2), []
    world.keys.forget()

    def run(person: UUID) -> None:
        barrier.wait()
        try:
            with unit_of_work(world.engine) as connection:
                hand_over(connection, world.keys, learner_id=learner_id, to_person_id=person, because="", at=at)
            outcomes.append("done")
        except NotYetSucceeded:
            outcomes.append("refused")

    threads = [threading.Thread(target=run, args=(person,)) for person in (officer, world.duty["social"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused"]
    with reading(world.engine) as connection:
        history = history_of(connection, learner_id)
        assert len(history) == 2
        assert accountable_of(connection, learner_id) == history[-1]
