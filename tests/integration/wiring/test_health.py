"""Readiness names what is wrong by a code, and asking often costs one look."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from consent.tables import ledger_stream
from hub.database import reading, unit_of_work
from hub.sealing.model import HUB
from hub.wiring.health import OK, readiness
from tests.hubs import World


def looks(world: World) -> int:
    """How many looks wrote their mark."""
    with reading(world.hub.engine) as connection:
        nobody = select(ledger_stream.c.last_number).where(ledger_stream.c.stream.like("learner:00000000%"))
        return connection.execute(nobody).scalar() or 0


def test_a_hub_whose_parts_all_work_is_ready(world: World) -> None:
    while world.hub.sequence():
        pass
    assert set(world.hub.readiness().values()) == {OK}


def test_asking_a_hundred_times_writes_once(small_world: World) -> None:
    before = looks(small_world)
    for _ in range(100):
        small_world.hub.readiness()
    assert looks(small_world) - before <= 2


@pytest.mark.parametrize(
    ("component", "code"),
    [("database", "old_schema"), ("key_store", "unreachable"), ("keyring", "unreachable"), ("ledger", "stalled")],
)
def test_each_component_that_fails_is_named_by_a_code(small_world: World, component: str, code: str) -> None:
    hub, at = small_world.hub, small_world.hub.clock()
    if component == "database":
        with unit_of_work(hub.engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'm0001'"))
    elif component == "key_store":
        with unit_of_work(hub.key_engine) as connection:
            connection.execute(text("DROP TABLE alembic_version"))
            connection.execute(text("CREATE TABLE alembic_version (wrong INTEGER)"))
    elif component == "keyring":
        hub.keys.keyrings.path_of(HUB).unlink()
    else:
        at += timedelta(hours=1)  # entries of the first sync have waited for an hour
    found = readiness(hub.engine, hub.key_engine, hub.keys.keyrings, at=at)
    assert found[component] == code
    assert [name for name, state in found.items() if state != OK and name != component] == []
