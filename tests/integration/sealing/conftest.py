"""A key store on SQLite and PostgreSQL in turn, with the keyrings of a hub and two partners."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from hub.sealing.keyring import Keyrings
from hub.sealing.tables import key_metadata
from tests.databases import engine  # noqa: F401 - a fixture
from tests.integration.sealing.keyrings import passphrase


@pytest.fixture(scope="session")
def keyrings(tmp_path_factory: pytest.TempPathFactory) -> Keyrings:
    """Keyrings that no test spoils, made once: scrypt is slow on purpose."""
    made = Keyrings(tmp_path_factory.mktemp("keyrings"), passphrase)
    for agency_id in ("hub", "health", "education"):
        made.create(agency_id)
    return made


@pytest.fixture
def store_engine(engine: Engine) -> Engine:  # noqa: F811 - the fixture above
    """An empty key store with its table."""
    key_metadata.create_all(engine)
    return engine
