"""Whoever an override is kept from, or whose sight is put off, sees the state without it: no entry, count or gap."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from consent.tables import ledger_outbox
from hub.circumstances.hiding import hidden_from_family
from hub.consenting.errors import NoSuchReceipt
from hub.consenting.tie import NewTie
from hub.database import reading, unit_of_work
from hub.demo.people import HEALTH, SOCIAL_CARE
from hub.directory.model import Contact, Office, PersonRole, Standing, TieKind
from hub.directory.offices import name_office
from hub.directory.register import draft_person, register_person
from hub.notices.tables import notice
from hub.safeguarding.errors import NotForYou, OverrideRefused
from hub.sharing import queries
from hub.sharing.tables import disclosure
from tests.hubs import World, fields_of
from tests.integration.safeguarding.staff import (
    POSTCODES,
    Staff,
    kinds_told,
    override_of,
    person_of,
    read_as_clinician,
    staff_of,
    streams_of,
    timed,
)


def father_of(world: World) -> UUID:
    """A second parent with standing."""
    contact = Contact(name="Tomos Cudd-Enghraifft")
    draft = draft_person(world.hub.keys, agency_id=None, role=PersonRole.FAMILY, contact=contact)
    with unit_of_work(world.hub.engine) as connection:
        person = register_person(connection, draft, at=world.hub.clock())
    heledd = world.partnership.people["heledd"]
    world.hub.write_tie(
        NewTie(
            world.child, person, TieKind.FATHER, Standing.PARENT, "statement", "seen", date(2025, 1, 1), None, heledd
        )
    )
    return person


def all_that_shows(world: World, person: UUID) -> dict[str, object]:
    """Everything that the pages of one person of the family are made of, without the instant at which it was asked."""
    hub, child = world.hub, world.child
    return {
        "sees": [asdict(row) for row in hub.who_sees_what(person, child).rows],
        "looked": list(hub.who_looked(person, child)),
        "offers": hub.offers(person, child),
        "consents": hub.consents(person, child),
        "receipts": hub.receipts(person, child),
        "inbox": hub.inbox(person),
        "learners": hub.learners_of(person),
    }


def stream_numbers(world: World, person: UUID) -> list[int]:
    """Numbers of the entries in one person's stream."""
    of_person = ledger_outbox.c.stream == f"sight:{world.child}:{person}"
    with reading(world.hub.engine) as connection:
        return sorted(connection.scalars(select(ledger_outbox.c.number).where(of_person)))


def disclosure_ids(world: World) -> list[UUID]:
    """Every disclosure, oldest first."""
    with reading(world.hub.engine) as connection:
        return list(connection.scalars(select(disclosure.c.id).order_by(disclosure.c.at)))


def test_the_pages_of_a_parent_it_is_kept_from_equal_the_state_without_it(world: World, health: Staff) -> None:
    father = father_of(world)
    world.read()
    before = all_that_shows(world, father)
    made = world.hub.safeguarding.make_override(health.acting, override_of(world, keeps_from=frozenset({father})))
    world.hub.safeguarding.confirm_override(health.second, made.override_id)
    assert read_as_clinician(world) == set(POSTCODES)
    while world.hub.deliver_due(world.hub.clock()):
        pass
    assert all_that_shows(world, father) == before
    theirs = world.hub.who_looked(world.parent, world.child)
    assert [entry.purpose for entry in theirs] == ["safeguarding", "aln-plan"], "the other parent may know"
    world.hub.safeguarding.end_override(health.acting, made.override_id)
    assert all_that_shows(world, father) == before


def test_the_stream_of_whom_it_is_kept_from_has_neither_entry_nor_gap(world: World, health: Staff) -> None:
    father = father_of(world)
    world.read()
    made = world.hub.safeguarding.make_override(health.acting, override_of(world, keeps_from=frozenset({father})))
    read_as_clinician(world)
    world.hub.safeguarding.end_override(health.acting, made.override_id)
    world.read()
    assert f"sight:{world.child}:{father}" not in streams_of(world, made.override_id)
    assert f"sight:{world.child}:{world.parent}" in streams_of(world, made.override_id)
    numbers = stream_numbers(world, father)
    assert numbers == list(range(1, len(numbers) + 1))
    under = disclosure_ids(world)[1]
    assert f"sight:{world.child}:{father}" not in streams_of(world, under)
    assert {one.split(":")[0] for one in streams_of(world, under)} == {"handle", "sight"}


def test_a_newer_look_does_not_push_an_older_one_out_by_a_hidden_one(world: World, health: Staff) -> None:
    """The list is cut to its length after hidden looks are left out, or a short list would tell of them."""
    father = father_of(world)
    world.read()
    world.hub.safeguarding.make_override(health.acting, override_of(world, keeps_from=frozenset({father})))
    read_as_clinician(world)
    with reading(world.hub.engine) as connection:
        at = world.hub.clock()
        hidden = hidden_from_family(connection, world.child, person_id=father, at=at)
        rows = queries.disclosures_about(connection, world.child, hidden=hidden, limit=1)
    assert [row.purpose for row in rows] == ["aln-plan"]


def test_an_accountable_person_who_must_not_know_is_told_nothing_and_the_lead_acts_instead(
    world: World, health: Staff
) -> None:
    heledd = world.partnership.people["heledd"]
    kinds_told(world, heledd)
    before = world.hub.inbox(heledd)
    made = world.hub.safeguarding.make_override(health.acting, override_of(world, keeps_from=frozenset({heledd})))
    world.hub.safeguarding.confirm_override(health.second, made.override_id)
    world.hub.safeguarding.end_override(health.second, made.override_id)
    told = kinds_told(world, health.lead)
    assert {"override_made", "override_act_instead"} <= set(told)
    assert world.hub.inbox(heledd) == before


def test_who_becomes_accountable_before_the_telling_and_must_not_know_is_not_told(world: World, health: Staff) -> None:
    successor = person_of(world, HEALTH.id, role="clinician")
    new = override_of(world, keeps_from=frozenset({successor}))
    made = world.hub.safeguarding.make_override(health.acting, new)
    world.hub.hand_over(world.child, successor, because="moved")
    assert "override_made" not in kinds_told(world, successor)
    with pytest.raises(NotForYou):
        world.hub.safeguarding.words_of(successor, made.override_id)


def test_a_lead_who_is_named_later_and_must_not_know_finds_no_notice(world: World, health: Staff) -> None:
    world.hub.safeguarding.make_override(health.acting, override_of(world, keeps_from=frozenset({health.second})))
    with unit_of_work(world.hub.engine) as connection:
        name_office(
            connection, agency_id=HEALTH.id, holds=Office.SAFEGUARDING, person_id=health.second, at=world.hub.clock()
        )
    assert kinds_told(world, health.second) == []
    with reading(world.hub.engine) as connection:
        waits = connection.execute(
            select(notice.c.last_failure).where(notice.c.kind == "override_made", notice.c.audience == "safeguarding")
        ).scalar_one()
    assert waits == "nobody-to-tell", "a person must look whom to tell: it is not let go of"


def test_the_designated_person_is_told_where_the_lead_must_not_know(world: World, health: Staff) -> None:
    made = world.hub.safeguarding.make_override(health.acting, override_of(world, keeps_from=frozenset({health.lead})))
    world.hub.safeguarding.end_override(health.acting, made.override_id)
    assert set(kinds_told(world, health.designated)) == {"override_made", "override_ended", "override_review_due"}
    assert kinds_told(world, health.lead) == []
    assert world.hub.safeguarding.tray(health.lead).overrides == ()
    assert world.hub.safeguarding.tray(health.designated).overrides[0].may_review


def test_a_colleague_it_is_kept_from_sees_no_line_and_opens_nothing_by_it(world: World, health: Staff) -> None:
    desk = world.hub.safeguarding
    before = replace(desk.desk(health.second, world.handle(HEALTH.id)))
    made = desk.make_override(health.acting, override_of(world, keeps_from=frozenset({health.second})))
    assert desk.desk(health.second, world.handle(HEALTH.id)) == before
    assert desk.tray(health.second).overrides == ()
    for act in (desk.confirm_override, desk.end_override, desk.words_of):
        with pytest.raises(NotForYou):
            act(health.second, made.override_id)
    assert read_as_clinician(world, acting=health.second) == set()
    assert read_as_clinician(world, acting=health.acting) == set(POSTCODES)


def test_sight_that_is_put_off_begins_at_its_instant_and_the_entry_was_there_at_once(
    world: World, health: Staff
) -> None:
    with timed(world) as (later, clock):
        later.read()
        before = all_that_shows(later, world.parent)
        from_ = clock() + timedelta(days=10)
        made = later.hub.safeguarding.make_override(
            health.acting, override_of(world, sight_from=from_, sight_reason="A strategy meeting comes first")
        )
        assert read_as_clinician(later) == set(POSTCODES)
        assert all_that_shows(later, world.parent) == before
        under = disclosure_ids(world)[-1]
        assert f"sight:{world.child}:{world.parent}" in streams_of(world, made.override_id)
        assert f"sight:{world.child}:{world.parent}" in streams_of(world, under)
        for subject in (made.override_id, under):
            with pytest.raises(NoSuchReceipt):
                later.hub.receipt(world.parent, subject)
        clock.pass_(days=10)
        assert len(later.hub.who_looked(world.parent, world.child)) == 2
        while later.hub.sequence():
            pass
        assert later.hub.receipt(world.parent, under)


def test_a_grant_under_sight_that_is_not_put_off_shows_with_its_end(world: World, health: Staff) -> None:
    made = world.hub.safeguarding.make_override(health.acting, override_of(world))
    rows = [
        row
        for row in world.hub.who_sees_what(world.parent, world.child).rows
        if row.purpose == "safeguarding" and row.is_shown and row.recipient == HEALTH.id
    ]
    assert {name for row in rows for name in row.field_ids} >= set(POSTCODES)
    assert {(row.basis, row.until) for row in rows if POSTCODES[0] in row.field_ids} == {
        ("override_only", made.confirm_by)
    }


@pytest.mark.parametrize("days", [0, 367])
def test_sight_is_put_off_for_a_year_at_most_and_with_a_reason(small_world: World, few: Staff, days: int) -> None:
    at = small_world.hub.clock() + timedelta(days=days)
    with pytest.raises(OverrideRefused, match="sight"):
        small_world.hub.safeguarding.make_override(
            few.acting, override_of(small_world, sight_from=at, sight_reason="because")
        )
    with pytest.raises(OverrideRefused, match="sight"):
        small_world.hub.safeguarding.make_override(
            few.acting, override_of(small_world, sight_from=small_world.hub.clock() + timedelta(days=1))
        )


@pytest.mark.parametrize("is_kept", [True, False])
def test_the_family_gets_no_notice_of_a_look_that_it_may_not_know_of(world: World, is_kept: bool) -> None:
    """A duty in the same answer would tell the family; that would tell of a look that the page does not show."""
    social = staff_of(world, SOCIAL_CARE.id, "social-worker")
    new = override_of(
        world,
        handle_id=world.handle(SOCIAL_CARE.id),
        role="social-worker",
        field_ids=("health.mental_health.summary",),
        keeps_from=frozenset({world.parent} if is_kept else ()),
    )
    world.hub.safeguarding.make_override(social.acting, new)
    shown = fields_of(world.read(purpose="safeguarding", role="social-worker", agency=SOCIAL_CARE.id))
    assert {"health.mental_health.summary", "identity.birth_date"} & shown
    assert ("records_shared" in kinds_told(world, world.parent)) == (not is_kept)
    assert (len(world.hub.who_looked(world.parent, world.child)) == 0) == is_kept
