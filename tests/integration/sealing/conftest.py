"""A key store on SQLite and PostgreSQL in turn, with the keyrings of a hub and two partners."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.sealing.keyring import Keyrings
from tests.databases import Databases, migrated, postgres_schema, sqlite_schema  # noqa: F401 - fixtures
from tests.integration.sealing.keyrings import passphrase


@pytest.fixture(scope="session")
def keyrings(tmp_path_factory: pytest.TempPathFactory) -> Keyrings:
    """Keyrings that no test spoils, made once: scrypt is slow on purpose."""
    made = Keyrings(tmp_path_factory.mktemp("keyrings"), passphrase)
    for agency_id in ("hub", "health", "education"):
        made.create(agency_id)
    return made


@pytest.fixture
def store_engine(migrated: Databases) -> Engine:  # noqa: F811 - the fixture of tests.databases
    """An empty key store with its table."""
    return migrated.keys
