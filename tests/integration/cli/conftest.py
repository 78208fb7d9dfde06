"""A demo home made once, and a copy of it for every test."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from hub.demo.partnership import Partnership, bring_all, found, prepare_home, settle
from hub.settings import Settings
from hub.wiring.build import build
from tests.integration.cli.command import Dolen


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Partnership]:
    """The demo's partnership with its first records; every entry is in the ledger and every notice is told."""
    home = tmp_path_factory.mktemp("cli") / "home"
    settings = Settings(home=home)
    prepare_home(settings)
    hub = build(settings)
    try:
        people = found(hub)
        bring_all(hub)
        partnership = settle(hub, people)
        while hub.sequence() or hub.deliver_due(datetime.now(UTC)):
            pass
    finally:
        hub.close()
    return home, partnership


@pytest.fixture
def partnership(template: tuple[Path, Partnership]) -> Partnership:
    """Ids of the people and the child in `dolen`'s home."""
    return template[1]


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """What the command line does to logging is undone."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    structlog.reset_defaults()
    root.handlers[:] = before


@pytest.fixture
def dolen(template: tuple[Path, Partnership], tmp_path: Path) -> Dolen:
    """The command line on a copy of the demo home."""
    home = tmp_path / "home"
    shutil.copytree(template[0], home)
    return Dolen(home)


@pytest.fixture
def bare(tmp_path: Path) -> Dolen:
    """The command line without any home yet."""
    return Dolen(tmp_path / "bare")
