"""Batches: every entry once, in order, padded, under one lease."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.ledger import outbox
from consent.ledger.errors import LeaseLost, TilesDamaged
from consent.ledger.queries import heads
from consent.ledger.sequencer import MIN_BATCH, dummy_due
from consent.ledger.status import ledger_status
from hub.database import reading, unit_of_work
from tests.integration.consent.worlds import HANDLE, T0, Ledger, stream_of


def indexes(ledger: Ledger, stream: str = HANDLE) -> list[int | None]:
    with reading(ledger.engine) as connection:
        return [each.index for each in outbox.entries_of(connection, stream)]


def test_entries_get_their_indexes_in_the_order_of_their_stream(ledger: Ledger) -> None:
    ledger.write(20)
    turn = ledger.sequence()
    assert (turn.real, turn.dummies, turn.size, turn.first) == (20, 0, 20, 0)
    assert indexes(ledger) == list(range(20))
    assert ledger.fsck().is_clean


def test_a_small_batch_is_padded_with_dummies_and_keeps_its_order(ledger: Ledger) -> None:
    ledger.write(3)
    turn = ledger.sequence()
    assert (turn.real, turn.dummies, turn.size) == (3, MIN_BATCH - 3, MIN_BATCH)
    places = [each for each in indexes(ledger) if each is not None]
    assert len(places) == 3
    assert places == sorted(places)
    assert ledger.rows("SELECT count(*) FROM ledger_leaf WHERE outbox_id IS NULL") == [(5,)]


def test_dummies_stand_anywhere_among_the_real_leaves(ledger: Ledger) -> None:
    seen = set()
    for number in range(40):
        ledger.write(1, stream_of(number))
        ledger.sequence()
        seen.add((indexes(ledger, stream_of(number))[0] or 0) % MIN_BATCH)
    assert len(seen) > MIN_BATCH // 2


def test_nothing_that_waits_means_no_leaf_unless_a_dummy_is_due(ledger: Ledger) -> None:
    assert (ledger.sequence().size, ledger.sequence().real) == (0, 0)
    turn = ledger.sequence(dummy=True)
    assert (turn.real, turn.dummies, turn.size) == (0, MIN_BATCH, MIN_BATCH)
    assert ledger.fsck().is_clean


def test_batches_of_any_length_give_one_tree(ledger: Ledger) -> None:
    for count in (1, 7, 255, 1, 300):
        ledger.write(count, stream_of(count))
        while ledger.sequence(limit=256).real:
            pass
    report = ledger.fsck()
    assert (report.is_clean, report.size) == (True, 8 + 8 + 255 + 8 + 256 + 44)


def test_a_limit_leaves_the_rest_for_the_next_turn(ledger: Ledger) -> None:
    ledger.write(30)
    assert [ledger.sequence(limit=12).real for _ in range(4)] == [12, 12, 6, 0]
    places = [each for each in indexes(ledger) if each is not None]
    assert places == sorted(places)


def test_a_clock_that_goes_back_does_not_reorder_a_stream(ledger: Ledger) -> None:
    for minutes in (9, 3, 6, 0):
        ledger.append([ledger.entry()], at=T0 + timedelta(minutes=minutes))
    while ledger.sequence(limit=1).real:
        pass
    places = [each for each in indexes(ledger) if each is not None]
    assert places == sorted(places)


def test_a_standby_does_nothing_while_the_lease_runs_and_takes_over_after(ledger: Ledger) -> None:
    ledger.write(2)
    first = ledger.sequence(holder="one")
    ledger.write(2)
    standby = ledger.sequence(holder="two", later=1)
    assert (first.is_active, standby.is_active, standby.real) == (True, False, 0)
    assert ledger.sequence(holder="two", dummy=True).is_active is False
    taken = ledger.sequence(holder="two", later=60)
    assert (taken.is_active, taken.real, taken.fence) == (True, 2, first.fence + 1)
    assert ledger.sequence(holder="one").is_active is False


def test_an_idle_holder_keeps_its_lease_without_writing_at_every_turn(ledger: Ledger) -> None:
    ledger.sequence(holder="one")
    before = ledger.rows("SELECT lease_until FROM ledger_head")
    ledger.sequence(holder="one", later=5)
    assert ledger.rows("SELECT lease_until FROM ledger_head") == before
    renewed = ledger.sequence(holder="one", later=15)
    assert ledger.rows("SELECT lease_until FROM ledger_head") != before
    assert renewed.fence == 1


def test_a_head_that_another_moved_is_not_moved_again(ledger: Ledger) -> None:
    with unit_of_work(ledger.engine) as connection:
        held = heads.take_lease(connection, holder="one", now=T0, seconds=1)
    assert held is not None
    with unit_of_work(ledger.engine) as connection:
        heads.take_lease(connection, holder="two", now=T0 + timedelta(seconds=2), seconds=1)
    with pytest.raises(LeaseLost), unit_of_work(ledger.engine) as connection:
        heads.advance(connection, held, size=8, root=b"\x00" * 32)


def test_no_batch_is_built_on_damaged_tiles(ledger: Ledger) -> None:
    ledger.settle(10)
    ledger.run("UPDATE ledger_tile SET data = :data WHERE level = 0", {"data": b"\x00" * 320})
    ledger.write(1)
    with pytest.raises(TilesDamaged):
        ledger.sequence()
    assert ledger.rows("SELECT count(*) FROM ledger_leaf") == [(10,)]


def test_dummies_fall_due_at_random_with_the_given_mean() -> None:
    due = sum(dummy_due(1.0, mean_seconds=60) for _ in range(30_000))
    assert 380 < due < 630
    assert not any(dummy_due(0.0) for _ in range(100))
    assert all(dummy_due(1e9) for _ in range(100))


def test_the_figures_say_where_the_ledger_stands(ledger: Ledger) -> None:
    ledger.settle(10)
    ledger.sequence(dummy=True)
    ledger.write(2)
    with reading(ledger.engine) as connection:
        status = ledger_status(connection)
    assert (status.size, status.checkpoint_size, status.unsigned) == (18, 10, 8)
    assert (status.waiting, status.waiting_since, status.holder) == (2, T0, "one")
