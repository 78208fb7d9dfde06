"""Alembic's entry for the key store: see hub.migrations.environment."""

from __future__ import annotations

from hub.migrations.environment import run

run()
