"""Two processes at once: one second person, one end, one count; and an end that comes while a read is held."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select

from hub.circumstances.tables import override
from hub.database import reading
from hub.demo.people import HEALTH
from hub.directory.tables import handle_link
from hub.safeguarding.errors import NotOpen, TooManyOverrides
from hub.safeguarding.model import PER_PERSON, Made
from hub.sharing.tables import disclosure
from policies.bars import BarKind
from tests.hubs import World, another_process
from tests.integration.safeguarding.staff import (
    POSTCODES,
    Staff,
    bar_of,
    override_of,
    person_of,
    read_as_clinician,
    timed,
)

ROUNDS = 4
PATIENCE = 60.0


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act answered or raised, all begun at one moment."""
    gate = threading.Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        gate.wait(PATIENCE)
        try:
            results[place] = act()
        except Exception as failure:
            results[place] = failure

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return results


def another_childs_handle(world: World) -> UUID:
    """The health board's handle of another child."""
    with reading(world.hub.engine) as connection:
        found = select(handle_link.c.handle_id).where(
            handle_link.c.agency_id == HEALTH.id, handle_link.c.learner_id != world.child
        )
        return connection.execute(found.limit(1)).scalar_one()


def test_of_two_second_persons_in_two_processes_one_stands_by_it(world: World, health: Staff) -> None:
    with another_process(world) as other:
        for _ in range(ROUNDS):
            made = world.hub.safeguarding.make_override(health.acting, override_of(world)).override_id
            results = at_once(
                lambda made=made: world.hub.safeguarding.confirm_override(health.second, made),  # type: ignore[misc]
                lambda made=made: other.hub.safeguarding.confirm_override(health.lead, made),  # type: ignore[misc]
            )
            assert sorted(type(one) for one in results if one is not None) == [NotOpen]
            assert results.count(None) == 1


def test_a_confirmation_and_the_end_of_the_hour_never_both_happen(world: World, health: Staff) -> None:
    """One process' clock is just before the hour, the other's on it: whichever gets the lock first decides."""
    with timed(world) as (early, early_clock), timed(world) as (late, late_clock):
        for _ in range(ROUNDS):
            made = early.hub.safeguarding.make_override(health.acting, override_of(world))
            early_clock.at = made.confirm_by - timedelta(microseconds=1)
            late_clock.at = made.confirm_by
            confirmed, _ = at_once(
                lambda made=made: early.hub.safeguarding.confirm_override(health.second, made.override_id),  # type: ignore[misc]
                lambda: late.hub.safeguarding.sweep(late_clock.at),
            )
            with reading(world.hub.engine) as connection:
                row = connection.execute(select(override).where(override.c.id == made.override_id)).one()
            assert (row.confirmed_at is None) == isinstance(confirmed, NotOpen)
            assert (row.ended_because == "not_confirmed") == (row.confirmed_at is None)
            late_clock.at = early_clock.at = made.until_at + timedelta(hours=20)


def test_an_end_waits_for_a_read_that_holds_the_lock_and_the_next_read_is_closed(world: World, health: Staff) -> None:
    made = world.hub.safeguarding.make_override(health.acting, override_of(world))
    reached, go, ended = threading.Event(), threading.Event(), threading.Event()
    seen: list[set[str]] = []

    def pause(step: str) -> None:
        if step == "after_decision" and not reached.is_set():
            reached.set()
            go.wait(PATIENCE)

    def end() -> None:
        world.hub.safeguarding.end_override(health.acting, made.override_id)
        ended.set()

    with another_process(world, pause=pause) as other:
        reader = threading.Thread(target=lambda: seen.append(read_as_clinician(other)))
        reader.start()
        assert reached.wait(PATIENCE)
        ender = threading.Thread(target=end)
        ender.start()
        assert not ended.wait(0.3)
        go.set()
        reader.join(PATIENCE)
        ender.join(PATIENCE)
        assert ended.is_set()
        assert read_as_clinician(other) == set()
    assert seen == [set(POSTCODES)]
    with reading(world.hub.engine) as connection:
        row = connection.execute(select(override).where(override.c.id == made.override_id)).one()
        reads = connection.execute(select(disclosure.c.at, disclosure.c.overrides).order_by(disclosure.c.at)).all()
    assert reads[0].at <= row.ended_at <= reads[1].at
    assert (reads[0].overrides, reads[1].overrides) == ([str(made.override_id)], [])


def test_a_bar_that_is_set_in_one_process_binds_the_next_read_in_another(world: World, health: Staff) -> None:
    with another_process(world) as other:
        world.hub.safeguarding.make_override(health.acting, override_of(world))
        for _ in range(ROUNDS):
            assert read_as_clinician(other) == set(POSTCODES)
            bar_id = world.hub.safeguarding.set_bar(
                health.lead, bar_of(world, BarKind.COURT_ORDER, field_ids=POSTCODES)
            )
            assert read_as_clinician(other) == set()
            other.hub.safeguarding.lift_bar(health.lead, bar_id, reasons="Discharged")


def test_two_processes_together_count_the_overrides_of_a_person(world: World, health: Staff) -> None:
    """About two children, so that no learner's lock keeps them apart."""
    elsewhere = another_childs_handle(world)
    with another_process(world) as other:
        for somebody in [person_of(world, HEALTH.id, role="clinician") for _ in range(3)]:
            for _ in range(PER_PERSON - 1):
                made = world.hub.safeguarding.make_override(somebody, override_of(world))
                world.hub.safeguarding.confirm_override(health.second, made.override_id)
            results = at_once(
                lambda who=somebody: world.hub.safeguarding.make_override(who, override_of(world)),  # type: ignore[misc]
                lambda who=somebody: other.hub.safeguarding.make_override(  # type: ignore[misc]
                    who, override_of(world, handle_id=elsewhere)
                ),
            )
            assert [type(one) for one in results].count(TooManyOverrides) == 1
            for one in results:
                if isinstance(one, Made):
                    world.hub.safeguarding.confirm_override(health.second, one.override_id)
            with reading(world.hub.engine) as connection:
                count = select(func.count()).where(override.c.acting_person_id == somebody)
                assert connection.scalar(count) == PER_PERSON
