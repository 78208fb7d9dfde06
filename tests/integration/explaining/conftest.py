"""A whole hub with its application, on both databases, that is asked why."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from hub.app import create_app
from hub.oauth.keys import create_keys
from hub.wiring.build import SilentDoorbell
from tests.hubs import World, postgres_world, small_world, sqlite_world, world  # noqa: F401 - fixtures
from tests.integration.attacks.conftest import Target


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """What the command line does to logging is undone."""
    root = logging.getLogger()
    before = list(root.handlers)
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
    root.handlers[:] = before


@pytest.fixture
def asked(world: World) -> Target:  # noqa: F811 - a fixture
    """A hub with its application, on SQLite and on PostgreSQL."""
    return application(world)


@pytest.fixture
def small(small_world: World) -> Target:  # noqa: F811 - a fixture
    """A hub with its application on SQLite."""
    return application(small_world)


def application(made: World) -> Target:
    """The application of this hub."""
    create_keys(made.settings)
    return Target(made, create_app(made.settings, SilentDoorbell(), hub=made.hub))
