"""Bringing a database to the newest schema, and telling whether it is there. Alembic does the work."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

_HERE = Path(__file__).parent


class Store(StrEnum):
    """The two databases of a hub; each has its own line of migrations."""

    MAIN = "main"
    KEYS = "keys"


@dataclass(frozen=True, slots=True)
class Level:
    """At which revision a database is, and at which it should be."""

    current: str | None
    newest: str | None

    @property
    def is_newest(self) -> bool:
        """True when nothing is left to do."""
        return self.current is not None and self.current == self.newest


def upgrade(engine: Engine, store: Store) -> None:
    """Run every migration that this database has not had yet, each in a transaction of its own."""
    config = config_of(store)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def level(engine: Engine, store: Store) -> Level:
    """Where this database stands; reads only."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return Level(current=current, newest=ScriptDirectory.from_config(config_of(store)).get_current_head())


def config_of(store: Store) -> Config:
    """Where the migrations of this database stand, as Alembic wants to be told."""
    config = Config()
    config.set_main_option("script_location", str(_HERE / store.value))
    config.set_main_option("path_separator", "os")
    return config
