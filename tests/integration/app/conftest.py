"""Whole hubs for the tests of the whole application."""

from tests.hubs import postgres_world, small_world, sqlite_world, world  # noqa: F401 - fixtures
