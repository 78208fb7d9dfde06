"""Attacks of another account of the machine."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.database import make_engine, unit_of_work
from hub.directory.streams import touch
from hub.settings import Settings
from hub.wiring.build import prepare


@pytest.fixture
def careless_umask() -> Iterator[None]:
    """New files can be read by everybody unless their maker says otherwise."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.usefixtures("careless_umask")
def test_no_file_of_a_hub_can_be_read_by_another_account(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)  # made by an operator who did not think of it
    settings = Settings(home=home)
    prepare(settings)
    engine = make_engine(settings.main_database)
    with unit_of_work(engine) as connection:
        touch(connection)
    modes = {str(path.relative_to(home)): stat.S_IMODE(path.lstat().st_mode) for path in home.rglob("*")}
    engine.dispose()
    assert {"dolen.db", "dolen.db-wal", "keys.db", "secrets/pages.key", "keyrings/hub.keyring"} <= set(modes)
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
