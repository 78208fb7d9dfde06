"""Alembic migrations for the tables of hub, consent and key store."""
