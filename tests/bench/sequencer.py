"""Leaves per second at 256 a batch, against hashing alone and against inserting the same rows durably."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import Connection, Engine, LargeBinary, MetaData, Table, Uuid, insert
from sqlalchemy.schema import Column

from consent.ledger.leaf import dummy_leaf
from consent.ledger.merkle import CompactRange, leaf_hash
from consent.ledger.queries import outbox
from consent.ledger.sequencer import sequence_once
from hub.database import make_engine, new_id, unit_of_work
from hub.migrations.run import Store, upgrade
from tests.bench.homes import scratch
from tests.bench.measure import Figure, in_turns, ratio_of
from tests.bench.sizes import Sizes
from tests.databases import database_urls

BATCH = 256
_AIM = 10_000
_AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)

_metadata = MetaData()
_rows = Table(
    "bench_row",
    _metadata,
    Column("id", Uuid, primary_key=True),
    Column("outbox_id", Uuid, nullable=False, unique=True),
    Column("leaf", LargeBinary(46), nullable=False),
)


def run(sizes: Sizes, databases: Sequence[str]) -> Iterator[Figure]:
    """One database after the other."""
    for database in databases:
        with scratch() as folder, database_urls(database, folder) as both:
            engine, bare = make_engine(both[0]), make_engine(both[1])
            try:
                yield from _measure(database, engine, bare, sizes)
            finally:
                engine.dispose()
                bare.dispose()


def _measure(database: str, engine: Engine, bare: Engine, sizes: Sizes) -> Iterator[Figure]:
    upgrade(engine, Store.MAIN)
    _metadata.create_all(bare)
    _fill_outbox(engine, BATCH * sizes.sequencer_batches)
    taken = in_turns(
        {"sequence": _sequencing(engine), "hash": _hash, "insert": lambda: _insert(bare)},
        rounds=sizes.sequencer_batches,
    )
    rates = {name: [BATCH / one for one in times] for name, times in taken.items()}
    ours = median(rates["sequence"])
    inserted = ratio_of(rates["sequence"], rates["insert"])
    yield Figure(
        "sequencer",
        f"sequence_once, {BATCH} a batch",
        database,
        ours,
        "leaves/s",
        "durable inserts of the same rows",
        inserted,
        f">= {_AIM:,} leaves/s",
        ours >= _AIM,
    )
    yield Figure("sequencer", "durable inserts of the same rows", database, median(rates["insert"]), "rows/s")
    hashed = ratio_of(rates["sequence"], rates["hash"])
    yield Figure("sequencer", f"sequence_once, {BATCH} a batch", database, ours, "leaves/s", "hashing alone", hashed)
    yield Figure("sequencer", "hashing alone", database, median(rates["hash"]), "leaves/s")


def _sequencing(engine: Engine) -> Callable[[], None]:
    def transaction() -> AbstractContextManager[Connection]:
        return unit_of_work(engine)

    def once() -> None:
        done = sequence_once(transaction, holder="bench", now=_AT, limit=BATCH)
        if done.real != BATCH:
            raise ValueError(f"a batch of {done.real} entries")

    return once


def _hash() -> None:
    tree = CompactRange()
    for _ in range(BATCH):
        tree.append(leaf_hash(b"dolen-leaf/v1\x00" + bytes(32)))
    tree.root()


def _insert(engine: Engine) -> None:
    rows = [{"id": new_id(), "outbox_id": new_id(), "leaf": bytes(46)} for _ in range(BATCH)]
    with unit_of_work(engine) as connection:
        connection.execute(insert(_rows), rows)


def _fill_outbox(engine: Engine, count: int) -> None:
    rows = [
        {
            "id": new_id(),
            "stream": f"handle:{number % 500}",
            "number": number // 500 + 1,
            "leaf": dummy_leaf(),
            "sealed_opening": os.urandom(500),
            "owner_agency": "hub",
            "owner_kind": "learner",
            "owner_id": str(new_id()),
            "subject_event_id": new_id(),
            "created_at": _AT,
        }
        for number in range(count)
    ]
    with unit_of_work(engine) as connection:
        outbox.write(connection, rows)
