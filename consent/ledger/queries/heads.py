"""The head row: where the tree stands, and who may grow it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, case, or_, select, update

from consent.ledger.errors import LeaseLost
from consent.ledger.merkle import EMPTY_ROOT
from consent.ledger.queries.dialects import upsert
from consent.tables import ledger_head

_ONLY = 1
_EMPTY_HEAD = {"id": _ONLY, "size": 0, "root": EMPTY_ROOT, "fence": 0}


@dataclass(frozen=True, slots=True)
class Head:
    """The tree as the database has it, and who may grow it until when."""

    size: int
    root: bytes
    holder: str | None
    lease_until: datetime | None
    fence: int


def read_head(connection: Connection) -> Head:
    """The head row; an empty tree where nothing was sequenced yet."""
    head = ledger_head.c
    row = connection.execute(select(head.size, head.root, head.holder, head.lease_until, head.fence)).one_or_none()
    return Head(0, EMPTY_ROOT, None, None, 0) if row is None else Head(*row)


def take_lease(connection: Connection, *, holder: str, now: datetime, seconds: float) -> Head | None:
    """Take or renew the lease and lock the head row until the commit; None while somebody else's lease runs.

    The fence grows unless the lease is the holder's own and still runs.
    """
    connection.execute(upsert(connection, ledger_head).on_conflict_do_nothing(), _EMPTY_HEAD)
    head = ledger_head.c
    is_free = or_(head.lease_until.is_(None), head.lease_until <= now)
    is_own = and_(head.holder == holder, head.lease_until > now)
    grant = (
        update(ledger_head)
        .where(head.id == _ONLY, or_(is_free, is_own))
        .values(
            fence=case((is_own, head.fence), else_=head.fence + 1),
            holder=holder,
            lease_until=now + timedelta(seconds=seconds),
        )
        .returning(head.size, head.root, head.holder, head.lease_until, head.fence)
    )
    row = connection.execute(grant).one_or_none()
    return None if row is None else Head(*row)


def give_back(connection: Connection, *, holder: str, now: datetime) -> bool:
    """End the lease of `holder` before its time, so that nobody waits for it; False where it is not theirs."""
    head = ledger_head.c
    own = update(ledger_head).where(head.id == _ONLY, head.holder == holder, head.lease_until > now)
    return connection.execute(own.values(lease_until=now).returning(head.id)).one_or_none() is not None


def advance(connection: Connection, head: Head, *, size: int, root: bytes) -> None:
    """Move the head forward from exactly `head`; raises LeaseLost where it is not the same any more."""
    still = and_(ledger_head.c.id == _ONLY, ledger_head.c.fence == head.fence, ledger_head.c.size == head.size)
    moved = connection.execute(update(ledger_head).where(still).values(size=size, root=root))
    if moved.rowcount != 1:
        raise LeaseLost(f"the head is no longer at fence {head.fence} and size {head.size}")
