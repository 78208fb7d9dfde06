"""A practitioner asks for what is withheld: who is asked, what comes of it, and that asking tells nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

from hub.asking.errors import (
    AllowedAlready,
    AnsweredAlready,
    FieldsRefused,
    NotForYou,
    TooManyOpen,
    WordsRefused,
)
from hub.asking.model import MOST_REQUESTS, NewRequest, RequestAnswer, RequestLine
from hub.circumstances.tables import access_request, bar
from hub.database import new_id, reading, unit_of_work
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from hub.directory.tables import handle_link
from hub.sharing.errors import NotKnownHere, PurposeMissing
from tests.hubs import SHOWN, World, fields_of
from tests.integration.asking.asking import (
    CONDITION,
    FLUENCY,
    HEARING,
    PLACE,
    RESTRICTED,
    SOUNDS,
    ask,
    asker,
    at_handle,
    in_sight,
    notices,
)
from tests.integration.consenting.test_the_other_parent import father_of, spelled_out

AGREED, PARTLY, DECLINED = RequestAnswer.AGREED, RequestAnswer.PARTLY, RequestAnswer.DECLINED
REASONS = "Ask the clinic for a report, Rheswm-44"


def parts(lines: list[RequestLine]) -> list[tuple[str, tuple[str, ...]]]:
    """Who was asked for what."""
    return sorted((line.goes_to, line.field_ids) for line in lines)


def now(world: World, request_id: UUID) -> RequestLine:
    """What the asker polls."""
    return world.hub.asking.request(asker(world), request_id)


def set_bar(world: World, *ordinals: int) -> None:
    """A court order over some fields, for everybody."""
    with unit_of_work(world.hub.engine) as connection:
        connection.execute(
            insert(bar).values(
                id=new_id(),
                learner_id=world.child,
                agency_id=EDUCATION.id,
                kind="court_order",
                recipient_id=None,
                ordinals=list(ordinals),
                evidence_kind="order",
                sealed_evidence=b"",
                set_by=world.partnership.people["heledd"],
                set_at=world.hub.clock(),
                review_on=date(2030, 1, 1),
            )
        )


def test_a_request_goes_to_the_family_by_group_where_consent_is_the_basis_and_else_to_the_holder(world: World) -> None:
    made = ask(world, FLUENCY, SOUNDS, CONDITION, PLACE, RESTRICTED)
    assert parts(made) == [
        ("family", (CONDITION,)),
        ("family", (FLUENCY, SOUNDS)),
        ("holder", tuple(sorted((PLACE, RESTRICTED)))),
    ]
    assert {line.status for line in made} == {"open"}
    assert all(now(world, line.id) == line for line in made)
    assert list(world.hub.asking.requests(asker(world))) == sorted(
        made, key=lambda line: (line.made_at, line.id), reverse=True
    )
    assert world.hub.asking.requests(asker(world), uuid4()) == []


def test_a_request_stands_in_the_streams_of_those_whom_it_concerns(small_world: World) -> None:
    father = father_of(small_world)
    family, holder = sorted(ask(small_world, FLUENCY, PLACE), key=lambda line: line.goes_to)
    for person in (small_world.parent, father):
        assert family.id in in_sight(small_world, person)
        assert holder.id not in in_sight(small_world, person)
    assert {family.id, holder.id} <= set(at_handle(small_world, EDUCATION.id))
    assert holder.id in at_handle(small_world, HEALTH.id)
    assert family.id not in at_handle(small_world, HEALTH.id)
    assert notices(small_world, "access_requested") == sorted(
        [("duty", HEALTH.id), (f"person:{small_world.parent}", None), (f"person:{father}", None)]
    )


def test_a_field_that_may_be_read_is_not_asked_for(small_world: World) -> None:
    for fields in ((HEARING,), (PLACE, "health.care_plan.title")):
        with pytest.raises(AllowedAlready):
            ask(small_world, *fields)
    small_world.grant()
    with pytest.raises(AllowedAlready):
        ask(small_world, FLUENCY)


def test_what_is_no_request_is_refused_and_leaves_nothing(small_world: World) -> None:
    asking, good = small_world.hub.asking, NewRequest(small_world.handle(), HEALTH.id, (PLACE,), "For the review")
    school = asker(small_world)
    refused = [
        (school, replace(good, field_ids=()), FieldsRefused),
        (school, replace(good, field_ids=("health.no_such",)), FieldsRefused),
        (school, replace(good, holder=EDUCATION.id), FieldsRefused),
        (school, replace(good, holder="nobody"), FieldsRefused),
        (school, replace(good, words=""), WordsRefused),
        (school, replace(good, words="x" * 2_001), WordsRefused),
        (school, replace(good, handle_id=uuid4()), NotKnownHere),
        (school, replace(good, handle_id=small_world.handle(HEALTH.id)), NotKnownHere),
        (school, replace(good, acting_person_id=small_world.partnership.people["dylan"]), NotForYou),
        (school, replace(good, acting_person_id=uuid4()), NotForYou),
        (replace(school, purpose=""), good, PurposeMissing),
    ]
    for principal, new, error in refused:
        with pytest.raises(error):
            asking.ask(principal, new)
    with reading(small_world.hub.engine) as connection:
        assert connection.execute(select(access_request)).all() == []


def test_one_agency_cannot_ask_without_end(small_world: World) -> None:
    for _ in range(MOST_REQUESTS):
        ask(small_world, PLACE)
    with pytest.raises(TooManyOpen):
        ask(small_world, PLACE)


# ---- asking tells nothing


def outcome(world: World, *fields: str, holder: str = HEALTH.id) -> object:
    """Everything that the asker is answered, but for ids and times."""
    try:
        return parts(ask(world, *fields, holder=holder))
    except AllowedAlready:
        return "allowed already"


@pytest.mark.parametrize(
    "field", [HEARING, "health.vision.result", "health.care_plan.title", FLUENCY, PLACE, RESTRICTED]
)
def test_a_bar_changes_nothing_of_what_the_asker_is_told(small_world: World, field: str) -> None:
    catalogue = small_world.hub.catalogue
    before = outcome(small_world, field)
    set_bar(small_world, catalogue.by_id[field].ordinal)
    assert not fields_of(small_world.read()) & {field}
    assert outcome(small_world, field) == before


def test_a_holder_that_does_not_know_the_learner_answers_alike_and_hears_nothing(small_world: World) -> None:
    before = outcome(small_world, FLUENCY, PLACE)
    told = len(notices(small_world, "access_requested"))
    with unit_of_work(small_world.hub.engine) as connection:
        connection.execute(
            handle_link.update().where(handle_link.c.agency_id == HEALTH.id).values(until_at=small_world.hub.clock())
        )
    assert outcome(small_world, FLUENCY, PLACE) == before
    assert len(notices(small_world, "access_requested")) == told
    assert small_world.hub.asking.to_answer(small_world.partnership.people["dylan"]) == []
    assert small_world.hub.asking.asked_of_family(small_world.parent, small_world.child) == []


def test_an_answer_of_the_family_to_a_barred_field_is_told_as_any_other(small_world: World) -> None:
    set_bar(small_world, *(small_world.hub.catalogue.by_id[name].ordinal for name in (FLUENCY, SOUNDS)))
    (made,) = ask(small_world, FLUENCY, SOUNDS)
    small_world.grant()
    small_world.hub.asking.sweep(small_world.hub.clock())
    assert now(small_world, made.id).status == "agreed"
    assert not fields_of(small_world.read()) & {FLUENCY, SOUNDS}


# ---- the holder answers


def test_the_holder_answers_with_reasons_and_nothing_opens_by_it(world: World) -> None:
    heledd, dylan = world.partnership.people["heledd"], world.partnership.people["dylan"]
    before = fields_of(world.read())
    (made,) = ask(world, PLACE, person=heledd)
    (waiting,) = world.hub.asking.to_answer(dylan)
    assert (waiting.id, waiting.words, waiting.recipient, waiting.role) == (
        made.id,
        "For the review on Monday",
        EDUCATION.id,
        "alnco",
    )
    world.hub.asking.answer_request(dylan, made.id, AGREED, words=REASONS)
    line = now(world, made.id)
    assert (line.status, line.reasons, line.answered_at is not None) == ("agreed", REASONS, True)
    assert fields_of(world.read()) == before
    assert at_handle(world, EDUCATION.id).count(made.id) == 2
    assert at_handle(world, HEALTH.id).count(made.id) == 2
    assert notices(world, "request_answered") == [(f"person:{heledd}", EDUCATION.id)]
    world.hub.deliver_due(world.hub.clock() + timedelta(seconds=1))
    (entry,) = [one for one in world.hub.inbox(heledd) if one.kind == "request_answered"]
    assert entry.learner_id is None
    with pytest.raises(NotForYou):
        world.hub.asking.answer_request(dylan, made.id, DECLINED, words=REASONS)


def test_only_the_holders_own_people_answer_and_a_no_has_reasons(small_world: World) -> None:
    (made,) = ask(small_world, PLACE)
    people = small_world.partnership.people
    for person in (small_world.parent, people["heledd"], people["anwen"], people["pryderi"], uuid4()):
        assert small_world.hub.asking.to_answer(person) == []
        with pytest.raises(NotForYou):
            small_world.hub.asking.answer_request(person, made.id, AGREED, words=REASONS)
    for answer in (PARTLY, DECLINED):
        with pytest.raises(WordsRefused):
            small_world.hub.asking.answer_request(people["dylan"], made.id, answer, words=" ")
    small_world.hub.asking.answer_request(people["dylan"], made.id, AGREED, words="")
    assert now(small_world, made.id).reasons is None


def test_a_request_is_the_askers_own_and_can_be_taken_back_until_it_is_answered(small_world: World) -> None:
    (made,) = ask(small_world, PLACE)
    health = asker(small_world, agency=HEALTH.id, role="clinician")
    with pytest.raises(NotForYou):
        small_world.hub.asking.request(health, made.id)
    with pytest.raises(NotForYou):
        small_world.hub.asking.withdraw_request(health, made.id)
    assert small_world.hub.asking.withdraw_request(asker(small_world), made.id).status == "withdrawn"
    with pytest.raises(AnsweredAlready):
        small_world.hub.asking.withdraw_request(asker(small_world), made.id)
    assert small_world.hub.asking.to_answer(small_world.partnership.people["dylan"]) == []


def test_the_words_of_both_sides_rest_sealed(small_world: World) -> None:
    (made,) = ask(small_world, PLACE, words="Because of Gair-17")
    small_world.hub.asking.answer_request(small_world.partnership.people["dylan"], made.id, DECLINED, words=REASONS)
    with reading(small_world.hub.engine) as connection:
        (row,) = connection.execute(select(access_request)).all()
    assert b"Gair-17" not in row.sealed_words
    assert b"Rheswm-44" not in row.sealed_answer


# ---- the family answers


def test_a_family_that_agrees_answers_the_request_by_its_ordinary_decision(world: World) -> None:
    (made,) = ask(world, FLUENCY, SOUNDS, person=world.partnership.people["heledd"])
    (asked,) = world.hub.asking.asked_of_family(world.parent, world.child)
    assert (asked.request_id, asked.recipient, asked.group_id, asked.field_ids) == (
        made.id,
        EDUCATION.id,
        "health.speech",
        (FLUENCY, SOUNDS),
    )
    assert world.hub.asking.sweep(world.hub.clock()) == 0
    world.grant()
    assert world.hub.asking.sweep(world.hub.clock()) == 1
    assert world.hub.asking.sweep(world.hub.clock()) == 0
    line = now(world, made.id)
    assert (line.status, line.reasons) == ("agreed", None)
    assert world.hub.asking.asked_of_family(world.parent, world.child) == []
    assert len(notices(world, "request_answered")) == 1


def test_a_part_and_a_no_are_told_as_what_they_come_to(small_world: World) -> None:
    (speech, condition) = sorted(ask(small_world, FLUENCY, SOUNDS, CONDITION), key=lambda line: -len(line.field_ids))
    offer = replace(small_world.offer(), field_ids=(SOUNDS,))
    until = small_world.hub.clock() + timedelta(days=30)
    small_world.hub.grant(small_world.parent, offer, until=until, shown=SHOWN)
    small_world.hub.refuse(small_world.parent, small_world.offer("health.condition"), shown=SHOWN)
    small_world.hub.asking.sweep(small_world.hub.clock())
    assert (now(small_world, speech.id).status, now(small_world, condition.id).status) == ("partly", "declined")


def test_an_answer_to_another_question_leaves_a_request_open(small_world: World) -> None:
    small_world.grant("health.condition")
    (made,) = ask(small_world, FLUENCY)
    small_world.hub.refuse(small_world.parent, small_world.offer("health.report"), shown=SHOWN)
    small_world.hub.asking.sweep(small_world.hub.clock())
    assert now(small_world, made.id).status == "open"


def test_the_asker_and_the_other_parent_do_not_learn_who_said_no(small_world: World) -> None:
    father = father_of(small_world)
    (made,) = ask(small_world, FLUENCY)
    small_world.grant()
    small_world.hub.refuse(father, small_world.offer(), shown=SHOWN)
    small_world.hub.asking.sweep(small_world.hub.clock())
    line = now(small_world, made.id)
    assert line.status == "declined"
    told = repr(spelled_out([line, small_world.hub.asking.asked_of_family(small_world.parent, small_world.child)]))
    for person in (father, small_world.parent):
        assert str(person) not in told
        assert repr(person) not in told


def test_who_has_no_standing_is_not_shown_what_a_family_is_asked(small_world: World) -> None:
    ask(small_world, FLUENCY)
    for person in (small_world.partnership.people["heledd"], uuid4()):
        with pytest.raises(NotForYou):
            small_world.hub.asking.asked_of_family(person, small_world.child)


def test_another_partners_request_is_nothing_for_this_one(small_world: World) -> None:
    care = asker(small_world, agency=SOCIAL_CARE.id, role="social-worker", purpose="care-planning")
    new = NewRequest(small_world.handle(SOCIAL_CARE.id), HEALTH.id, (FLUENCY,), "For the care plan")
    (made,) = small_world.hub.asking.ask(care, new)
    small_world.grant()  # to education
    small_world.hub.asking.sweep(small_world.hub.clock())
    assert small_world.hub.asking.request(care, made.id).status == "open"
    assert small_world.hub.asking.requests(asker(small_world)) == []
