"""Whole hubs for this room's tests."""

from tests.hubs import postgres_world, small_world, sqlite_world, world  # noqa: F401 - fixtures
