"""Entries in the transaction of their business row: numbered without gaps, in order, and never changed."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from consent.ledger import outbox, streams
from consent.ledger.jcs import Json
from consent.ledger.leaf import BodyRefused, read_opening
from hub.database import reading, unit_of_work
from tests.integration.consent.worlds import HANDLE, OWNER, T0, Ledger, stream_of, subject


def test_an_entry_says_what_happened_where_and_as_which_number(ledger: Ledger) -> None:
    event = subject()
    entries = [ledger.entry(subject=event, fields=[name]) for name in "ab"]
    first, second = ledger.append(entries)
    assert (first.number, second.number) == (1, 2)
    read = read_opening(ledger.openings[second.id])
    assert dict(read.body) == {
        "at": "2026-03-01T09:00:00.000000Z",
        "fields": ["b"],
        "kind": "disclosure.made",
        "number": 2,
        "stream": HANDLE,
    }
    with reading(ledger.engine) as connection:
        stored = outbox.entries_for(connection, [event])
    assert [(each.id, each.number, each.owner, each.index) for each in stored] == [
        (first.id, 1, OWNER, None),
        (second.id, 2, OWNER, None),
    ]
    assert {each.sealed_opening for each in stored} == {b"sealed"}


def test_each_stream_counts_for_itself(ledger: Ledger) -> None:
    one, other = stream_of(1), stream_of(2)
    appended = ledger.append([ledger.entry(stream) for stream in (one, other, one)])
    assert [each.number for each in appended] == [1, 1, 2]
    assert [each.number for each in ledger.write(2, one)] == [3, 4]
    with reading(ledger.engine) as connection:
        assert [each.number for each in outbox.entries_of(connection, one, after=1, limit=2)] == [2, 3]


def test_an_abandoned_transaction_uses_no_number(ledger: Ledger) -> None:
    def give_up() -> None:
        with unit_of_work(ledger.engine) as connection:
            outbox.append(connection, [ledger.entry()], seal=ledger.seal, at=T0)
            raise RuntimeError("the business row failed")

    with pytest.raises(RuntimeError):
        give_up()
    assert [each.number for each in ledger.write(1)] == [1]


def test_no_entry_goes_back_in_time_within_its_stream(ledger: Ledger) -> None:
    ledger.append([ledger.entry()], at=T0 + timedelta(hours=1))
    ledger.append([ledger.entry()], at=T0)
    with reading(ledger.engine) as connection:
        stored = outbox.entries_of(connection, HANDLE)
    assert [each.created_at for each in stored] == [T0 + timedelta(hours=1)] * 2
    # What the body says is the event's own instant all the same.
    assert read_opening(ledger.openings[stored[1].id]).body["at"] == "2026-03-01T09:00:00.000000Z"


def test_a_lock_gives_the_next_number_and_takes_no_entry(ledger: Ledger) -> None:
    learner = "learner:018f9d3e-0000-7000-8000-000000000009"
    for expected in (1, 2):
        with unit_of_work(ledger.engine) as connection:
            assert streams.lock(connection, learner) == expected
    with unit_of_work(ledger.engine) as connection:
        assert streams.lock_many(connection, [stream_of(2), learner, stream_of(1)]) == {
            stream_of(1): 1,
            stream_of(2): 1,
            learner: 3,
        }
        with pytest.raises(BodyRefused):
            outbox.append(connection, [ledger.entry(learner)], seal=ledger.seal, at=T0)


def test_numbers_taken_by_threads_at_once_have_no_gap_and_no_double(ledger: Ledger) -> None:
    taken: list[int] = []

    def take() -> None:
        for _ in range(15):
            with unit_of_work(ledger.engine) as connection:
                taken.append(streams.lock(connection, HANDLE))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 61))


def test_locks_taken_in_any_order_never_deadlock(ledger: Ledger) -> None:
    failed: list[Exception] = []

    def take(order: int) -> None:
        names = [stream_of(number) for number in range(6)][::order]
        try:
            for _ in range(15):
                with unit_of_work(ledger.engine) as connection:
                    streams.lock_many(connection, names)
        except DBAPIError as problem:
            failed.append(problem)

    threads = [threading.Thread(target=take, args=(order,)) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert ledger.rows("SELECT DISTINCT last_number FROM ledger_stream") == [(60,)]


def test_whoever_waits_for_the_first_of_several_locks_holds_none_of_the_others(ledger: Ledger) -> None:
    first, second = stream_of(1), stream_of(2)
    ledger.append([ledger.entry(first), ledger.entry(second)])
    taken: list[dict[str, int]] = []

    def take_both() -> None:
        with unit_of_work(ledger.engine) as connection:
            taken.append(streams.lock_many(connection, [second, first]))

    other = threading.Thread(target=take_both)
    with unit_of_work(ledger.engine) as connection:
        streams.lock(connection, first)
        other.start()
        other.join(0.3)
        assert other.is_alive()
        assert streams.lock(connection, second) == 2
    other.join()
    assert taken == [{first: 3, second: 3}]


def test_a_lock_keeps_the_next_one_waiting_until_the_commit(ledger: Ledger) -> None:
    order: list[str] = []
    is_locked, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with unit_of_work(ledger.engine) as connection:
            streams.lock(connection, HANDLE)
            is_locked.set()
            may_end.wait(10)
            order.append("first")

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_locked.wait(10)

    def follow() -> None:
        with unit_of_work(ledger.engine) as connection:
            assert streams.lock(connection, HANDLE) == 2
            order.append("second")

    follower = threading.Thread(target=follow)
    follower.start()
    follower.join(0.2)
    assert order == []
    may_end.set()
    holder.join()
    follower.join()
    assert order == ["first", "second"]


def test_a_body_that_cannot_be_carried_leaves_nothing(ledger: Ledger) -> None:
    bodies: list[dict[str, Json]] = [{"kind": "x"}, {"at": "x"}, {"stream": "x"}, {"number": 1}, {"A": 1}]
    for body in [*bodies, {"score": 0.5}]:
        with pytest.raises(BodyRefused):
            ledger.append([ledger.entry(), replace(ledger.entry(), body=body)])
    assert ledger.rows("SELECT count(*) FROM ledger_outbox") == [(0,)]
    assert ledger.rows("SELECT count(*) FROM ledger_stream") == [(0,)]


def test_nothing_to_append_touches_nothing(ledger: Ledger) -> None:
    assert ledger.append([]) == []
    with unit_of_work(ledger.engine) as connection:
        assert streams.lock_many(connection, []) == {}
        with pytest.raises(ValueError, match="stream"):
            streams.lock(connection, "not a stream")


FORBIDDEN = (
    "DELETE FROM ledger_outbox",
    "UPDATE ledger_outbox SET leaf = leaf",
    "UPDATE ledger_outbox SET idx = NULL",
    "UPDATE ledger_outbox SET idx = 900 WHERE idx IS NOT NULL",
    "UPDATE ledger_outbox SET idx = 900, number = 99 WHERE idx IS NULL",
    "UPDATE ledger_outbox SET idx = 900, subject_event_id = NULL WHERE idx IS NULL",
    "UPDATE ledger_outbox SET idx = 900, sealed_opening = '' WHERE idx IS NULL",
    "DELETE FROM ledger_leaf",
    "UPDATE ledger_leaf SET outbox_id = NULL",
    "DELETE FROM ledger_checkpoint",
    "UPDATE ledger_checkpoint SET text = 'x'",
)


def test_what_was_written_is_neither_changed_nor_deleted(ledger: Ledger) -> None:
    ledger.settle(3)
    ledger.append([ledger.entry(subject=subject())])
    for statement in FORBIDDEN:
        with pytest.raises(DBAPIError, match="append-only"):
            ledger.run(statement)
    assert ledger.fsck().is_clean
