"""Whole hubs for the tests of records as they rest."""

from tests.hubs import postgres_world, small_world, sqlite_world, world  # noqa: F401 - fixtures
