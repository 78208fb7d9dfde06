"""Random states of one child: what a family, a safeguarding lead and a worker can do, one act after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import insert, update

from hub.circumstances.tables import objection
from hub.consenting.model import Offer
from hub.consenting.tie import NewTie
from hub.database import new_id, reading, unit_of_work
from hub.demo.people import HEALTH
from hub.directory.model import Contact, PersonRole, Standing, TieKind
from hub.directory.register import draft_person, register_person
from policies import Basis
from policies.bars import BarKind
from tests.hubs import SHOWN, World
from tests.integration.safeguarding.staff import Staff, bar_of, override_of, person_of, staff_of


@dataclass
class State:
    """A child's state, and the acts that change it; every act is drawn from one source of chance."""

    world: World
    random: Random
    staff: Staff
    other: UUID
    bars: list[UUID] = field(default_factory=list)
    overrides: list[tuple[UUID, UUID]] = field(default_factory=list)
    """Whose each is, and which."""

    def elsewhere(self, world: World, random: Random) -> State:
        """The same state in a copy of the world, to go on from."""
        return replace(self, world=world, random=random, bars=list(self.bars), overrides=list(self.overrides))

    def change(self) -> str:
        """One act; answers its name."""
        acts: tuple[Callable[[], None], ...] = (
            self.agree, self.agree, self.agree, self.refuse, self.narrow, self.stop, self.bar, self.bar,
            self.lift, self.object, self.object, self.let_on, self.override, self.override, self.end_override,
        )  # fmt: skip
        act = self.random.choice(acts)
        act()
        return act.__name__

    def _person(self) -> UUID:
        return self.random.choice((self.world.parent, self.other))

    def _offer(self, person: UUID) -> Offer | None:
        offers = self.world.hub.offers(person, self.world.child)
        return self.random.choice(offers) if offers else None

    def agree(self) -> None:
        person = self._person()
        if (offer := self._offer(person)) is not None:
            until = self.world.hub.clock() + timedelta(days=self.random.randint(1, 30))
            self.world.hub.grant(person, offer, until=until, shown=SHOWN)

    def narrow(self) -> None:
        """Agree to a part of what is asked."""
        person = self._person()
        if (offer := self._offer(person)) is not None:
            some = tuple(self.random.sample(offer.field_ids, self.random.randint(1, len(offer.field_ids))))
            until = self.world.hub.clock() + timedelta(days=3)
            self.world.hub.grant(person, replace(offer, field_ids=some), until=until, shown=SHOWN)

    def refuse(self) -> None:
        person = self._person()
        if (offer := self._offer(person)) is not None:
            self.world.hub.refuse(person, offer, shown=SHOWN)

    def stop(self) -> None:
        person = self._person()
        lines = [one for one in self.world.hub.consents(person, self.world.child) if str(one.status) == "active"]
        if lines:
            self.world.hub.withdraw(person, self.random.choice(lines).consent_id, shown=SHOWN)

    def bar(self) -> None:
        names = sorted(self.world.hub.catalogue.by_id)
        wanted = bar_of(
            self.world,
            self.random.choice(list(BarKind)),
            field_ids=tuple(self.random.sample(names, self.random.randint(1, 12))),
            recipient=self.random.choice((None, None, "dyffryn-education", "dyffryn-social-care")),
        )
        self.bars.append(self.world.hub.safeguarding.set_bar(self.staff.lead, wanted))

    def lift(self) -> None:
        if self.bars:
            chosen = self.bars.pop(self.random.randrange(len(self.bars)))
            self.world.hub.safeguarding.lift_bar(self.staff.lead, chosen, reasons="Discharged")

    def object(self) -> None:
        """An objection that is open, to some fields of a row on public task."""
        book = self.world.hub.sharing.book
        with reading(self.world.hub.engine) as connection:
            found = book.protocols(connection)
        rules = [rule for protocol in found for rule in protocol.rules if rule.basis is Basis.PUBLIC_TASK]
        if not rules:
            return
        rule = self.random.choice(rules)
        at = self.world.hub.clock()
        with unit_of_work(self.world.hub.engine) as connection:
            connection.execute(
                insert(objection).values(
                    id=new_id(),
                    learner_id=self.world.child,
                    person_id=self.world.parent,
                    holder_id=rule.holder,
                    recipient_id=rule.recipient,
                    purpose=rule.purpose,
                    ordinals=[at for at in range(rule.mask.bit_length()) if rule.mask >> at & 1][::2],
                    sealed_words=b"-",
                    made_at=at,
                    answer_due_on=at.date() + timedelta(days=30),
                )
            )

    def let_on(self) -> None:
        """Every objection is withdrawn."""
        with unit_of_work(self.world.hub.engine) as connection:
            connection.execute(
                update(objection).where(objection.c.withdrawn_at.is_(None)).values(withdrawn_at=self.world.hub.clock())
            )

    def override(self, *, is_delayed: bool = False) -> None:
        """A worker opens fields that a row keeps for an override; each worker makes one, so that none is held back."""
        acting = person_of(self.world, HEALTH.id, role="clinician")
        ways = self.world.hub.safeguarding.desk(acting, self.world.handle(HEALTH.id)).ways
        if not ways:
            return
        way = self.random.choice(ways)
        delay = {"sight_from": self.world.hub.clock() + timedelta(days=2), "sight_reason": "It would warn somebody"}
        wanted = override_of(
            self.world,
            role=way.role,
            purpose=way.purpose,
            field_ids=tuple(self.random.sample(way.field_ids, self.random.randint(1, len(way.field_ids)))),
            **(delay if is_delayed else {}),
        )
        made = self.world.hub.safeguarding.make_override(acting, wanted).override_id
        self.world.hub.safeguarding.confirm_override(self.staff.second, made)
        self.overrides.append((acting, made))

    def end_override(self) -> None:
        """The newest override ends."""
        if self.overrides:
            acting, chosen = self.overrides.pop()
            self.world.hub.safeguarding.end_override(acting, chosen)


def begin(world: World, random: Random) -> State:
    """Nobody has decided anything yet."""
    return State(world, random, staff_of(world, HEALTH.id, "clinician"), another_parent(world))


def another_parent(world: World) -> UUID:
    """A second person who may decide about the child."""
    contact = Contact(name="Tomos Ail-Enghraifft", email="tomos.ail@teulu.example")
    draft = draft_person(world.hub.keys, agency_id=None, role=PersonRole.FAMILY, contact=contact)
    with unit_of_work(world.hub.engine) as connection:
        person = register_person(connection, draft, at=world.hub.clock())
    world.hub.write_tie(tie_of(world, person, TieKind.FATHER))
    return person


def tie_of(world: World, person: UUID, kind: TieKind) -> NewTie:
    """A parent's tie to the child."""
    return NewTie(
        learner_id=world.child,
        person_id=person,
        kind=kind,
        standing=Standing.PARENT,
        evidence_kind="birth_registration",
        evidence="Seen at the school office",
        from_on=date(2025, 9, 1),
        until_on=None,
        checked_by=world.partnership.people["heledd"],
    )
