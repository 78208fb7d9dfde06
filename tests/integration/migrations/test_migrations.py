"""The schema that migrations make is the schema that the code expects, on both databases, there and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

import hub.circumstances.tables
import hub.directory.tables
import hub.notices.tables
import hub.oauth.tables
import hub.protocols.tables
import hub.records.tables
import hub.sharing.tables
import hub.syncing.tables
import hub.web.tables  # noqa: F401 - importing registers the tables
from consent.tables import metadata as consent_metadata
from hub.database import metadata as hub_metadata
from hub.migrations.run import Store, config_of, level, upgrade
from hub.sealing.tables import key_metadata
from tests.databases import KINDS, databases

MAIN, KEYS = [hub_metadata, consent_metadata], [key_metadata]


@pytest.mark.parametrize("kind", KINDS)
def test_migrations_make_what_the_tables_say(kind: str, tmp_path: Path) -> None:
    with databases(kind, tmp_path) as both:
        for engine, store, wanted in ((both.main, Store.MAIN, MAIN), (both.keys, Store.KEYS, KEYS)):
            upgrade(engine, store)
            assert level(engine, store).is_newest
            with engine.connect() as connection:
                assert compare_metadata(MigrationContext.configure(connection), wanted) == []


@pytest.mark.parametrize("kind", KINDS)
def test_migrations_can_be_taken_back_and_run_again(kind: str, tmp_path: Path) -> None:
    with databases(kind, tmp_path) as both:
        upgrade(both.main, Store.MAIN)
        _down(both.main)
        assert set(inspect(both.main).get_table_names()) <= {"alembic_version"}
        upgrade(both.main, Store.MAIN)
        assert level(both.main, Store.MAIN).is_newest


def test_an_empty_database_is_told_from_a_new_one(tmp_path: Path) -> None:
    with databases("sqlite", tmp_path) as both:
        assert not level(both.main, Store.MAIN).is_newest


def test_running_migrations_twice_changes_nothing(tmp_path: Path) -> None:
    with databases("sqlite", tmp_path) as both:
        upgrade(both.main, Store.MAIN)
        before = inspect(both.main).get_table_names()
        upgrade(both.main, Store.MAIN)
        assert inspect(both.main).get_table_names() == before


def _down(engine: Engine) -> None:
    config = config_of(Store.MAIN)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
