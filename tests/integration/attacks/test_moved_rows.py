"""Attacks of somebody who can write the database: a row is moved, and must be refused, never shown as another's."""

from __future__ import annotations

from uuid import uuid4

import pytest

from consent.ledger.errors import OpeningMismatch
from tests.integration.attacks.conftest import Target


def test_a_ledger_entry_that_is_moved_to_another_persons_stream_is_not_opened_for_them(target: Target) -> None:
    world, other = target.world, uuid4()
    granted = world.grant()
    while world.hub.sequence():
        pass
    assert world.hub.receipt(world.parent, granted.event_id)
    target.tamper(
        "ledger_outbox",
        "UPDATE ledger_outbox SET stream = :theirs WHERE stream = :own",
        own=f"sight:{world.child}:{world.parent}",
        theirs=f"sight:{world.child}:{other}",
    )
    with pytest.raises(OpeningMismatch):
        world.hub.receipt(other, granted.event_id)
