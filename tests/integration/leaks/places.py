"""Worlds to look for leaks in: a random protocol, a child whom all partners know, what the family decided about it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from connectors.base import Identifier, IdentifierKind
from hub.app import create_app
from hub.database import reading, unit_of_work
from hub.demo.partnership import demo_protocol
from hub.demo.people import PARTNERS
from hub.directory import bring_handles, links, ties
from hub.directory.model import Newcomer, Principal, TieKind
from hub.oauth.model import Scope
from hub.oauth.tokens import issue_token
from hub.sharing.facts import gather
from hub.web import sessions
from policies import AccessRequest, Catalogue, Facts, Protocol, load_catalogue
from tests.hubs import Template, World, a_world, copy_of
from tests.integration.leaks.canaries import SAID, UPN, number_of
from tests.integration.leaks.protocols import random_protocol
from tests.integration.leaks.states import State, begin, tie_of
from tests.unit.policies import reference

CATALOGUE = load_catalogue()
ACTS = 24


@dataclass
class Doorbell:
    """Keeps what was rung: all that ever reaches a message broker."""

    rung: list[str] = field(default_factory=list)

    def ring(self, queue: str) -> None:
        self.rung.append(queue)


@dataclass(frozen=True, slots=True)
class Place:
    """A copy of such a world, with its application."""

    world: World
    app: Flask
    doorbell: Doorbell

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """What is in force."""
        return in_force(self.world)

    def token(self, principal: Principal) -> str:
        """A good token with every scope."""
        engine, hub = self.world.hub.engine, self.world.hub
        with reading(engine) as connection:
            found = text("SELECT client_id FROM client WHERE agency_id = :agency")
            client = str(connection.execute(found, {"agency": principal.agency_id}).scalar_one())
        return issue_token(
            engine,
            self.world.settings,
            client,
            purpose=principal.purpose,
            role=principal.role,
            scopes=list(Scope),
            at=hub.clock(),
        )

    def browser_of(self, person_id: UUID) -> FlaskClient:
        """A browser in which this person is signed in."""
        hub = self.world.hub
        with unit_of_work(hub.engine) as connection:
            session = sessions.begin(connection, person_id=person_id, before=None, at=hub.clock())
        browser = self.app.test_client()
        browser.set_cookie("dolen", session.secret)
        return browser

    def principals(self) -> list[Principal]:
        """Everybody for whom a row speaks, and each agency that reads what it holds itself."""
        named = {
            (rule.recipient, rule.purpose, role)
            for protocol in self.protocols
            for rule in protocol.rules
            for role in rule.roles
        }
        own = {
            (agency, "own-record", role)
            for protocol in self.protocols
            for agency, partner in protocol.partners.items()
            for role in partner.roles
        }
        return [
            Principal(agency, f"{agency}-system", "smart", purpose, role)
            for agency, purpose, role in sorted(named | own)
        ]

    def facts(self) -> Facts:
        """What is true of the child now, besides age, level and reads: no protocol of these tests asks for those."""
        hub = self.world.hub
        at = hub.clock()
        with reading(hub.engine) as connection:
            sight = [person.person_id for person in ties.people_with_sight(connection, self.world.child, at=at)]
            return gather(connection, self.world.child, deciders=sight, catalogue=CATALOGUE, at=at).as_facts()

    def visible(self, principal: Principal) -> set[tuple[str, str]]:
        """Holder and field id of what the slow reference lets them see: nothing else of the hub is asked."""
        facts, at = self.facts(), self.world.hub.clock()
        return {
            (holder.id, name)
            for holder in PARTNERS
            for name in reference.answer(
                CATALOGUE, self.protocols, _asking(principal, holder.id, CATALOGUE, at), facts
            ).allowed
        }


def _asking(principal: Principal, holder: str, catalogue: Catalogue, at: datetime) -> AccessRequest:
    return AccessRequest(
        recipient=principal.agency_id,
        role=principal.role,
        purpose=principal.purpose,
        holder=holder,
        wanted=catalogue.everything,
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Made:
    """A world to be copied, and the state of the child in it."""

    seed: int
    template: Template
    state: State


def make(folder: Path, seed: int) -> Made:
    """A world of its own protocol, with the child and the family's answers, but without a single value of the child."""
    sample = demo_protocol(datetime.now(UTC).date())
    with a_world("sqlite", folder, protocol=random_protocol(sample, CATALOGUE, seed)) as world:
        child = _child_of(world)
        _register_for_everything(world)
        state = begin(child, Random(seed))
        for _ in range(ACTS):
            state.change()
        names = (world.hub.engine.url.database or "", world.hub.key_engine.url.database or "")
        return Made(seed, Template("sqlite", folder, child.partnership, names), state)


def _child_of(world: World) -> World:
    """The same world, seen from a new child whom all partners know, and of whom none holds anything yet."""
    hub = world.hub
    for agency in PARTNERS:
        newcomer = Newcomer(number_of(agency.id), (Identifier(IdentifierKind.UPN, UPN),), SAID)
        with reading(hub.engine) as connection:
            prepared = bring_handles.prepare(connection, hub.keys, agency_id=agency.id, newcomers=[newcomer])
        with unit_of_work(hub.engine) as connection:
            (arrival,) = bring_handles.bring(connection, hub.keys, prepared, at=hub.clock())
            child = links.learner_of(connection, agency.id, arrival.handle_id)
    assert child is not None
    with reading(hub.engine) as connection:
        handles = dict(links.handles_of(connection, child))
    assert set(handles) == {one.id for one in PARTNERS}
    about = World(hub, replace(world.partnership, child=child, child_handles=handles), world.settings)
    hub.write_tie(tie_of(about, about.parent, TieKind.MOTHER))
    hub.hand_over(child, about.partnership.people["heledd"], because="Co-ordinates the plan")
    return about


def in_force(world: World) -> tuple[Protocol, ...]:
    """The protocols that decide in a world."""
    with reading(world.hub.engine) as connection:
        return world.hub.sharing.book.protocols(connection)


def _register_for_everything(world: World) -> None:
    """Let each partner's system ask in every role and for every purpose, whether or not a row speaks for them."""
    every = [one for protocol in in_force(world) for one in (*protocol.purposes, "own-record")]
    roles = [one for protocol in in_force(world) for one in protocol.roles]
    with unit_of_work(world.hub.engine) as connection:
        connection.execute(
            text("UPDATE client SET purposes = :purposes, roles = :roles, scopes = :scopes"),
            {"purposes": json.dumps(every), "roles": json.dumps(roles), "scopes": json.dumps([*Scope])},
        )


@contextmanager
def place_of(made: Made, folder: Path) -> Iterator[Place]:
    """A copy of the world, to plant values in."""
    folder.mkdir()
    with copy_of(made.template, folder) as world:
        doorbell = Doorbell()
        world.hub.doorbell = doorbell
        yield Place(world, create_app(world.settings, doorbell, hub=world.hub), doorbell)
