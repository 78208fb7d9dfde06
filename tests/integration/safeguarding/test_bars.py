"""Bars take fields away whatever protocol and consent say, and nobody who receives or is family can tell."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from hub.circumstances.tables import bar
from hub.database import reading, unit_of_work
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from hub.directory.tables import agency
from hub.safeguarding.errors import BarRefused, NotForYou, NotOpen
from hub.safeguarding.model import EvidenceKind
from policies.bars import BarKind
from tests.hubs import World, another_process, fields_of
from tests.integration.safeguarding.staff import (
    EVIDENCE,
    Staff,
    bar_of,
    kinds_told,
    override_of,
    person_of,
    read_as_clinician,
    staff_of,
    streams_of,
    timed,
)

SPEECH = "health.speech.receptive_language"


def accountable(world: World) -> UUID:
    """The child's accountable person, who works for the education service."""
    return world.partnership.people["heledd"]


def test_a_bar_takes_its_fields_away_from_the_next_read_in_another_process(world: World, health: Staff) -> None:
    world.grant()
    with another_process(world) as other:
        assert SPEECH in fields_of(other.read())
        order = bar_of(world, BarKind.COURT_ORDER, field_ids=(SPEECH,), evidence_kind=EvidenceKind.COURT_ORDER)
        bar_id = world.hub.safeguarding.set_bar(health.lead, order)
        assert SPEECH not in fields_of(other.read())
        world.hub.safeguarding.lift_bar(accountable(world), bar_id, reasons="The order was discharged on 3 June")
        assert SPEECH in fields_of(other.read())


def test_a_bar_against_one_recipient_leaves_the_others_what_they_may_see(small_world: World, few: Staff) -> None:
    small_world.grant()
    order = bar_of(small_world, BarKind.COURT_ORDER, field_ids=(SPEECH,), recipient=SOCIAL_CARE.id)
    small_world.hub.safeguarding.set_bar(few.lead, order)
    assert SPEECH in fields_of(small_world.read())


def test_nothing_that_a_recipient_is_answered_differs_from_no_rule_but_the_field(
    small_world: World, few: Staff
) -> None:
    """The answer with a hidden location is the answer without it, less the fields themselves: no marker, no word."""
    before = small_world.read()
    small_world.hub.safeguarding.set_bar(few.lead, bar_of(small_world))
    after = small_world.read()
    catalogue = small_world.hub.catalogue
    hidden = set(catalogue.ids(catalogue.tagged("reveals_location")))
    assert fields_of(after) == fields_of(before) - hidden
    assert after.withheld == before.withheld, "a marker that goes away would tell that a bar exists"
    assert "bar" not in str(after.as_json()).lower().replace("barrier", "")
    assert after.protocols == before.protocols


def test_what_the_family_is_shown_says_nothing_of_a_bar(small_world: World, few: Staff) -> None:
    hub, parent, child = small_world.hub, small_world.parent, small_world.child
    hub.safeguarding.set_bar(few.lead, bar_of(small_world))
    given = [
        hub.who_sees_what(parent, child),
        hub.who_looked(parent, child),
        hub.offers(parent, child),
        hub.consents(parent, child),
        hub.receipts(parent, child),
        hub.inbox(parent),
        hub.learners_of(parent),
    ]
    assert "barred" not in repr(given)
    assert "hidden_location" not in repr(given)
    shown = [row for row in hub.who_sees_what(parent, child).rows if row.is_shown]
    catalogue = hub.catalogue
    hidden = set(catalogue.ids(catalogue.tagged("reveals_location")))
    assert not [row for row in shown if hidden & set(row.field_ids)]


def test_a_bar_is_in_the_streams_of_the_setters_agency_and_in_no_persons(world: World, health: Staff) -> None:
    bar_id = world.hub.safeguarding.set_bar(health.lead, bar_of(world))
    world.hub.safeguarding.review_bar(
        health.lead, bar_id, review_on=world.hub.clock().date() + timedelta(days=90), reasons="Still so"
    )
    world.hub.safeguarding.lift_bar(health.lead, bar_id, reasons="The family has moved on")
    assert streams_of(world, bar_id) == {f"handle:{world.handle(HEALTH.id)}"}


def test_evidence_and_reasons_rest_sealed_and_only_who_may_lift_reads_them(small_world: World, few: Staff) -> None:
    desk = small_world.hub.safeguarding
    bar_id = desk.set_bar(few.lead, bar_of(small_world))
    with reading(small_world.hub.engine) as connection:
        row = connection.execute(select(bar).where(bar.c.id == bar_id)).one()
    assert EVIDENCE.encode() not in row.sealed_evidence
    assert row.evidence_kind == "risk_assessment"
    assert desk.words_of(few.lead, bar_id) == EVIDENCE
    assert desk.words_of(accountable(small_world), bar_id) == EVIDENCE
    with pytest.raises(NotForYou):
        desk.words_of(few.second, bar_id)


def test_who_may_set_a_bar_is_accountable_or_leads_where_the_learner_is_known(small_world: World, few: Staff) -> None:
    desk, new = small_world.hub.safeguarding, bar_of(small_world)
    with unit_of_work(small_world.hub.engine) as connection:
        connection.execute(
            agency.insert().values(
                id="far-school", sector="school", name_en="Far", name_cy="Pell", is_active=True,
                created_at=small_world.hub.clock(),
            )
        )  # fmt: skip
    stranger = staff_of(small_world, "far-school", "teacher")
    for nobody in (small_world.parent, few.acting, few.designated, stranger.lead, uuid4()):
        with pytest.raises(NotForYou):
            desk.set_bar(nobody, new)
    assert desk.set_bar(accountable(small_world), new)
    assert desk.set_bar(few.lead, new)


def test_every_partner_that_knows_the_learner_sees_that_a_bar_applies(small_world: World, few: Staff) -> None:
    desk = small_world.hub.safeguarding
    worker = person_of(small_world, EDUCATION.id, role="alnco")
    desk.set_bar(few.lead, bar_of(small_world))
    desk.set_bar(few.lead, bar_of(small_world, BarKind.COURT_ORDER, field_ids=(SPEECH,), recipient=EDUCATION.id))
    lines = desk.desk(worker, small_world.handle()).bars
    assert [(line.kind, line.may_change, line.evidence_kind) for line in lines] == [("hidden_location", False, None)]
    lead = desk.desk(few.lead, small_world.handle(HEALTH.id)).bars
    assert {line.kind for line in lead} == {"hidden_location", "court_order"}


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ({"evidence": " "}, "evidence"),
        ({"evidence": "x" * 2001}, "evidence"),
        ({"field_ids": ("health.no_such",)}, "fields"),
        ({"kind": BarKind.COURT_ORDER}, "fields"),
        ({"recipient": "no-such-agency"}, "recipient"),
    ],
)
def test_a_bar_that_does_not_fit_is_refused_by_the_name_of_the_part(
    small_world: World, few: Staff, others: dict[str, object], code: str
) -> None:
    with pytest.raises(BarRefused) as refused:
        small_world.hub.safeguarding.set_bar(few.lead, bar_of(small_world, **others))
    assert refused.value.code == code


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_bar_is_looked_at_again_within_a_year(small_world: World, few: Staff, days: int) -> None:
    on = small_world.hub.clock().date() + timedelta(days=days)
    with pytest.raises(BarRefused, match="review_on"):
        small_world.hub.safeguarding.set_bar(few.lead, bar_of(small_world, review_on=on))


def test_a_bar_is_lifted_once(world: World, health: Staff) -> None:
    bar_id = world.hub.safeguarding.set_bar(health.lead, bar_of(world))
    world.hub.safeguarding.lift_bar(health.lead, bar_id, reasons="No longer so")
    with pytest.raises(NotOpen):
        world.hub.safeguarding.lift_bar(health.lead, bar_id, reasons="No longer so")
    with pytest.raises(NotForYou):
        world.hub.safeguarding.lift_bar(health.lead, uuid4(), reasons="No longer so")


def test_a_bar_does_not_end_by_itself_and_its_review_is_asked_for_until_somebody_has_looked(
    world: World, health: Staff
) -> None:
    world.grant(days=300)
    with timed(world) as (later, clock):
        desk = later.hub.safeguarding
        order = bar_of(world, BarKind.COURT_ORDER, field_ids=(SPEECH,))
        bar_id = desk.set_bar(health.lead, order)
        kinds_told(later, health.lead)
        clock.pass_(days=180)
        asked = ["bar_review_due"]
        assert kinds_told(later, health.lead)[:1] == asked
        assert "bar_review_due" in kinds_told(later, accountable(world))
        assert kinds_told(later, health.lead).count("bar_review_due") == 1, "the same asking is one notice"
        clock.pass_(days=7)
        assert kinds_told(later, health.lead).count("bar_review_due") == 2
        assert SPEECH not in fields_of(later.read()), "a bar never ends by itself"
        desk.review_bar(health.lead, bar_id, review_on=clock().date() + timedelta(days=100), reasons="The order stands")
        clock.pass_(days=30)
        assert kinds_told(later, health.lead).count("bar_review_due") == 2
        clock.pass_(days=71)
        assert kinds_told(later, health.lead).count("bar_review_due") == 3


def test_court_order_and_adoption_are_never_passed_and_a_hidden_location_by_the_protocols_role_is(
    small_world: World, few: Staff
) -> None:
    desk = small_world.hub.safeguarding
    desk.make_override(few.acting, override_of(small_world))
    desk.set_bar(few.lead, bar_of(small_world))
    assert "social_care.placement.postcode" in read_as_clinician(small_world)
    order = bar_of(small_world, BarKind.COURT_ORDER, field_ids=("social_care.placement.postcode",))
    bar_id = desk.set_bar(few.lead, order)
    assert read_as_clinician(small_world) == {"social_care.home_postcode"}
    desk.lift_bar(few.lead, bar_id, reasons="Discharged")
    desk.set_bar(few.lead, bar_of(small_world, BarKind.ADOPTION, field_ids=("social_care.home_postcode",)))
    assert read_as_clinician(small_world) == {"social_care.placement.postcode"}
