"""Opening and acknowledging: by the one who may know, once each, and recorded."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest

from hub.database import new_id, unit_of_work
from hub.telling.errors import NotYours
from hub.telling.inbox import acknowledge, open_notice
from hub.telling.model import InboxEntry
from tests.integration.telling.world import NOW, World, record

LATER = NOW + timedelta(hours=2)


def test_opened_and_acknowledged_are_different_facts_and_each_is_recorded(world: World) -> None:
    notice_id = _told(world)
    opened = _open(world, world.first, notice_id)
    assert (opened.opened_at, opened.acknowledged_at) == (LATER, None)
    acknowledged = _acknowledge(world, world.first, notice_id)
    assert (acknowledged.opened_at, acknowledged.acknowledged_at) == (LATER, LATER)
    assert world.recorded("notice.opened") == [(notice_id, world.first)]
    assert world.recorded("notice.acknowledged") == [(notice_id, world.first)]


def test_acknowledging_again_changes_and_records_nothing(world: World) -> None:
    notice_id = _told(world)
    first = _acknowledge(world, world.first, notice_id)
    with unit_of_work(world.engine) as connection:
        again = acknowledge(
            connection, person_id=world.first, notice_id=notice_id, at=LATER + timedelta(days=1), record=record
        )
    assert again == first
    assert len(world.recorded("notice.acknowledged")) == 1


def test_acknowledging_does_not_claim_that_it_was_opened(world: World) -> None:
    assert _acknowledge(world, world.first, _told(world)).opened_at is None


@pytest.mark.parametrize("who", ["second", "parent", "stranger"])
def test_nobody_else_can_open_or_acknowledge_it(world: World, who: str) -> None:
    notice_id = _told(world)
    person_id = new_id() if who == "stranger" else getattr(world, who)
    for act in (_open, _acknowledge):
        with pytest.raises(NotYours):
            act(world, person_id, notice_id)
    assert world.recorded("notice.opened") == []


def test_a_notice_that_is_not_there_answers_like_one_that_is_not_yours(world: World) -> None:
    notice_id, missing = _told(world), new_id()
    with pytest.raises(NotYours) as not_yours:
        _open(world, world.second, notice_id)
    with pytest.raises(NotYours) as not_there:
        _open(world, world.second, missing)
    assert str(not_yours.value).replace(str(notice_id), "") == str(not_there.value).replace(str(missing), "")


def test_who_has_handed_the_learner_over_can_no_longer_open_it(world: World) -> None:
    notice_id = _told(world)
    world.hand_over(world.second, at=NOW + timedelta(minutes=5))
    with pytest.raises(NotYours):
        _open(world, world.first, notice_id)


def test_who_is_put_out_of_use_can_no_longer_open_it(world: World) -> None:
    notice_id = _told(world)
    world.put_out_of_use(world.first)
    with pytest.raises(NotYours):
        _open(world, world.first, notice_id)


def test_two_clicks_at_once_are_recorded_once(world: World) -> None:
    for _ in range(5):
        notice_id, barrier, errors = _told(world), threading.Barrier(2), []

        def click(notice_id: UUID = notice_id, barrier: threading.Barrier = barrier) -> None:
            try:
                barrier.wait(10)
                _acknowledge(world, world.first, notice_id)
            except Exception as error:
                errors.append(error)  # noqa: B023 - joined below, within the round

        threads = [threading.Thread(target=click) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert errors == []
        assert [each for each, _ in world.recorded("notice.acknowledged")].count(notice_id) == 1


def _told(world: World) -> UUID:
    notice_id = world.happens()
    world.sweep()
    return notice_id


def _open(world: World, person_id: UUID, notice_id: UUID) -> InboxEntry:
    with unit_of_work(world.engine) as connection:
        return open_notice(connection, person_id=person_id, notice_id=notice_id, at=LATER, record=record)


def _acknowledge(world: World, person_id: UUID, notice_id: UUID) -> InboxEntry:
    with unit_of_work(world.engine) as connection:
        return acknowledge(connection, person_id=person_id, notice_id=notice_id, at=LATER, record=record)
