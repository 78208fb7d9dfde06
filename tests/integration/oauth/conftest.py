"""One database of each kind per module; every test registers clients of its own in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.database import make_engine
from tests.databases import KINDS, database_urls
from tests.integration.oauth.world import Partner, World, make_schema, settings_in


@pytest.fixture(params=KINDS, scope="module")
def shared_world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("oauth")
    with database_urls(request.param, home) as (url, _):
        engine = make_engine(url)
        make_schema(engine)
        settings = settings_in(home).model_copy(update={"database_url": url})
        yield World(settings, engine)
        engine.dispose()


@pytest.fixture
def world(shared_world: World) -> World:
    """The hub, with a clock of its own for each test."""
    return World(shared_world.settings, shared_world.engine)


@pytest.fixture
def partner(world: World) -> Partner:
    """A registered system of an education service."""
    return Partner(world).registered()
