"""What families decide: who may, on what, and what goes with it in the same transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from consent.errors import AnswerRefused
from consent.ledger.policy import parse_policy
from consent.ledger.verify import Outcome, verify_receipt
from consent.tables import consent_event, ledger_outbox
from hub.consenting.errors import (
    NoSuchReceipt,
    NotStanding,
    NotYourConsent,
    OfferChanged,
    ReceiptNotReady,
    UntilRefused,
)
from hub.consenting.tie import NewTie
from hub.database import reading, unit_of_work
from hub.demo.people import EDUCATION, HEALTH
from hub.directory.model import Contact, PersonRole, Principal, Standing, TieKind
from hub.directory.queries import learners
from hub.directory.register import draft_person, register_person
from hub.directory.ties import end_tie
from hub.notices.tables import notice
from hub.sharing.errors import NotKnownHere
from tests.hubs import SHOWN, World, another_process, fields_of

SPEECH = "health.speech.receptive_language"


def another_parent(world: World, *, standing: Standing | None = Standing.PARENT) -> UUID:
    """A second person with a tie to the child."""
    draft = draft_person(
        world.hub.keys,
        agency_id=None,
        role=PersonRole.FAMILY,
        contact=Contact(name="Tomos Ail-Enghraifft", email="tomos@teulu.example"),
    )
    with unit_of_work(world.hub.engine) as connection:
        person = register_person(connection, draft, at=world.hub.clock())
    world.hub.write_tie(
        NewTie(
            learner_id=world.child,
            person_id=person,
            kind=TieKind.FATHER,
            standing=standing,
            evidence_kind="parental_responsibility_agreement",
            evidence="Seen at the office, agreement 88",
            from_on=date(2025, 1, 1),
            until_on=None,
            checked_by=world.partnership.people["heledd"],
        )
    )
    return person


def events(world: World, kind: str) -> list[UUID]:
    with reading(world.hub.engine) as connection:
        return list(connection.execute(select(consent_event.c.id).where(consent_event.c.kind == kind)).scalars())


def test_a_decision_writes_event_ledger_entries_and_one_notice(world: World) -> None:
    outcome = world.grant()
    with reading(world.hub.engine) as connection:
        event = connection.execute(select(consent_event).where(consent_event.c.id == outcome.event_id)).one()
        entries = connection.execute(
            select(ledger_outbox.c.stream).where(ledger_outbox.c.subject_event_id == outcome.event_id)
        ).scalars()
        notices = connection.execute(select(notice.c.audience).where(notice.c.event_id == outcome.event_id)).scalars()
        assert (event.kind, event.decided_by, event.standing) == ("granted", world.parent, "parent_with_responsibility")
        assert (event.shown_version, event.shown_language, event.shown_sha256) == ("test-1", "en", bytes(32))
        assert (event.protocol_id, event.catalogue_version) == ("dyffryn-afon-demo", "1")
        assert set(entries) == {f"sight:{world.child}:{world.parent}", f"handle:{world.handle(HEALTH.id)}"}
        assert list(notices) == ["accountable"]


def test_only_who_has_standing_may_decide_or_see(world: World) -> None:
    offer = world.offer()
    until = world.hub.clock() + timedelta(days=5)
    for person in (uuid4(), world.partnership.people["heledd"], another_parent(world, standing=None)):
        with pytest.raises(NotStanding):
            world.hub.grant(person, offer, until=until, shown=SHOWN)
        with pytest.raises(NotStanding):
            world.hub.offers(person, world.child)
        with pytest.raises(NotKnownHere):
            world.hub.who_sees_what(person, world.child)
        with pytest.raises(NotKnownHere):
            world.hub.who_looked(person, world.child)
    assert events(world, "granted") == []


def test_nobody_takes_back_what_another_person_gave(small_world: World) -> None:
    granted = small_world.grant()
    other = another_parent(small_world)
    for consent_id in (granted.consent_id, uuid4()):
        with pytest.raises(NotYourConsent):
            small_world.hub.withdraw(other, consent_id, shown=SHOWN)
    assert SPEECH in fields_of(small_world.read())


def test_where_two_disagree_the_narrower_answer_holds(small_world: World) -> None:
    small_world.grant()
    other = another_parent(small_world)
    small_world.hub.refuse(other, small_world.offer(), shown=SHOWN)
    assert SPEECH not in fields_of(small_world.read())
    assert [line.status for line in small_world.hub.consents(small_world.parent, small_world.child)] == ["active"]
    assert [line.status for line in small_world.hub.consents(other, small_world.child)] == ["refused"]


def test_an_answer_of_somebody_whose_standing_has_ended_counts_no_longer(world: World) -> None:
    world.grant()
    assert SPEECH in fields_of(world.read())
    today = world.hub.clock().date()
    with unit_of_work(world.hub.engine) as connection:
        tie = learners.ties_of(connection, learner_id=world.child, person_id=world.parent)[0]
        assert end_tie(
            connection, tie.id, until_on=today, checked_by=world.partnership.people["heledd"], at=world.hub.clock()
        )
    assert SPEECH not in fields_of(world.read())
    with pytest.raises(NotStanding):
        world.grant()


def test_who_has_no_standing_any_more_may_still_take_back(small_world: World) -> None:
    granted = small_world.grant()
    with unit_of_work(small_world.hub.engine) as connection:
        tie = learners.ties_of(connection, learner_id=small_world.child, person_id=small_world.parent)[0]
        checker = small_world.partnership.people["heledd"]
        at = small_world.hub.clock()
        end_tie(connection, tie.id, until_on=at.date(), checked_by=checker, at=at)
    small_world.withdraw(granted)
    assert len(events(small_world, "withdrawn")) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"field_ids": ("health.mental_health.summary",)},
        {"field_ids": ("health.speech.nonsense",)},
        {"field_ids": ()},
        {"field_ids": ("health.condition.name",)},  # another group's field
        {"catalogue_version": 99},
        {"protocol_version": 99},
        {"holder": EDUCATION.id},
        {"recipient": "somebody-else"},
        {"purpose": "marketing"},
    ],
)
def test_what_the_protocol_does_not_offer_cannot_be_granted(small_world: World, changed: dict[str, object]) -> None:
    offer = replace(small_world.offer(), **changed)
    until = small_world.hub.clock() + timedelta(days=5)
    with pytest.raises(OfferChanged):
        small_world.hub.grant(small_world.parent, offer, until=until, shown=SHOWN)
    assert events(small_world, "granted") == []


@pytest.mark.parametrize("days", [-1, 0, 4 * 366])
def test_a_grant_needs_an_end_in_the_next_three_years(small_world: World, days: int) -> None:
    with pytest.raises(UntilRefused):
        small_world.grant(days=days)


def test_withdrawing_twice_is_refused_and_changes_nothing(small_world: World) -> None:
    granted = small_world.grant()
    small_world.withdraw(granted)
    with pytest.raises(AnswerRefused):
        small_world.withdraw(granted)
    assert len(events(small_world, "withdrawn")) == 1


def test_a_decision_that_cannot_reach_the_ledger_is_not_taken(small_world: World) -> None:
    with unit_of_work(small_world.hub.engine) as connection:
        connection.execute(text("DROP TRIGGER ledger_outbox_no_update"))
        connection.execute(text("DROP TRIGGER ledger_outbox_no_delete"))
        connection.execute(text("ALTER TABLE ledger_outbox RENAME TO elsewhere"))
    with pytest.raises(Exception, match="ledger_outbox"):
        small_world.grant()
    assert events(small_world, "granted") == []


def test_a_reason_is_sealed(small_world: World) -> None:
    granted = small_world.grant()
    small_world.hub.withdraw(small_world.parent, granted.consent_id, shown=SHOWN, reason="CANARY-WHY we moved away")
    with reading(small_world.hub.engine) as connection:
        sealed = connection.execute(
            select(consent_event.c.sealed_reason).where(consent_event.c.kind == "withdrawn")
        ).scalar_one()
    assert sealed
    assert b"CANARY-WHY" not in sealed


def test_a_receipt_waits_for_the_ledger_and_is_the_deciders_alone(world: World) -> None:
    granted = world.grant()
    with pytest.raises(ReceiptNotReady):
        world.hub.receipt(world.parent, granted.event_id)
    while world.hub.sequence():
        pass
    receipt = world.hub.receipt(world.parent, granted.event_id)
    policy = parse_policy(f"log {world.hub.sequencing.signer.vkey}\nquorum none\n".encode())
    assert verify_receipt(receipt, policy).outcome is Outcome.GOOD
    assert [line.is_ready for line in world.hub.receipts(world.parent, world.child)] == [True]
    for person, event in ((another_parent(world), granted.event_id), (world.parent, uuid4())):
        with pytest.raises(NoSuchReceipt):
            world.hub.receipt(person, event)
    assert world.hub.receipts(another_parent_id(world), world.child) == []


def another_parent_id(world: World) -> UUID:
    """The second parent whom a test has made already."""
    with reading(world.hub.engine) as connection:
        ties = learners.ties_of(connection, learner_id=world.child)
    return next(tie.person_id for tie in ties if tie.person_id != world.parent)


def test_the_family_page_says_what_the_partner_gets(world: World) -> None:
    world.grant()
    rows = world.hub.who_sees_what(world.parent, world.child).rows
    for agency, purpose, role in ((EDUCATION.id, "aln-plan", "alnco"), (HEALTH.id, "aln-plan", "clinician")):
        said = {
            name
            for row in rows
            if (row.recipient, row.purpose) == (agency, purpose) and row.is_shown
            for name in row.field_ids
        }
        got = world.read(agency=agency, purpose=purpose, role=role)
        others = {name for one in got.records if one.holder != agency for name in one.fields}
        assert others <= said
        assert {row.basis for row in rows if row.is_shown} >= {"legal_obligation", "public_task", "consent"}


def test_who_looked_lists_each_disclosure(small_world: World) -> None:
    answer = small_world.read()
    looked = small_world.hub.who_looked(small_world.parent, small_world.child)
    assert [entry.id for entry in looked] == [answer.id]
    assert set(looked[0].field_ids) == fields_of(answer)


def test_a_process_that_ends_gives_the_sequencers_lease_back(world: World) -> None:
    assert world.hub.sequence() > 0
    with another_process(world) as other:
        other.hub.holder = "another-process"
        other.grant()
        assert other.hub.sequence() == 0  # the first one's lease runs
        world.hub.close()
        assert other.hub.sequence() > 0


def test_a_recipient_is_not_told_of_a_plain_no_and_the_holder_is(small_world: World) -> None:
    hub = small_world.hub
    hub.refuse(small_world.parent, small_world.offer(), shown=SHOWN)
    by_agency = {
        agency: [line.status for line in hub.consents_for(_principal(agency), small_world.handle(agency))]
        for agency in (EDUCATION.id, HEALTH.id)
    }
    assert by_agency == {EDUCATION.id: [], HEALTH.id: ["refused"]}


def _principal(agency_id: str) -> Principal:
    return Principal(agency_id, f"{agency_id}-system", "smart", "aln-plan", "system")


@pytest.mark.parametrize(
    ("fields", "days", "kind"),
    [
        (("health.speech.speech_sounds",), 30, "narrowed"),  # fewer fields
        ((), 10, "narrowed"),  # the same fields, less time
        ((), 60, "granted"),  # more time is a grant
        (("health.speech.speech_sounds",), 60, "granted"),  # fewer fields for longer is one too
    ],
)
def test_answering_again_narrows_where_it_only_takes_away(
    small_world: World, fields: tuple[str, ...], days: int, kind: str
) -> None:
    first = small_world.grant(days=30)
    offer = small_world.offer()
    again = replace(offer, field_ids=fields or offer.field_ids)
    at = small_world.hub.clock() + timedelta(days=days, seconds=-60)
    second = small_world.hub.grant(small_world.parent, again, until=at, shown=SHOWN)
    assert second.consent_id == first.consent_id
    assert events(small_world, kind)[-1] == second.event_id
    shown = {name for name in fields_of(small_world.read()) if name.startswith("health.speech")}
    assert shown == (set(fields) or shown)
    line = small_world.hub.consents(small_world.parent, small_world.child)[0]
    assert (line.status, line.valid_until) == ("active", at)
    while small_world.hub.sequence():
        pass
    policy = parse_policy(f"log {small_world.hub.sequencing.signer.vkey}\nquorum none\n".encode())
    receipt = small_world.hub.receipt(small_world.parent, second.event_id)
    assert verify_receipt(receipt, policy).outcome is Outcome.GOOD
