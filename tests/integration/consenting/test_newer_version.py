"""A consent never stretches to what a newer protocol version shares besides: the family is asked for that alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from consent.model import Status
from hub.consenting.errors import OfferChanged
from hub.consenting.model import Offer, Outcome
from hub.demo.people import EDUCATION, HEALTH
from tests.hubs import SHOWN, World, fields_of
from tests.integration.steering.lives import as_version, enforced, source_of

ROW = """    roles: [alnco, aln-officer, system]
    purpose: aln-plan
    fields: ["group:health.speech"]
"""
NARROW = """    roles: [alnco, system]
    purpose: aln-plan
    fields: [health.speech.receptive_language, health.speech.expressive_language]
"""
AGREED = {"health.speech.receptive_language", "health.speech.expressive_language"}


@pytest.fixture
def agreed(world: World) -> Outcome:
    """The parent agreed to two fields for one role, and then a version came with more of both."""
    today = world.hub.clock().date()
    text = source_of(world)
    assert ROW in text
    enforced(world, as_version(text.replace(ROW, NARROW), 2, begins=today - timedelta(days=10)))
    given = world.grant()
    assert speech(world) == AGREED
    enforced(world, as_version(text, 3, begins=today - timedelta(days=1)))
    return given


def speech(world: World, role: str = "alnco") -> set[str]:
    """Which fields of the group the school service sees in this role."""
    return {name for name in fields_of(world.read(role=role), HEALTH.id) if name.startswith("health.speech.")}


def yes(world: World, offer: Offer) -> Outcome:
    """Agree to the whole offer."""
    return world.hub.grant(world.parent, offer, until=world.hub.clock() + timedelta(days=5), shown=SHOWN)


def on_the_page(world: World) -> dict[str, set[str]]:
    """Per role, what the family's page says that the school service sees of the group."""
    found: dict[str, set[str]] = {}
    for row in world.hub.who_sees_what(world.parent, world.child).rows:
        about = (row.recipient, row.holder, row.group_id, row.purpose)
        if row.is_shown and about == (EDUCATION.id, HEALTH.id, "health.speech", "aln-plan"):
            for role in row.roles:
                found.setdefault(role, set()).update(row.field_ids)
    return found


def test_the_consent_gives_exactly_what_it_gave_to_whom_it_gave_it(world: World, agreed: Outcome) -> None:
    assert speech(world) == AGREED
    assert speech(world, "aln-officer") == set()
    assert on_the_page(world) == {"alnco": AGREED, "system": AGREED}


def test_the_family_is_asked_for_the_difference_alone(world: World, agreed: Outcome) -> None:
    found = world.offer().difference
    assert found is not None
    assert set(found.agreed) == AGREED
    assert found.consent_id == agreed.consent_id
    assert set(found.fields) == set(world.offer().field_ids) - AGREED
    assert {role: set(seen) for role, seen in found.roles} == {"aln-officer": AGREED}
    assert found.terms == ()


def test_yes_opens_the_difference_even_if_it_ends_sooner(world: World, agreed: Outcome) -> None:
    yes(world, world.offer())
    assert speech(world) > AGREED
    assert speech(world, "aln-officer") == speech(world)
    assert on_the_page(world) == {role: set(world.offer().field_ids) for role in ("alnco", "aln-officer", "system")}
    assert world.offer().difference is None


def test_no_leaves_the_consent_exactly_as_it_stands(world: World, agreed: Outcome) -> None:
    offer = world.offer()
    assert offer.difference is not None
    before = next(one for one in world.hub.consents(world.parent, world.child) if one.status == Status.ACTIVE.value)
    world.hub.refuse(world.parent, replace(offer, field_ids=offer.difference.fields), shown=SHOWN)
    after = next(one for one in world.hub.consents(world.parent, world.child) if one.status == Status.ACTIVE.value)
    assert (after.consent_id, after.field_ids, after.valid_until) == (
        before.consent_id,
        before.field_ids,
        before.valid_until,
    )
    assert speech(world) == AGREED
    assert speech(world, "aln-officer") == set()
    assert on_the_page(world) == {"alnco": AGREED, "system": AGREED}
    assert world.offer().difference == offer.difference  # they may change their mind


def test_an_offer_of_the_version_before_is_not_taken_any_more(world: World, agreed: Outcome) -> None:
    with pytest.raises(OfferChanged):
        yes(world, replace(world.offer(), protocol_version=2, difference=None))


def test_a_version_that_takes_away_asks_nothing_and_the_consent_goes_on(world: World) -> None:
    given = world.grant()
    today = world.hub.clock().date()
    narrower = source_of(world).replace(ROW, NARROW)
    enforced(world, as_version(narrower, 2, begins=today - timedelta(days=1)))
    assert speech(world) == AGREED
    assert world.offer().difference is None
    assert given.consent_id in {one.consent_id for one in world.hub.consents(world.parent, world.child)}
