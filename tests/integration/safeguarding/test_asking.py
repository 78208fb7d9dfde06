"""Requests and objections where somebody must not know: a hidden location, and a worker who is of the family."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from hub.asking.errors import NotForYou
from hub.asking.model import ObjectionAnswer, RequestAnswer
from hub.consenting.errors import NoSuchReceipt
from hub.consenting.model import Shown
from hub.consenting.tie import NewTie
from hub.demo.people import EDUCATION
from hub.directory.model import Standing, TieKind
from tests.hubs import World
from tests.integration.asking.asking import FLUENCY, RESTRICTED, ask, in_sight, notices, task
from tests.integration.safeguarding.staff import Staff, bar_of, kinds_told
from tests.integration.safeguarding.test_hidden_location import make_a_school

SHOWN = Shown(text_version="1", language="en", sha256=bytes(32))


def is_father(world: World, person: UUID) -> None:
    """Let a worker be the child's other parent."""
    checker = world.partnership.people["heledd"]
    begun = date(2025, 1, 1)
    world.hub.write_tie(
        NewTie(world.child, person, TieKind.FATHER, Standing.PARENT, "statement", "seen", begun, None, checker)
    )


def test_a_school_that_asks_under_a_hidden_location_leaves_nothing_with_the_family(
    small_world: World, few: Staff
) -> None:
    world, asking = small_world, small_world.hub.asking
    make_a_school(world, EDUCATION.id)
    world.hub.safeguarding.set_bar(few.lead, bar_of(world))
    before = kinds_told(world, world.parent)
    (line,) = ask(world, FLUENCY)
    assert (line.goes_to, line.status) == ("family", "open")  # what the asker learns is as always
    assert kinds_told(world, world.parent) == before
    assert asking.asked_of_family(world.parent, world.child) == []
    assert line.id not in in_sight(world, world.parent)


def test_a_request_from_before_the_location_was_hidden_has_no_receipt_any_more(small_world: World, few: Staff) -> None:
    world = small_world
    make_a_school(world, EDUCATION.id)
    (line,) = ask(world, FLUENCY)
    while world.hub.sequence():
        pass
    assert world.hub.receipt(world.parent, line.id)
    world.hub.safeguarding.set_bar(few.lead, bar_of(world))
    with pytest.raises(NoSuchReceipt):
        world.hub.receipt(world.parent, line.id)


def test_a_parent_in_the_office_neither_reads_nor_answers_the_other_parents_objection(
    small_world: World, few: Staff
) -> None:
    world, asking = small_world, small_world.hub.asking
    is_father(world, few.designated)
    done = asking.object_to(world.parent, task(world), words="He hits us; do not tell him", shown=SHOWN)
    assert asking.to_answer(few.designated) == []
    with pytest.raises(NotForYou):
        asking.answer_objection(few.designated, done.event_id, ObjectionAnswer.REJECTED, words="no")
    assert "designated" not in {audience for audience, _ in notices(world, "sharing_objected")}
    assert "sharing_objected" not in kinds_told(world, few.designated)


def test_a_parent_in_the_office_is_not_asked_about_their_own_child(small_world: World, few: Staff) -> None:
    world, asking = small_world, small_world.hub.asking
    is_father(world, few.designated)
    (line,) = ask(world, RESTRICTED)
    assert asking.to_answer(few.designated) == []
    with pytest.raises(NotForYou):
        asking.answer_request(few.designated, line.id, RequestAnswer.AGREED, words="")
    assert "designated" not in {audience for audience, _ in notices(world, "access_requested")}


def test_an_office_holder_who_becomes_family_before_the_notice_is_told_is_not_told(
    small_world: World, few: Staff
) -> None:
    world = small_world
    world.hub.asking.object_to(world.parent, task(world), words="Please stop", shown=SHOWN)
    assert "designated" in {audience for audience, _ in notices(world, "sharing_objected")}
    is_father(world, few.designated)
    assert "sharing_objected" not in kinds_told(world, few.designated)
