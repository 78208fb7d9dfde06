"""A consent withdrawn, a bar set, a protocol suspended in one process binds the next read in every other."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection as Pipe
from multiprocessing.synchronize import Barrier

import pytest
from sqlalchemy import select

from hub.circumstances.tables import bar
from hub.consenting.model import Outcome
from hub.database import reading
from hub.demo.partnership import Partnership
from hub.demo.people import HEALTH
from hub.settings import Settings
from hub.wiring.build import build
from policies.bars import BarKind
from policies.model import ProtocolRef
from tests.hubs import World, fields_of
from tests.integration.safeguarding.staff import Staff, bar_of, staff_of

SPAWN = multiprocessing.get_context("spawn")
STEPS = ("after_facts", "after_decision", "after_opening", "before_commit")
SPEECH = "health.speech.receptive_language"
DEMO = ProtocolRef("dyffryn-afon-demo", 1)
PATIENCE = 60.0
REPEATS = 200 if os.environ.get("DOLEN_SOAK") else 50
READERS = 2


@dataclass
class Way:
    """One way to close a field, and to open it again. `close` answers the instant that it carries, where it has one."""

    world: World

    def open(self) -> None:
        raise NotImplementedError

    def close(self) -> datetime | None:
        raise NotImplementedError


@dataclass
class Withdrawal(Way):
    """The parent takes the consent back."""

    granted: Outcome | None = None

    def open(self) -> None:
        self.granted = self.world.grant()

    def close(self) -> datetime | None:
        assert self.granted is not None
        return self.world.withdraw(self.granted).at


@dataclass
class NewBar(Way):
    """The health board's safeguarding lead sets a bar on the field."""

    staff: Staff = field(init=False)
    is_granted: bool = False
    bars: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.staff = staff_of(self.world, HEALTH.id, "clinician")

    def open(self) -> None:
        if not self.is_granted:
            self.world.grant()
            self.is_granted = True
        while self.bars:
            self.world.hub.safeguarding.lift_bar(self.staff.lead, self.bars.pop(), reasons="Discharged")  # type: ignore[arg-type]

    def close(self) -> datetime | None:
        wanted = bar_of(self.world, BarKind.COURT_ORDER, field_ids=(SPEECH,))
        bar_id = self.world.hub.safeguarding.set_bar(self.staff.lead, wanted)
        self.bars.append(bar_id)
        with reading(self.world.hub.engine) as connection:
            return connection.execute(select(bar.c.set_at).where(bar.c.id == bar_id)).scalar_one()


@dataclass
class Suspension(Way):
    """The protocol is suspended, and later resumed."""

    is_granted: bool = False

    is_suspended: bool = False

    def open(self) -> None:
        if self.is_suspended:
            self.world.hub.protocols.resume(DEMO)
            self.is_suspended = False
        if not self.is_granted:
            self.world.grant()
            self.is_granted = True

    def close(self) -> datetime | None:
        self.world.hub.protocols.suspend(DEMO)
        self.is_suspended = True
        return None


WAYS = (Withdrawal, NewBar, Suspension)


@dataclass
class Elsewhere:
    """A reader in another process, which does what it is told."""

    pipe: Pipe

    def order(self, what: str) -> None:
        """`now`, `race` (behind the barrier), or the step at which the read is held until `go`."""
        self.pipe.send(what)

    def answer(self) -> tuple[bool, datetime]:
        """Whether the last read showed the field, and when it was recorded."""
        seen: tuple[bool, datetime] = self.heard()  # type: ignore[assignment]
        return seen

    def heard(self) -> object:
        """The next thing that it says."""
        assert self.pipe.poll(PATIENCE), "the other process says nothing"
        return self.pipe.recv()

    def is_shown(self) -> bool:
        """Read now."""
        self.order("now")
        return self.answer()[0]


def _serve(settings: Settings, partnership: Partnership, pipe: Pipe, start: Barrier) -> None:
    held_at: list[str] = []

    def pause(step: str) -> None:
        if step in held_at:
            held_at.clear()
            pipe.send("held")
            pipe.recv()

    hub = build(settings, pause=pause)
    try:
        mine = World(hub, partnership, settings)
        while (order := pipe.recv()) != "stop":
            if order == "race":
                start.wait(PATIENCE)
            held_at[:] = [order]
            answer = mine.read()
            pipe.send((SPEECH in fields_of(answer), answer.at))
    finally:
        hub.close()


@contextmanager
def readers(world: World, count: int) -> Iterator[tuple[list[Elsewhere], Barrier]]:
    """So many processes on the same home, and a barrier for them and this one."""
    start = SPAWN.Barrier(count + 1)
    with ExitStack() as stack:
        found = []
        for _ in range(count):
            here, there = SPAWN.Pipe()
            process = SPAWN.Process(target=_serve, args=(world.settings, world.partnership, there, start))
            process.start()
            stack.callback(process.join, PATIENCE)
            stack.callback(here.send, "stop")
            found.append(Elsewhere(here))
        yield found, start


@pytest.mark.soak
@pytest.mark.parametrize("kind", WAYS, ids=lambda kind: kind.__name__.lower())
def test_fifty_times_a_change_binds_the_next_read_in_two_processes(
    world: World, kind: type[Way], capsys: pytest.CaptureFixture[str]
) -> None:
    """Each time they all begin behind a barrier; a read that raced and was first says so by its instant."""
    way = kind(world)
    before = after = 0
    with readers(world, READERS) as (others, start):
        for _ in range(REPEATS):
            way.open()
            assert all(other.is_shown() for other in others)
            for other in others:
                other.order("race")
            start.wait(PATIENCE)
            closed_at = way.close()
            raced = [other.answer() for other in others]
            assert closed_at is None or all(at < closed_at for shown, at in raced if shown)
            assert not any(other.is_shown() for other in others)
            before += sum(shown for shown, _ in raced)
            after += sum(not shown for shown, _ in raced)
    assert before + after == REPEATS * READERS
    with capsys.disabled():
        print(f"\n{kind.__name__.lower()} on {world.hub.engine.dialect.name}: {REPEATS} repeats,", end=" ")
        print(f"{before} raced reads were first, {after} came after")


@pytest.mark.soak
@pytest.mark.parametrize("kind", WAYS, ids=lambda kind: kind.__name__.lower())
def test_a_change_waits_in_one_process_for_a_read_that_is_held_at_any_step_in_another(
    world: World, kind: type[Way]
) -> None:
    way = kind(world)
    with readers(world, 1) as ((other,), _):
        for step in STEPS:
            way.open()
            other.order(step)
            assert other.heard() == "held"
            closing = threading.Thread(target=way.close)
            closing.start()
            closing.join(0.3)
            assert closing.is_alive(), f"it was committed while a read was held {step}"
            other.order("go")
            shown, _ = other.answer()
            closing.join(PATIENCE)
            assert shown, "the read was first"
            assert not closing.is_alive()
            assert not other.is_shown()


@pytest.mark.soak
@pytest.mark.parametrize("kind", WAYS, ids=lambda kind: kind.__name__.lower())
def test_a_change_that_commits_before_the_lock_is_seen_by_the_read_that_waits_there(
    world: World, kind: type[Way]
) -> None:
    way = kind(world)
    with readers(world, 1) as ((other,), _):
        way.open()
        other.order("before_lock")
        assert other.heard() == "held"
        way.close()
        other.order("go")
        assert other.answer()[0] is False
