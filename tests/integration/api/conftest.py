"""The API on the real tables of its authorization server, in front of a hand-written hub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.database import make_engine
from tests.databases import KINDS, database_urls
from tests.integration.api.fakes import ApiWorld, FakeHub
from tests.integration.oauth.world import Clock, Partner, make_schema, settings_in


@pytest.fixture(params=KINDS, scope="module")
def shared_api(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiWorld]:
    home = tmp_path_factory.mktemp("api")
    with database_urls(request.param, home) as (url, _):
        engine = make_engine(url)
        make_schema(engine)
        yield ApiWorld(settings_in(home), engine)
        engine.dispose()


@pytest.fixture
def world(shared_api: ApiWorld) -> ApiWorld:
    """The hub, with a clock and a memory of its own for each test; the application is made once."""
    shared_api.clock.at = Clock().at
    fresh = FakeHub()
    shared_api.hub.__dict__.update(fresh.__dict__)
    return shared_api


@pytest.fixture
def partner(world: ApiWorld) -> Partner:
    """A registered system of an education service."""
    return Partner(world).registered()
