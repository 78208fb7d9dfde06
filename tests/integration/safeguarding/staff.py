"""The people of partners who set bars and make overrides, and what these tests do with them over and over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from consent.ledger import outbox
from hub.database import reading, unit_of_work
from hub.demo.people import HEALTH
from hub.directory.acting_roles import let_act
from hub.directory.model import Contact, Office, PersonRole, Principal
from hub.directory.offices import name_office
from hub.directory.register import draft_person, register_person
from hub.safeguarding.model import EvidenceKind, NewBar, Override, OverrideReason
from hub.sharing.model import RecordQuery
from hub.wiring.build import build
from policies.bars import BarKind
from tests.hubs import World, fields_of

POSTCODES = ("social_care.home_postcode", "social_care.placement.postcode")
WORDS = "Seen running towards the weir at dusk, Cored-Enghraifft 31"
EVIDENCE = "Order of the family court at Dyffryn, 12 May, Gorchymyn-77"


@dataclass(frozen=True, slots=True)
class Staff:
    """People of one partner: two who act in a protocol role, its safeguarding lead and its designated person."""

    acting: UUID
    second: UUID
    lead: UUID
    designated: UUID


class Clock:
    """A clock that a test moves; it begins at the present."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def pass_(self, **amount: float) -> None:
        """Let time go by."""
        self.at += timedelta(**amount)


def person_of(world: World, agency_id: str, *, role: str | None = None, email: str | None = None) -> UUID:
    """A new worker of a partner, who may act in `role`."""
    contact = Contact(name="Gweithiwr Enghraifft", email=email)
    draft = draft_person(world.hub.keys, agency_id=agency_id, role=PersonRole.PRACTITIONER, contact=contact)
    at = world.hub.clock()
    with unit_of_work(world.hub.engine) as connection:
        person = register_person(connection, draft, at=at)
        if role is not None:
            let_act(connection, person_id=person, role=role, at=at)
    return person


def staff_of(world: World, agency_id: str, role: str) -> Staff:
    """The people of a partner."""
    made = Staff(
        acting=person_of(world, agency_id, role=role, email=f"acting@{agency_id}.example"),
        second=person_of(world, agency_id, role=role, email=f"second@{agency_id}.example"),
        lead=person_of(world, agency_id, email=f"lead@{agency_id}.example"),
        designated=person_of(world, agency_id, email=f"designated@{agency_id}.example"),
    )
    with unit_of_work(world.hub.engine) as connection:
        for office, person in ((Office.SAFEGUARDING, made.lead), (Office.DESIGNATED, made.designated)):
            name_office(connection, agency_id=agency_id, holds=office, person_id=person, at=world.hub.clock())
    return made


@contextmanager
def timed(world: World) -> Iterator[tuple[World, Clock]]:
    """The same home as another process sees it whose clock the test moves."""
    clock = Clock()
    hub = build(world.settings, clock=clock)
    try:
        yield World(hub, world.partnership, world.settings), clock
    finally:
        hub.close()


def override_of(world: World, **others: object) -> Override:
    """An override by the health board for the two postcodes that social services hold."""
    values: dict[str, object] = {
        "handle_id": world.handle(HEALTH.id),
        "role": "clinician",
        "purpose": "safeguarding",
        "field_ids": POSTCODES,
        "reason": OverrideReason.MISSING,
        "words": WORDS,
    }
    return Override(**{**values, **others})  # type: ignore[arg-type]  # the values of a test


def bar_of(world: World, kind: BarKind = BarKind.HIDDEN_LOCATION, **others: object) -> NewBar:
    """A bar to be set, looked at again in half a year."""
    values: dict[str, object] = {
        "learner_id": world.child,
        "kind": kind,
        "evidence_kind": EvidenceKind.RISK_ASSESSMENT,
        "evidence": EVIDENCE,
        "review_on": world.hub.clock().date() + timedelta(days=180),
    }
    return NewBar(**{**values, **others})  # type: ignore[arg-type]  # the values of a test


def read_as_clinician(world: World, acting: UUID | None = None) -> set[str]:
    """Fields that the health board's clinician system reads of the child for safeguarding."""
    principal = Principal(HEALTH.id, "afon-health-system", "smart", "safeguarding", "clinician", acting)
    return fields_of(world.hub.disclose(principal, world.handle(HEALTH.id), RecordQuery()), "dyffryn-social-care")


def streams_of(world: World, subject: UUID) -> set[str]:
    """Streams that have an entry about a bar, an override or a disclosure."""
    with reading(world.hub.engine) as connection:
        return {entry.stream for entry in outbox.entries_for(connection, [subject])}


def kinds_told(world: World, person: UUID) -> list[str]:
    """Kinds of the notices in a person's inbox after a sweep, newest first."""
    while world.hub.deliver_due(world.hub.clock()):
        pass
    return [entry.kind for entry in world.hub.inbox(person)]
