"""A ledger on a real database: tables with their triggers, a signer, and short ways to fill it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Engine, text

from consent.ids import new_id
from consent.ledger.fsck import Report, fsck
from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from consent.ledger.note import ed25519_verifier
from consent.ledger.outbox import AppendedEntry, Entry, Owner, append
from consent.ledger.policy import Policy, parse_policy
from consent.ledger.queries.checkpoints import SignedHead
from consent.ledger.sequencer import Sequenced, sequence_once
from consent.ledger.signer import Signer, publish_checkpoint
from hub.database import reading, unit_of_work

T0 = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ORIGIN = "hub.example/ledger"
OWNER: Owner = ("hub", "learner", "018f9d3e-0000-7000-8000-000000000001")
HANDLE = "handle:018f9d3e-0000-7000-8000-000000000002"


@dataclass(slots=True)
class Ledger:
    """A ledger to write to and to read from. Openings are kept in clear here, so that tests can make receipts."""

    engine: Engine
    signer: Signer
    now: datetime = T0
    openings: dict[UUID, bytes] = field(default_factory=dict)

    def seal(self, _owner: Owner, opening: bytes, context: bytes) -> bytes:
        """A stand-in for the hub's sealing: it keeps the opening aside and stores nothing of it."""
        self.openings[UUID(bytes=context[-16:])] = opening
        return b"sealed"

    def entry(self, stream: str = HANDLE, *, subject: UUID | None = None, **body: Json) -> Entry:
        return Entry(Kind.DISCLOSURE_MADE, stream, body or {"purpose": "aln-plan"}, OWNER, subject)

    def append(self, entries: Sequence[Entry], *, at: datetime | None = None) -> list[AppendedEntry]:
        with unit_of_work(self.engine) as connection:
            return append(connection, entries, seal=self.seal, at=at or self.now)

    def write(self, count: int, stream: str = HANDLE) -> list[AppendedEntry]:
        return self.append([self.entry(stream) for _ in range(count)])

    def sequence(self, *, holder: str = "one", limit: int = 1024, dummy: bool = False, later: float = 0) -> Sequenced:
        self.now += timedelta(seconds=later)
        transaction = partial(unit_of_work, self.engine)
        return sequence_once(transaction, holder=holder, now=self.now, limit=limit, dummy=dummy)

    def publish(self) -> SignedHead | None:
        return publish_checkpoint(partial(unit_of_work, self.engine), self.signer, now=self.now)

    def settle(self, count: int = 0) -> None:
        """Write, sequence everything that waits, and publish."""
        if count:
            self.write(count)
        while self.sequence().real:
            pass
        self.publish()

    def policy(self) -> Policy:
        return parse_policy(f"log {self.signer.vkey}\nquorum none\n".encode())

    def fsck(self) -> Report:
        with reading(self.engine) as connection:
            return fsck(connection, verifiers=[ed25519_verifier(self.signer.vkey)])

    def run(self, statement: str, parameters: Mapping[str, object] | None = None) -> None:
        """SQL of somebody who bypasses the hub."""
        with unit_of_work(self.engine) as connection:
            connection.execute(text(statement), parameters or {})

    def tamper(self, statement: str, parameters: Mapping[str, object] | None = None) -> None:
        """SQL of somebody who has the rights to pass the triggers and the constraints."""
        with unit_of_work(self.engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
            else:
                names = text(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                    " AND (tbl_name LIKE 'ledger%' OR tbl_name = 'consent_event')"
                )
                for name in connection.scalars(names).all():
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.execute(text(statement), parameters or {})

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(text(statement))]


def new_ledger(engine: Engine, folder: Path) -> Ledger:
    """A ledger with nothing in it, on tables that exist."""
    signer = Signer(ORIGIN, Ed25519PrivateKey.from_private_bytes(b"\x05" * 32), folder / "signer" / "last-signed.json")
    signer.initialise()
    return Ledger(engine, signer)


def stream_of(number: int) -> str:
    """Another handle's stream."""
    return f"handle:{UUID(int=number)}"


def subject() -> UUID:
    """The id of a business row."""
    return new_id()
