"""Objecting to a public task: it binds at once, the holder answers with reasons, and nobody else learns who it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from hub.asking.errors import (
    AnsweredAlready,
    FieldsRefused,
    NotForYou,
    NothingToObjectTo,
    TooManyOpen,
    WordsRefused,
)
from hub.asking.model import MAX_WORDS, MOST_OBJECTIONS, ObjectionAnswer
from hub.asking.objection import answer_due, withdrawn_event
from hub.circumstances.tables import objection
from hub.database import reading, unit_of_work
from hub.demo.people import EDUCATION, HEALTH
from hub.directory.model import Office
from hub.directory.offices import name_office
from tests.hubs import SHOWN, World, another_process, fields_of
from tests.integration.asking.asking import HEARING, at, at_handle, in_sight, notices, task
from tests.integration.consenting.test_the_other_parent import everything_given_to, father_of, spelled_out

WORDS = "He is teased about his hearing aids, Cudd-93"
REASONS = "The teacher must know where he can hear, Rheswm-71"
UPHELD, REJECTED = ObjectionAnswer.UPHELD, ObjectionAnswer.REJECTED


def sees_hearing(world: World) -> bool:
    """What the school gets, held against what the family's page says."""
    got = HEARING in fields_of(world.read())
    rows = world.hub.who_sees_what(world.parent, world.child).rows
    said = any(HEARING in row.field_ids and row.is_shown for row in rows if row.recipient == EDUCATION.id)
    assert got == said
    return got


def object_to(world: World, person: UUID | None = None) -> UUID:
    asking = world.hub.asking
    return asking.object_to(person or world.parent, task(world), words=WORDS, shown=SHOWN).event_id


def test_an_objection_closes_its_fields_for_the_next_read_in_any_process(world: World) -> None:
    with another_process(world) as other:
        assert sees_hearing(other)
        object_to(world)
        assert not sees_hearing(other)
        assert "health.care_plan.title" in fields_of(other.read())  # a duty goes on
        assert HEARING in fields_of(other.read(agency=HEALTH.id, purpose="own-record", role="clinician"))


def test_a_rejected_objection_opens_the_task_again_and_an_upheld_one_keeps_it_closed(world: World) -> None:
    asking, dylan = world.hub.asking, world.partnership.people["dylan"]
    first = object_to(world)
    asking.answer_objection(dylan, first, REJECTED, words=REASONS)
    assert sees_hearing(world)
    second = object_to(world)
    asking.answer_objection(dylan, second, UPHELD, words=REASONS)
    assert not sees_hearing(world)
    lines = {line.id: line for line in asking.objections(world.parent, world.child)}
    assert [(lines[one].status, lines[one].reasons, lines[one].words) for one in (first, second)] == [
        ("rejected", REASONS, WORDS),
        ("upheld", REASONS, WORDS),
    ]
    for again in (first, second):
        with pytest.raises(AnsweredAlready):
            asking.answer_objection(dylan, again, UPHELD, words=REASONS)


def test_who_objected_may_take_it_back(world: World) -> None:
    asking = world.hub.asking
    made = object_to(world)
    done = asking.withdraw_objection(world.parent, made)
    assert sees_hearing(world)
    assert [line.status for line in asking.objections(world.parent, world.child)] == ["withdrawn"]
    with pytest.raises(AnsweredAlready):
        asking.withdraw_objection(world.parent, made)
    with pytest.raises(AnsweredAlready):
        asking.answer_objection(world.partnership.people["dylan"], made, UPHELD, words=REASONS)
    assert done.event_id == withdrawn_event(made)
    assert {line.kind for line in asking.receipts(world.parent, world.child)} == {"objected", "objection_withdrawn"}
    world.hub.sequence()
    assert all(line.is_ready for line in asking.receipts(world.parent, world.child))
    assert world.hub.receipt(world.parent, made).startswith(b"c2sp.org/tlog-proof")
    assert world.hub.receipt(world.parent, done.event_id).startswith(b"c2sp.org/tlog-proof")


@pytest.mark.parametrize(
    "fields",
    [("health.care_plan.title",), ("health.speech.fluency",), (HEARING, "health.goal.description")],
)
def test_a_duty_and_a_choice_have_no_objection(small_world: World, fields: tuple[str, ...]) -> None:
    about = task(small_world, *fields)
    with pytest.raises(NothingToObjectTo):
        small_world.hub.asking.object_to(small_world.parent, about, words=WORDS, shown=SHOWN)


def test_what_is_no_objection_is_refused_and_leaves_nothing(small_world: World) -> None:
    asking, parent, about = small_world.hub.asking, small_world.parent, task(small_world)
    refused = [
        (parent, about, "  ", WordsRefused),
        (parent, about, "x" * (MAX_WORDS + 1), WordsRefused),
        (parent, about, "nul \0", WordsRefused),
        (parent, replace(about, field_ids=()), WORDS, FieldsRefused),
        (parent, replace(about, field_ids=("health.no_such",)), WORDS, FieldsRefused),
        (parent, replace(about, holder="nobody"), WORDS, NothingToObjectTo),
        (parent, replace(about, purpose="nothing"), WORDS, NothingToObjectTo),
        (uuid4(), about, WORDS, NotForYou),
        (small_world.partnership.people["heledd"], about, WORDS, NotForYou),
    ]
    for person, what, words, error in refused:
        with pytest.raises(error):
            asking.object_to(person, what, words=words, shown=SHOWN)
    with reading(small_world.hub.engine) as connection:
        assert connection.execute(select(objection)).all() == []
    assert notices(small_world, "sharing_objected") == []


def test_one_person_cannot_object_without_end(small_world: World) -> None:
    for _ in range(MOST_OBJECTIONS):
        object_to(small_world)
    with pytest.raises(TooManyOpen):
        object_to(small_world)


def test_only_the_holders_own_people_answer(small_world: World) -> None:
    made = object_to(small_world)
    people = small_world.partnership.people
    for person in (small_world.parent, people["heledd"], people["anwen"], people["pryderi"], uuid4()):
        assert all(line.id != made for line in small_world.hub.asking.to_answer(person))
        with pytest.raises(NotForYou):
            small_world.hub.asking.answer_objection(person, made, REJECTED, words=REASONS)
    (line,) = small_world.hub.asking.to_answer(people["dylan"])
    assert (line.id, line.words, line.is_objection) == (made, WORDS, True)
    assert line.learner_name
    assert not sees_hearing(small_world)


def test_reasons_are_needed_for_either_answer(small_world: World) -> None:
    made = object_to(small_world)
    for answer in ObjectionAnswer:
        with pytest.raises(WordsRefused):
            small_world.hub.asking.answer_objection(small_world.partnership.people["dylan"], made, answer, words=" ")


def test_an_objection_is_in_its_makers_stream_and_the_holders_and_in_no_other(small_world: World) -> None:
    father = father_of(small_world)
    made = object_to(small_world)
    assert made in in_sight(small_world, small_world.parent)
    assert made in at_handle(small_world, HEALTH.id)
    assert made not in in_sight(small_world, father)
    assert made not in at_handle(small_world, EDUCATION.id)


def test_nothing_that_the_other_parent_is_given_tells_who_objected(small_world: World) -> None:
    father = father_of(small_world)
    made = object_to(small_world)
    small_world.hub.asking.answer_objection(small_world.partnership.people["dylan"], made, UPHELD, words=REASONS)
    small_world.hub.deliver_due(small_world.hub.clock())
    asking, child = small_world.hub.asking, small_world.child
    lists = (asking.objections(father, child), asking.receipts(father, child), asking.asked_of_family(father, child))
    given = everything_given_to(small_world, father) + repr(spelled_out([*lists, asking.to_answer(father)]))
    for marker in (WORDS, REASONS, str(made), str(small_world.parent)):
        assert marker not in given
    assert REASONS in repr(spelled_out(asking.objections(small_world.parent, child)))
    with pytest.raises(NotForYou):
        asking.withdraw_objection(father, made)


def test_the_words_rest_sealed(small_world: World) -> None:
    made = object_to(small_world)
    small_world.hub.asking.answer_objection(small_world.partnership.people["dylan"], made, UPHELD, words=REASONS)
    with reading(small_world.hub.engine) as connection:
        (row,) = connection.execute(select(objection)).all()
    assert b"Cudd-93" not in row.sealed_words
    assert b"Rheswm-71" not in row.sealed_answer


@pytest.mark.parametrize(
    ("made", "due"),
    [
        (date(2026, 11, 25), date(2026, 12, 25)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2027, 2, 28), date(2027, 3, 28)),
        (date(2027, 10, 31), date(2027, 11, 30)),
    ],
)
def test_an_answer_is_due_on_the_same_day_of_the_next_month_or_its_last(made: date, due: date) -> None:
    assert answer_due(made) == due


def test_an_objection_that_is_overdue_is_told_once_and_stays_closed(world: World) -> None:
    hub = world.hub
    object_to(world)
    due = hub.asking.objections(world.parent, world.child)[0].answer_due_on
    now = hub.clock()
    last_day = now + (due - now.date())
    hub.asking.sweep(last_day)
    assert notices(world, "objection_overdue") == []
    hub.asking.sweep(last_day + timedelta(days=1))
    hub.asking.sweep(last_day + timedelta(days=2))
    assert notices(world, "objection_overdue") == [("accountable", HEALTH.id), ("duty", HEALTH.id)]
    at(world, last_day + timedelta(days=400))
    assert not sees_hearing(world)


def test_who_answers_hears_of_it_and_who_objected_hears_of_the_answer(small_world: World) -> None:
    hub, dylan = small_world.hub, small_world.partnership.people["dylan"]
    made = object_to(small_world)
    assert notices(small_world, "sharing_objected") == [("accountable", HEALTH.id), ("duty", HEALTH.id)]
    hub.asking.answer_objection(dylan, made, REJECTED, words=REASONS)
    assert notices(small_world, "objection_answered") == [(f"person:{small_world.parent}", None)]
    with unit_of_work(hub.engine) as connection:
        name_office(connection, agency_id=HEALTH.id, holds=Office.DESIGNATED, person_id=dylan, at=hub.clock())
    object_to(small_world)
    assert ("designated", HEALTH.id) in notices(small_world, "sharing_objected")
