"""Whole hubs for this room's tests, whose protocol lets overrides read as needed, and the health board's people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hub.demo.people import HEALTH
from tests.hubs import Template, World, small_world, template_of, world  # noqa: F401 - fixtures
from tests.integration.safeguarding.staff import Staff, staff_of
from tests.rows import sample_with, taken_on

AS_NEEDED = sample_with(sh_safety=taken_on(), hs_safety=taken_on(), es_safety=taken_on(tell_family=True))


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """The template on SQLite."""
    with ExitStack() as stack:
        yield template_of("sqlite", tmp_path_factory.mktemp("safeguarding"), stack, protocol=AS_NEEDED)


@pytest.fixture(scope="session")
def postgres_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """The template on PostgreSQL."""
    with ExitStack() as stack:
        yield template_of("postgres", tmp_path_factory.mktemp("safeguarding"), stack, protocol=AS_NEEDED)


@pytest.fixture
def health(world: World) -> Staff:  # noqa: F811 - the fixture of that name
    """The health board's people, clinicians."""
    return staff_of(world, HEALTH.id, "clinician")


@pytest.fixture
def few(small_world: World) -> Staff:  # noqa: F811 - the fixture of that name
    """The health board's people in the small world."""
    return staff_of(small_world, HEALTH.id, "clinician")
