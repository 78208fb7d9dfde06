"""Giving waiting entries their place in the tree, a batch at a time, under a fenced lease.

Leaves, tiles, indexes and head of a batch are one transaction: a crash leaves all of them or none, and the entries that
were not reached still wait. A batch is padded with dummies, put among the real leaves at random, so that neither size
nor place of a leaf tells how busy one family is.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.errors import TilesDamaged
from consent.ledger.leaf import dummy_leaf
from consent.ledger.merkle import leaf_hash
from consent.ledger.queries import heads, outbox, tree
from consent.ledger.queries.heads import Head
from consent.ledger.queries.outbox import Waiting
from consent.ledger.tiles import grow, right_edge, root_of

Transaction: TypeAlias = Callable[[], AbstractContextManager[Connection]]
"""Opens one transaction that commits when its block ends (the hub's unit of work)."""

MIN_BATCH = 8
BATCH_LIMIT = 1024
LEASE_SECONDS = 30.0
DUMMY_MEAN_SECONDS = 60.0

_random = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Sequenced:
    """What one turn did. `is_active` is False where another holder's lease runs; then nothing was done."""

    is_active: bool
    size: int
    fence: int
    real: int = 0
    dummies: int = 0

    @property
    def first(self) -> int:
        """Index of the batch's first leaf (the next free index where there was no batch)."""
        return self.size - self.real - self.dummies


def sequence_once(
    transaction: Transaction,
    *,
    holder: str,
    now: datetime,
    limit: int = BATCH_LIMIT,
    lease_seconds: float = LEASE_SECONDS,
    dummy: bool = False,
) -> Sequenced:
    """Sequence at most `limit` waiting entries; `dummy` asks for a batch of dummies where none waits.

    `holder` names this process for the lease. An idle turn of the holder writes nothing while half its lease is left.
    Raises LeaseLost or TilesDamaged, with nothing changed; the entries wait on.
    """
    with transaction() as connection:
        if not dummy and not outbox.is_waiting(connection):
            idle = _idle(heads.read_head(connection), holder, now, lease_seconds)
            if idle is not None:
                return idle
        head = heads.take_lease(connection, holder=holder, now=now, seconds=lease_seconds)
        if head is None:
            other = heads.read_head(connection)
            return Sequenced(is_active=False, size=other.size, fence=other.fence)
        return _batch(connection, head, outbox.waiting(connection, limit), dummy)


def stand_down(transaction: Transaction, *, holder: str, now: datetime) -> bool:
    """Give the lease back when this process ends, so that the next one need not wait for it; False: it had none.

    Never needed for safety: a lease that is not given back runs out.
    """
    with transaction() as connection:
        return heads.give_back(connection, holder=holder, now=now)


def dummy_due(elapsed_seconds: float, *, mean_seconds: float = DUMMY_MEAN_SECONDS) -> bool:
    """True with the chance that a dummy batch falls due within `elapsed_seconds`, the time since it was last asked.

    Such batches come at random times without memory (a Poisson process), so their rhythm tells nothing.
    """
    return _random.random() < -math.expm1(-max(elapsed_seconds, 0.0) / mean_seconds)


def _idle(head: Head, holder: str, now: datetime, lease_seconds: float) -> Sequenced | None:
    """The answer of an idle turn that has nothing to write; None if the lease is to be taken or renewed."""
    if head.holder is None or head.lease_until is None or head.lease_until <= now:
        return None
    if head.holder != holder:
        return Sequenced(is_active=False, size=head.size, fence=head.fence)
    if head.lease_until - now < timedelta(seconds=lease_seconds / 2):
        return None
    return Sequenced(is_active=True, size=head.size, fence=head.fence)


def _batch(connection: Connection, head: Head, entries: Sequence[Waiting], dummy: bool) -> Sequenced:
    if not entries and not dummy:
        return Sequenced(is_active=True, size=head.size, fence=head.fence)
    leaves = _padded(entries)
    size = head.size + len(leaves)
    edge = tree.read_tiles(connection, right_edge(head.size))
    # The edge must give the root on record, or this batch would build on damage and hide it.
    if root_of(edge, head.size) != head.root:
        raise TilesDamaged(f"the tiles don't give the root of size {head.size}")
    changed = grow(edge, head.size, [leaf_hash(leaf) for _, leaf in leaves])
    tree.write_leaves(connection, head.size, leaves)
    tree.write_tiles(connection, changed)
    heads.advance(connection, head, size=size, root=root_of({**edge, **changed}, size))
    return Sequenced(is_active=True, size=size, fence=head.fence, real=len(entries), dummies=len(leaves) - len(entries))


def _padded(entries: Sequence[Waiting]) -> list[tuple[UUID | None, bytes]]:
    """The entries in their order, with dummies at random places among them up to the least batch."""
    count = max(len(entries), MIN_BATCH)
    dummies = set(_random.sample(range(count), count - len(entries)))
    real = iter(entries)
    leaves: list[tuple[UUID | None, bytes]] = []
    for place in range(count):
        leaves.append((None, dummy_leaf()) if place in dummies else next(real))
    return leaves
