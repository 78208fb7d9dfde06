"""What tests of the key store share, also with the processes that they start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlalchemy import Engine

from hub.sealing.key_store import KeyStore
from hub.sealing.keyring import Keyrings


@dataclass(slots=True)
class Watch:
    """A clock that a test sets."""

    now: datetime = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def turn(self, **how: float) -> None:
        self.now += timedelta(**how)


def passphrase(agency_id: str) -> SecretStr:
    """The passphrase of a test's keyring."""
    return SecretStr(f"passphrase of {agency_id}")


def key_store(engine: Engine, keyrings: Keyrings, watch: Watch | None = None, *, size: int = 100) -> KeyStore:
    """A key store that keeps keys for a minute."""
    return KeyStore(engine, keyrings, watch or Watch(), cache_seconds=60, cache_size=size)
