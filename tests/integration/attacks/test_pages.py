"""Attacks on who is signed in."""

from __future__ import annotations

from hub.database import unit_of_work
from hub.directory.register import set_person_active
from tests.integration.attacks.conftest import Target


def test_who_is_put_out_of_use_is_signed_out_at_once(target: Target) -> None:
    world, browser = target.world, target.parents_browser()
    pages = ("/en/home", f"/en/learners/{world.child}/receipts", f"/cy/learners/{world.child}/decisions", "/en/inbox")
    assert browser.get(pages[0]).status_code == 200
    with unit_of_work(world.hub.engine) as connection:
        set_person_active(connection, world.parent, is_active=False)
    for address in pages:
        answer = browser.get(address)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]
