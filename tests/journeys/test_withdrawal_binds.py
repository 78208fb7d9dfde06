"""A withdrawal against a read that is under way in another process, held at every point of its path."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from datetime import datetime
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from time import monotonic, sleep
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from consent.tables import consent_event
from hub.consenting.model import Outcome
from hub.database import reading, unit_of_work
from hub.demo.partnership import Partnership
from hub.settings import Settings
from hub.sharing.tables import disclosure
from hub.wiring.build import build
from tests.hubs import Template, World, copy_of, fields_of

SPAWN = multiprocessing.get_context("spawn")
INSIDE = ("after_facts", "after_decision", "after_opening", "before_commit")
SPEECH = "health.speech.receptive_language"
PATIENCE = 60.0
Seen = list[tuple[bool, datetime]]
"""Per read: whether the field was shown, and when it was recorded."""
ROUNDS = 10
"""`make soak` repeats the whole suite."""


def _read_with_pause(
    settings: Settings, partnership: Partnership, step: str, reached: Event, go: Event, answers: object
) -> None:
    """Another process: reads once, held at `step` the first time that it comes by."""
    held = threading.Event()

    def pause(at: str) -> None:
        if at == step and not held.is_set():
            held.set()
            reached.set()
            go.wait(PATIENCE)

    hub = build(settings, pause=pause)
    try:
        answer = World(hub, partnership, settings).read()
        answers.put((sorted(fields_of(answer)), answer.id, answer.at))  # type: ignore[attr-defined]
    finally:
        hub.close()


def _held_read(world: World, step: str, meanwhile: Callable[[Event], None]) -> tuple[set[str], UUID, datetime]:
    """Start a read elsewhere, hold it at `step`, do `meanwhile` (which lets it go), and give its answer."""
    reached, go, answers = SPAWN.Event(), SPAWN.Event(), SPAWN.Queue()
    process = SPAWN.Process(
        target=_read_with_pause, args=(world.settings, world.partnership, step, reached, go, answers)
    )
    process.start()
    try:
        assert reached.wait(PATIENCE)
        meanwhile(go)
        fields, disclosure_id, at = answers.get(timeout=PATIENCE)
    finally:
        go.set()
        process.join(PATIENCE)
    assert process.exitcode == 0
    return set(fields), disclosure_id, at


def test_a_withdrawal_that_commits_before_the_lock_is_seen_by_the_read(world: World) -> None:
    granted = world.grant()

    def withdraw_then_go(go: Event) -> None:
        world.withdraw(granted)
        go.set()

    fields, _, _ = _held_read(world, "before_lock", withdraw_then_go)
    assert SPEECH not in fields


@pytest.mark.parametrize("step", INSIDE)
def test_a_withdrawal_waits_for_a_read_that_holds_the_lock_and_never_slips_in_between(world: World, step: str) -> None:
    granted = world.grant()
    done: list[Outcome] = []
    withdrawing = threading.Thread(target=lambda: done.append(world.withdraw(granted)))

    def withdraw_while_held(go: Event) -> None:
        withdrawing.start()
        withdrawing.join(0.7)
        assert not done  # it is not committed while the read is under way
        go.set()

    fields, disclosure_id, at = _held_read(world, step, withdraw_while_held)
    withdrawing.join(PATIENCE)
    assert done
    assert SPEECH in fields  # the read was first
    with reading(world.hub.engine) as connection:
        recorded = connection.execute(select(disclosure.c.at).where(disclosure.c.id == disclosure_id)).scalar_one()
    assert recorded == at < done[0].at
    assert SPEECH not in fields_of(world.read())


@pytest.mark.postgres
@pytest.mark.parametrize("step", INSIDE)
def test_a_withdrawal_that_passes_the_lock_by_makes_the_read_decide_again(
    postgres_world: Template, tmp_path: Path, step: str
) -> None:
    with copy_of(postgres_world, tmp_path) as world:
        granted = world.grant()

        def withdraw_by_hand(go: Event) -> None:
            _withdraw_without_the_lock(world, granted)
            go.set()

        fields, _, _ = _held_read(world, step, withdraw_by_hand)
        assert SPEECH not in fields


def _withdraw_without_the_lock(world: World, granted: Outcome) -> None:
    with unit_of_work(world.hub.engine) as connection:
        connection.execute(
            insert(consent_event).values(
                id=uuid4(),
                consent_id=granted.consent_id,
                number=2,
                kind="withdrawn",
                at=world.hub.clock(),
                decided_by=world.parent,
                standing="parent_with_responsibility",
                method="web",
                field_ids=[],
            )
        )


def _read_many(
    settings: Settings,
    partnership: Partnership,
    start: Barrier,
    stop: Event,
    count: Synchronized[int],
    answers: Queue[Seen],
) -> None:
    hub = build(settings)
    try:
        mine = World(hub, partnership, settings)
        start.wait(PATIENCE)
        seen: Seen = []
        while not stop.is_set():
            answer = mine.read()
            seen.append((SPEECH in fields_of(answer), answer.at))
            with count.get_lock():
                count.value += 1
        answers.put(seen)
    finally:
        hub.close()


def _wait_for_reads(count: Synchronized[int]) -> None:
    """Until the readers have answered twice more: SQLite lets a busy writer starve them otherwise."""
    wanted, until = count.value + 2, monotonic() + PATIENCE
    while count.value < wanted and monotonic() < until:
        sleep(0.002)


@pytest.mark.soak
def test_no_read_in_another_process_shows_a_field_after_its_withdrawal_committed(world: World) -> None:
    """Readers in two processes behind a barrier, grants and withdrawals in this one, over and over."""
    start, stop, answers, count = SPAWN.Barrier(3), SPAWN.Event(), SPAWN.Queue(), SPAWN.Value("q", 0)
    arguments = (world.settings, world.partnership, start, stop, count, answers)
    readers = [SPAWN.Process(target=_read_many, args=arguments) for _ in range(2)]
    for reader in readers:
        reader.start()
    start.wait(PATIENCE)
    closed: list[tuple[datetime, datetime]] = []
    last = None
    for _ in range(ROUNDS):
        granted = world.grant()
        if last is not None:
            closed.append((last, granted.at))
        _wait_for_reads(count)
        last = world.withdraw(granted).at
        _wait_for_reads(count)
    stop.set()
    seen = [one for _ in readers for one in answers.get(timeout=PATIENCE)]
    for reader in readers:
        reader.join(PATIENCE)
    assert {shown for shown, _ in seen} == {True, False}  # they read while it was open, and while it was closed
    late = [at for shown, at in seen if shown and any(begin <= at < end for begin, end in closed)]
    assert late == []
