"""A world of telling per test, on both databases."""

from __future__ import annotations

from tests.integration.telling.hubs import postgres_hub, world  # noqa: F401
