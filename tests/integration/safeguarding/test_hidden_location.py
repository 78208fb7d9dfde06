"""A hidden location: every other way in which a page could tell where a child is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from hub.consenting.errors import NoSuchReceipt
from hub.database import reading, unit_of_work
from hub.demo.people import EDUCATION, HEALTH
from hub.directory.model import Agency, Sector
from hub.directory.register import register_agency
from hub.directory.tables import agency, handle_demographics
from hub.wiring.build import create_keyring
from hub.wiring.learner_lines import name_of
from policies.bars import BarKind
from tests.hubs import World
from tests.integration.safeguarding.staff import Staff, bar_of, person_of


def make_a_school(world: World, agency_id: str) -> None:
    """From now on this partner is a school: its name says where the child is."""
    with unit_of_work(world.hub.engine) as connection:
        connection.execute(update(agency).where(agency.c.id == agency_id).values(sector="school"))


def everything(world: World) -> str:
    """All that the parent's pages are made of."""
    hub, parent, child = world.hub, world.parent, world.child
    given = [
        hub.who_sees_what(parent, child),
        hub.who_looked(parent, child),
        hub.offers(parent, child),
        hub.consents(parent, child),
        hub.receipts(parent, child),
        hub.inbox(parent),
        hub.learners_of(parent),
    ]
    return repr(given)


def test_a_partner_that_is_somewhere_is_not_named_to_the_family(world: World, health: Staff) -> None:
    world.read()
    make_a_school(world, EDUCATION.id)
    assert EDUCATION.id in everything(world)
    bar_id = world.hub.safeguarding.set_bar(health.lead, bar_of(world))
    assert EDUCATION.id not in everything(world)
    assert HEALTH.id in everything(world), "an authority says no more than the county"
    world.hub.safeguarding.lift_bar(health.lead, bar_id, reasons="No longer hidden")
    assert EDUCATION.id in everything(world)


def test_other_bars_leave_partners_named(small_world: World, few: Staff) -> None:
    small_world.read()
    make_a_school(small_world, EDUCATION.id)
    order = bar_of(small_world, BarKind.COURT_ORDER, field_ids=("health.clinic",))
    small_world.hub.safeguarding.set_bar(few.lead, order)
    assert EDUCATION.id in everything(small_world)


def test_a_receipt_of_a_look_by_such_a_partner_is_not_given(small_world: World, few: Staff) -> None:
    answer = small_world.read()
    make_a_school(small_world, EDUCATION.id)
    while small_world.hub.sequence():
        pass
    assert small_world.hub.receipt(small_world.parent, answer.id)
    small_world.hub.safeguarding.set_bar(few.lead, bar_of(small_world))
    with pytest.raises(NoSuchReceipt):
        small_world.hub.receipt(small_world.parent, answer.id)


@pytest.mark.parametrize("kind", [BarKind.HIDDEN_LOCATION, BarKind.ADOPTION])
def test_a_name_that_comes_after_the_bar_is_not_shown_to_the_family(
    small_world: World, few: Staff, kind: BarKind
) -> None:
    before = small_world.hub.learners_of(small_world.parent)[0].name
    assert before
    small_world.hub.safeguarding.set_bar(few.lead, bar_of(small_world, kind))
    assert small_world.hub.learners_of(small_world.parent)[0].name == before
    with unit_of_work(small_world.hub.engine) as connection:
        later = small_world.hub.clock() + timedelta(minutes=1)
        connection.execute(update(handle_demographics).values(changed_at=later))
    assert small_world.hub.learners_of(small_world.parent)[0].name == ""


def test_a_worker_is_shown_no_name_but_their_own_agencys(small_world: World, few: Staff) -> None:
    with unit_of_work(small_world.hub.engine) as connection:
        far = Agency("far-school", Sector.SCHOOL, "Far School", "Ysgol Bell")
        register_agency(connection, far, at=small_world.hub.clock())
    create_keyring(small_world.settings, "far-school")
    worker = person_of(small_world, "far-school")
    with reading(small_world.hub.engine) as connection:
        assert name_of(connection, small_world.hub.keys, small_world.child, worker)
    small_world.hub.safeguarding.set_bar(few.lead, bar_of(small_world))
    with reading(small_world.hub.engine) as connection:
        assert name_of(connection, small_world.hub.keys, small_world.child, worker) == ""
        assert name_of(connection, small_world.hub.keys, small_world.child, few.acting)
