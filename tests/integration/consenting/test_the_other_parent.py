"""Two parents who must not find each other: what one does or is leaves no trace in anything that the other is given."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select

from consent.tables import ledger_outbox
from hub.consenting.tie import NewTie
from hub.database import reading, unit_of_work
from hub.demo.clear_text import patterns
from hub.demo.people import HEALTH, PARENT
from hub.directory.model import Contact, PersonRole, Standing, TieKind
from hub.directory.register import draft_person, register_person
from tests.hubs import SHOWN, World

FATHER = Contact(
    name="Tomos Cudd-Enghraifft",
    email="tomos.cudd@lloches.example",
    phone="07700 900888",
    address="Lloches, 9 Heol Gudd, Dyffryn ZZ9 9QY",
)
EVIDENCE = "Seen at the refuge, agreement 88-Cudd"


def father_of(world: World) -> UUID:
    """A second parent, whose contact details nobody may learn here."""
    draft = draft_person(world.hub.keys, agency_id=None, role=PersonRole.FAMILY, contact=FATHER)
    with unit_of_work(world.hub.engine) as connection:
        person = register_person(connection, draft, at=world.hub.clock())
    world.hub.write_tie(
        NewTie(
            learner_id=world.child,
            person_id=person,
            kind=TieKind.FATHER,
            standing=Standing.PARENT,
            evidence_kind="parental_responsibility_agreement",
            evidence=EVIDENCE,
            from_on=date(2025, 1, 1),
            until_on=None,
            checked_by=world.partnership.people["heledd"],
        )
    )
    return person


def everything_given_to(world: World, person: UUID) -> str:
    """All that the pages of one person can be made from, as text; hidden parts of values too."""
    hub, child = world.hub, world.child
    given = [
        hub.learners_of(person),
        hub.who_sees_what(person, child),
        hub.who_looked(person, child),
        hub.offers(person, child),
        hub.consents(person, child),
        hub.receipts(person, child),
        hub.inbox(person),
    ]
    return repr([spelled_out(one) for one in given])


def spelled_out(value: object) -> object:
    """A value with every field of its dataclasses, also those that keep out of `repr`."""
    if is_dataclass(value):
        return [spelled_out(getattr(value, one.name)) for one in fields(value)]
    return [spelled_out(one) for one in value] if isinstance(value, list | tuple) else value


def stream_of(world: World, person: UUID) -> list[UUID]:
    """Ledger entries in this person's own stream."""
    wanted = ledger_outbox.c.stream == f"sight:{world.child}:{person}"
    with reading(world.hub.engine) as connection:
        statement = select(ledger_outbox.c.id).where(wanted).order_by(ledger_outbox.c.number)
        return list(connection.execute(statement).scalars())


def test_nothing_that_one_parent_is_given_says_who_or_where_the_other_is(small_world: World) -> None:
    father = father_of(small_world)
    hub, child = small_world.hub, small_world.child
    offer = next(one for one in hub.offers(father, child) if (one.holder, one.group_id) == (HEALTH.id, "health.speech"))
    granted = hub.grant(father, offer, until=hub.clock() + timedelta(days=30), shown=SHOWN)
    small_world.read()
    hub.withdraw(father, granted.consent_id, shown=SHOWN, reason="Because of the refuge")
    hub.deliver_due(hub.clock())
    theirs = [FATHER.name, FATHER.email or "", FATHER.phone or "", FATHER.address or "", EVIDENCE, str(father)]
    wanted = patterns([*theirs, "Because of the refuge", str(granted.event_id)])
    given = everything_given_to(small_world, small_world.parent).encode()
    assert child.hex in given.decode() or str(child) in given.decode()
    assert [one.name for one in wanted if one.content in given] == []
    back = everything_given_to(small_world, father).encode()
    assert str(granted.event_id).encode() in back  # what is looked for is there where it may be
    assert [
        one.name for one in patterns([PARENT.contact.name, PARENT.contact.address or ""]) if one.content in back
    ] == []


def test_what_one_parent_decides_is_not_in_the_stream_of_the_other(small_world: World) -> None:
    father = father_of(small_world)
    before = stream_of(small_world, father)
    granted = small_world.grant()
    small_world.withdraw(granted)
    small_world.hub.deliver_due(small_world.hub.clock())
    assert stream_of(small_world, father) == before
    assert len(stream_of(small_world, small_world.parent)) >= 2
