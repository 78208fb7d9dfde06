"""Attacks on who is signed in."""

from __future__ import annotations

from datetime import UTC, datetime

from hub.database import unit_of_work
from hub.directory.register import set_person_active
from tests.integration.attacks.conftest import Target


def test_who_is_put_out_of_use_is_signed_out_at_once(target: Target) -> None:
    world, browser = target.world, target.browser_of(target.world.parent)
    pages = ("/en/home", f"/en/learners/{world.child}/receipts", f"/cy/learners/{world.child}/decisions", "/en/inbox")
    assert browser.get(pages[0]).status_code == 200
    with unit_of_work(world.hub.engine) as connection:
        set_person_active(connection, world.parent, is_active=False)
    for address in pages:
        answer = browser.get(address)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]


def test_a_tie_that_ended_at_midnight_in_wales_shows_no_name_an_hour_longer(target: Target) -> None:
    world = target.world
    target.tamper("tie", "UPDATE tie SET until_on = '2027-07-02' WHERE person_id = :one", one=world.parent.hex)
    world.hub.clock = lambda: datetime(2027, 7, 1, 22, 59, tzinfo=UTC)  # 23:59 in Wales
    assert [line.learner_id for line in world.hub.learners_of(world.parent)] == [world.child]
    world.hub.clock = lambda: datetime(2027, 7, 1, 23, 1, tzinfo=UTC)  # 00:01 in Wales
    assert world.hub.learners_of(world.parent) == []
