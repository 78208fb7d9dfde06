"""An override opens what a protocol keeps for it, for two people and a few hours, and somebody is always told."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from hub.circumstances.tables import override
from hub.consenting.tie import NewTie
from hub.database import reading, unit_of_work
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from hub.directory.acting_roles import let_act, stop_acting
from hub.directory.model import Principal, TieKind
from hub.directory.register import set_person_active
from hub.safeguarding.errors import NotForYou, NotOpen, OverrideRefused, TooManyOverrides
from hub.safeguarding.model import PER_AGENCY, PER_PERSON, OverrideReason, ReviewOutcome, Stage
from hub.sharing.tables import disclosure
from tests.hubs import World
from tests.integration.safeguarding.staff import (
    POSTCODES,
    WORDS,
    Staff,
    kinds_told,
    override_of,
    person_of,
    read_as_clinician,
    streams_of,
    timed,
)


def row_of(world: World, override_id: UUID) -> dict[str, object]:
    """The stored override."""
    with reading(world.hub.engine) as connection:
        return dict(connection.execute(select(override).where(override.c.id == override_id)).one()._mapping)


def test_it_opens_its_fields_at_once_and_only_those(world: World, health: Staff) -> None:
    assert read_as_clinician(world) == set()
    world.hub.safeguarding.make_override(health.acting, override_of(world, field_ids=POSTCODES[:1]))
    assert read_as_clinician(world) == {POSTCODES[0]}


def test_without_its_second_person_it_ends_after_an_hour_with_no_job_running(world: World, health: Staff) -> None:
    with timed(world) as (later, clock):
        made = later.hub.safeguarding.make_override(health.acting, override_of(world))
        clock.pass_(minutes=59)
        assert read_as_clinician(later) == set(POSTCODES)
        clock.pass_(minutes=1)
        assert read_as_clinician(later) == set()
        assert row_of(world, made.override_id)["ended_at"] is None, "no sweep has run"
        with pytest.raises(NotOpen):
            later.hub.safeguarding.confirm_override(health.second, made.override_id)
        kinds_told(later, health.lead)
        ended = row_of(world, made.override_id)
        assert (ended["ended_because"], ended["ended_at"]) == ("not_confirmed", made.confirm_by)
        assert {"override_ended", "override_review_due"} <= set(kinds_told(later, health.lead))


def test_confirmed_by_a_second_person_it_lasts_its_hours(world: World, health: Staff) -> None:
    with timed(world) as (later, clock):
        made = later.hub.safeguarding.make_override(health.acting, override_of(world, hours=6))
        later.hub.safeguarding.confirm_override(health.second, made.override_id)
        clock.pass_(hours=5, minutes=59)
        assert read_as_clinician(later) == set(POSTCODES)
        clock.pass_(minutes=1)
        assert read_as_clinician(later) == set()
        assert later.hub.safeguarding.sweep(clock()) == 1
        assert later.hub.safeguarding.sweep(clock()) == 0
        assert row_of(world, made.override_id)["ended_because"] == "time_over"


def test_the_second_person_is_another_one_of_the_same_agency_in_a_role(world: World, health: Staff) -> None:
    desk = world.hub.safeguarding
    made = desk.make_override(health.acting, override_of(world))
    without_role = person_of(world, HEALTH.id)
    elsewhere = person_of(world, EDUCATION.id, role="alnco")
    for nobody in (health.acting, without_role, elsewhere, world.parent, uuid4()):
        with pytest.raises(NotForYou):
            desk.confirm_override(nobody, made.override_id)
    desk.confirm_override(health.lead, made.override_id)
    with pytest.raises(NotOpen):
        desk.confirm_override(health.second, made.override_id)


def test_either_of_its_two_people_ends_it_early_and_the_next_read_is_closed(world: World, health: Staff) -> None:
    desk = world.hub.safeguarding
    first = desk.make_override(health.acting, override_of(world))
    desk.confirm_override(health.second, first.override_id)
    desk.end_override(health.second, first.override_id)
    assert read_as_clinician(world) == set()
    assert row_of(world, first.override_id)["ended_because"] == "ended_by_second"
    second = desk.make_override(health.acting, override_of(world))
    with pytest.raises(NotForYou):
        desk.end_override(health.second, second.override_id)
    desk.end_override(health.acting, second.override_id)
    assert read_as_clinician(world) == set()
    with pytest.raises(NotOpen):
        desk.end_override(health.acting, second.override_id)


def test_what_no_second_person_confirmed_is_not_opened_again_for_a_day(world: World, health: Staff) -> None:
    """Else one person, or four who do not ask each other, would go on by the hour."""
    with timed(world) as (later, clock):
        desk, opened = later.hub.safeguarding, 0
        for _ in range(5):
            with suppress(OverrideRefused):
                desk.make_override(health.acting, override_of(world))
            clock.pass_(minutes=59, seconds=30)
            opened += read_as_clinician(later) == set(POSTCODES)
            clock.pass_(seconds=31)
        assert opened == 1
        with pytest.raises(OverrideRefused, match="unconfirmed_before"):
            desk.make_override(health.second, override_of(world))
        clock.pass_(hours=24)
        desk.make_override(health.second, override_of(world))


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ({"field_ids": ()}, "fields"),
        ({"field_ids": ("social_care.no_such",)}, "fields"),
        ({"field_ids": ("social_care.placement.type",)}, "fields"),
        ({"field_ids": (*POSTCODES, "health.mental_health.summary")}, "fields"),
        ({"purpose": "aln-plan"}, "fields"),
        ({"role": "declo"}, "role"),
        ({"role": "no-such-role"}, "role"),
        ({"words": "  "}, "words"),
        ({"words": "x" * 2001}, "words"),
        ({"hours": 0}, "hours"),
        ({"hours": 25}, "hours"),
        ({"sight_reason": "A reason without a day"}, "sight"),
        ({"keeps_from": frozenset({UUID(int=1)})}, "keeps_from"),
    ],
)
def test_what_no_row_keeps_for_it_is_refused(
    small_world: World, few: Staff, others: dict[str, object], code: str
) -> None:
    with pytest.raises(OverrideRefused) as refused:
        small_world.hub.safeguarding.make_override(few.acting, override_of(small_world, **others))
    assert refused.value.code == code
    assert read_as_clinician(small_world) == set()


def test_a_role_that_the_protocol_has_and_the_person_has_not_opens_nothing(small_world: World, few: Staff) -> None:
    """The role is registered for a person; signing in as a practitioner gives none, and one that is gone is gone."""
    desk = small_world.hub.safeguarding
    for somebody in (person_of(small_world, HEALTH.id), few.lead):
        with pytest.raises((NotForYou, OverrideRefused)):
            desk.make_override(somebody, override_of(small_world))
    with unit_of_work(small_world.hub.engine) as connection:
        stop_acting(connection, person_id=few.acting, role="clinician")
        let_act(connection, person_id=few.acting, role="anything-else", at=small_world.hub.clock())
    with pytest.raises(OverrideRefused, match="role"):
        desk.make_override(few.acting, override_of(small_world))
    with unit_of_work(small_world.hub.engine) as connection:
        set_person_active(connection, few.second, is_active=False)
    with pytest.raises(NotForYou):
        desk.make_override(few.second, override_of(small_world))


def test_a_role_of_another_agencys_gives_nothing_at_this_one(small_world: World, few: Staff) -> None:
    elsewhere = person_of(small_world, EDUCATION.id, role="clinician")
    new = override_of(small_world, handle_id=small_world.handle())
    with pytest.raises(OverrideRefused, match="fields"):
        small_world.hub.safeguarding.make_override(elsewhere, new)
    with pytest.raises(NotForYou):
        small_world.hub.safeguarding.make_override(few.acting, new)


def test_nobody_makes_an_override_about_their_own_family(small_world: World, few: Staff) -> None:
    desk = small_world.hub.safeguarding
    made = desk.make_override(few.acting, override_of(small_world))
    small_world.hub.write_tie(
        NewTie(small_world.child, few.second, TieKind.CARER, None, "statement", "x", date(2020, 1, 1), None, few.lead)
    )
    with pytest.raises(NotForYou):
        desk.make_override(few.second, override_of(small_world))
    with pytest.raises(NotForYou):
        desk.confirm_override(few.second, made.override_id)
    assert desk.tray(few.second).overrides == ()


def test_lead_and_accountable_person_are_told_at_once(world: World, health: Staff) -> None:
    world.hub.safeguarding.make_override(health.acting, override_of(world))
    assert kinds_told(world, health.lead) == ["override_made"]
    assert "override_made" in kinds_told(world, world.partnership.people["heledd"])
    assert kinds_told(world, health.designated) == []


def test_without_anybody_who_could_be_told_there_is_no_override(small_world: World, few: Staff) -> None:
    desk = small_world.hub.safeguarding
    with pytest.raises(OverrideRefused, match="nobody_to_tell"):
        desk.make_override(few.acting, override_of(small_world, keeps_from=frozenset({few.lead, few.designated})))
    social = person_of(small_world, SOCIAL_CARE.id, role="social-worker")
    new = override_of(
        small_world,
        handle_id=small_world.handle(SOCIAL_CARE.id),
        role="social-worker",
        field_ids=("health.mental_health.summary",),
    )
    with pytest.raises(OverrideRefused, match="nobody_to_tell"):
        desk.make_override(social, new)


def test_a_person_makes_five_a_day_and_an_agency_twenty_whatever_process_counts(world: World, health: Staff) -> None:
    with timed(world) as (later, clock):
        for _ in range(PER_PERSON):
            made = later.hub.safeguarding.make_override(health.acting, override_of(world))
            later.hub.safeguarding.confirm_override(health.second, made.override_id)
        with pytest.raises(TooManyOverrides):
            later.hub.safeguarding.make_override(health.acting, override_of(world))
        others = [person_of(world, HEALTH.id, role="clinician") for _ in range(PER_AGENCY // PER_PERSON - 1)]
        for somebody in others:
            for _ in range(PER_PERSON):
                made = later.hub.safeguarding.make_override(somebody, override_of(world))
                later.hub.safeguarding.confirm_override(health.second, made.override_id)
        with pytest.raises(TooManyOverrides):
            later.hub.safeguarding.make_override(health.second, override_of(world))
        clock.pass_(hours=24)
        later.hub.safeguarding.make_override(health.second, override_of(world))


def test_a_read_under_it_is_recorded_with_the_override_that_it_rests_on(world: World, health: Staff) -> None:
    made = world.hub.safeguarding.make_override(health.acting, override_of(world))
    read_as_clinician(world)
    world.hub.safeguarding.end_override(health.acting, made.override_id)
    read_as_clinician(world)
    with reading(world.hub.engine) as connection:
        rows = connection.execute(select(disclosure.c.overrides).order_by(disclosure.c.at)).scalars().all()
    assert rows == [[str(made.override_id)], []]


def test_its_entries_are_committed_at_once_to_the_agency_the_holder_and_the_family(world: World, health: Staff) -> None:
    made = world.hub.safeguarding.make_override(health.acting, override_of(world))
    assert streams_of(world, made.override_id) == {
        f"handle:{world.handle(HEALTH.id)}",
        f"handle:{world.handle(SOCIAL_CARE.id)}",
        f"sight:{world.child}:{world.parent}",
    }


def test_the_words_rest_sealed_and_are_read_by_who_stands_by_or_reviews(world: World, health: Staff) -> None:
    desk = world.hub.safeguarding
    made = desk.make_override(health.acting, override_of(world))
    assert WORDS.encode() not in row_of(world, made.override_id)["sealed_words"]  # type: ignore[operator]
    for somebody in (health.acting, health.second, health.lead):
        assert desk.words_of(somebody, made.override_id) == WORDS
    for nobody in (health.designated, person_of(world, HEALTH.id), world.parent, world.partnership.people["heledd"]):
        with pytest.raises(NotForYou):
            desk.words_of(nobody, made.override_id)
    desk.confirm_override(health.second, made.override_id)
    third = person_of(world, HEALTH.id, role="clinician")
    with pytest.raises(NotForYou):
        desk.words_of(third, made.override_id)


def test_it_is_reviewed_once_by_the_lead_after_it_is_over(world: World, health: Staff) -> None:
    desk = world.hub.safeguarding
    made = desk.make_override(health.acting, override_of(world))
    with pytest.raises(NotOpen):
        desk.review_override(health.lead, made.override_id, outcome=ReviewOutcome.JUSTIFIED, words="Rightly made")
    desk.end_override(health.acting, made.override_id)
    for nobody in (health.acting, health.second, health.designated):
        with pytest.raises(NotForYou):
            desk.review_override(nobody, made.override_id, outcome=ReviewOutcome.JUSTIFIED, words="Rightly made")
    desk.review_override(health.lead, made.override_id, outcome=ReviewOutcome.PARTLY_JUSTIFIED, words="One was enough")
    with pytest.raises(NotOpen):
        desk.review_override(health.lead, made.override_id, outcome=ReviewOutcome.JUSTIFIED, words="Rightly made")
    row = row_of(world, made.override_id)
    assert (row["review_outcome"], row["reviewed_by"]) == ("partly_justified", health.lead)
    assert b"One was enough" not in row["sealed_review"]  # type: ignore[operator]


def test_the_designated_person_reviews_what_the_lead_took_part_in(small_world: World, few: Staff) -> None:
    desk = small_world.hub.safeguarding
    made = desk.make_override(few.acting, override_of(small_world))
    desk.confirm_override(few.lead, made.override_id)
    desk.end_override(few.lead, made.override_id)
    with pytest.raises(NotForYou):
        desk.review_override(few.lead, made.override_id, outcome=ReviewOutcome.JUSTIFIED, words="I was there")
    desk.review_override(few.designated, made.override_id, outcome=ReviewOutcome.JUSTIFIED, words="Rightly made")


def test_an_overdue_review_is_told_to_lead_and_designated_person_once(world: World, health: Staff) -> None:
    with timed(world) as (later, clock):
        made = later.hub.safeguarding.make_override(health.acting, override_of(world))
        due = row_of(world, made.override_id)["review_due_on"]
        clock.pass_(days=7)
        assert clock().date() > due  # type: ignore[operator]
        for somebody in (health.lead, health.designated):
            assert kinds_told(later, somebody).count("override_review_overdue") == 1
        clock.pass_(days=1)
        assert kinds_told(later, health.lead).count("override_review_overdue") == 1
        line = later.hub.safeguarding.tray(health.lead).overrides[0]
        assert (line.stage, line.is_overdue, line.may_review) == (Stage.TO_REVIEW, True, True)


def test_a_system_begins_one_only_in_the_name_of_its_own_agencys_person(small_world: World, few: Staff) -> None:
    desk, new = small_world.hub.safeguarding, override_of(small_world)
    principal = Principal(HEALTH.id, "afon-health-system", "smart", "safeguarding", "clinician")
    elsewhere = person_of(small_world, EDUCATION.id, role="clinician")
    for nobody in (elsewhere, small_world.parent, uuid4()):
        with pytest.raises(NotForYou):
            desk.begin_override(principal, nobody, new)
    with pytest.raises(NotForYou):
        desk.begin_override(replace(principal, purpose="aln-plan"), few.acting, new)
    made = desk.begin_override(principal, few.acting, new)
    assert row_of(small_world, made.override_id)["acting_person_id"] == few.acting
    with pytest.raises(NotForYou):
        desk.confirm_override(few.acting, made.override_id)


@pytest.mark.parametrize("reason", list(OverrideReason))
def test_each_reason_of_the_list_can_be_given(small_world: World, few: Staff, reason: OverrideReason) -> None:
    made = small_world.hub.safeguarding.make_override(few.acting, override_of(small_world, reason=reason))
    assert row_of(small_world, made.override_id)["reason"] == reason.value
