"""Notices are written with what happened, once."""

from __future__ import annotations

import re
import threading

import pytest

from hub.database import new_id, unit_of_work
from hub.notices.model import ACCOUNTABLE, DUTY, NewNotice, NoticeKind, NoticeState, one_person
from hub.notices.write import new_reference, write_notices
from tests.integration.telling.world import NOW, World


def test_the_same_event_makes_one_notice_per_audience(world: World) -> None:
    event_id = new_id()
    first = world.happens(event_id=event_id)
    assert world.happens(event_id=event_id) == first
    assert world.happens(event_id=event_id, audience=one_person(world.parent)) != first
    assert world.happens(event_id=event_id, audience=DUTY, kind=NoticeKind.RECORDS_BROUGHT) != first
    assert len(world.rows()) == 3


def test_what_is_rolled_back_leaves_no_notice(world: World) -> None:
    class Stop(Exception):
        pass

    def fail() -> None:
        with unit_of_work(world.engine) as connection:
            write_notices(connection, [_row(world)], at=NOW)
            raise Stop

    with pytest.raises(Stop):
        fail()
    assert world.rows() == []


def test_many_notices_come_back_with_their_ids_in_order(world: World) -> None:
    rows = [_row(world) for _ in range(450)]
    with unit_of_work(world.engine) as connection:
        ids = write_notices(connection, [*rows, *rows[:3]], at=NOW)
    by_event = {row["event_id"]: row["id"] for row in world.rows()}
    assert ids == [by_event[row.event_id] for row in [*rows, *rows[:3]]]
    assert len(by_event) == 450


def test_a_reference_can_be_read_out_and_no_two_are_alike(world: World) -> None:
    for _ in range(30):
        world.happens()
    references = [str(row["reference"]) for row in world.rows()]
    assert len(set(references)) == 30
    assert all(re.fullmatch("[0-9A-HJKMNP-TV-Z]{7}", reference) for reference in references)


def test_references_are_drawn_from_the_whole_alphabet() -> None:
    drawn = set("".join(new_reference() for _ in range(1000)))
    assert drawn == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_two_transactions_with_the_same_event_agree_on_one_notice(world: World) -> None:
    event_id, barrier, ids = new_id(), threading.Barrier(2), []

    def write() -> None:
        barrier.wait(10)
        ids.append(world.happens(event_id=event_id))

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(ids) == 2
    assert len(set(ids)) == 1


@pytest.mark.parametrize("state", [NoticeState.DUE, NoticeState.DONE])
def test_a_notice_written_again_keeps_its_state(world: World, state: NoticeState) -> None:
    event_id = new_id()
    notice_id = world.happens(event_id=event_id)
    if state is NoticeState.DONE:
        world.sweep()
    world.happens(event_id=event_id)
    assert world.state(notice_id) is state


def _row(world: World) -> NewNotice:
    return NewNotice(NoticeKind.RECORD_CHANGED, new_id(), ACCOUNTABLE, world.learner, world.agency)
