"""A whole hub with its web application, to be attacked."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from hub.app import create_app
from hub.database import reading, unit_of_work
from hub.demo.people import EDUCATION
from hub.oauth.keys import create_keys
from hub.oauth.tokens import issue_token
from hub.web import sessions
from hub.wiring.build import SilentDoorbell
from tests.hubs import World, postgres_world, small_world, sqlite_world, world  # noqa: F401 - fixtures


@dataclass(frozen=True, slots=True)
class Target:
    """A hub, its application, and what an attacker begins with."""

    world: World
    app: Flask

    def token(self, *scopes: str, agency: str = EDUCATION.id, purpose: str = "aln-plan", role: str = "alnco") -> str:
        """A good token of an agency's own client."""
        engine = self.world.hub.engine
        with reading(engine) as connection:
            found = text("SELECT client_id FROM client WHERE agency_id = :agency")
            client = str(connection.execute(found, {"agency": agency}).scalar_one())
        return issue_token(
            engine, self.world.settings, client, purpose=purpose, role=role, scopes=scopes, at=self.world.hub.clock()
        )

    def ask(self, address: str, token: str, *, json: object = None) -> TestResponse:
        """A request to the API: with a body a POST, without one a GET."""
        method = "GET" if json is None else "POST"
        headers = {"Authorization": f"Bearer {token}"}
        return self.app.test_client().open(address, method=method, headers=headers, json=json)

    def browser_of(self, person_id: UUID) -> FlaskClient:
        """A browser in which this person is signed in."""
        hub = self.world.hub
        with unit_of_work(hub.engine) as connection:
            session = sessions.begin(connection, person_id=person_id, before=None, at=hub.clock())
        browser = self.app.test_client()
        browser.set_cookie("dolen", session.secret)
        return browser

    def tamper(self, table: str, statement: str, **values: object) -> None:
        """Change rows as somebody with the database file would: triggers are taken off first."""
        triggers = text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        with unit_of_work(self.world.hub.engine) as connection:
            for name in connection.execute(triggers, {"table": table}).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
            changed = connection.execute(text(statement), values).rowcount
        assert changed, "the attack changed nothing"


@pytest.fixture
def target(small_world: World) -> Target:  # noqa: F811 - a fixture
    """A hub on SQLite with its application."""
    create_keys(small_world.settings)
    return Target(small_world, create_app(small_world.settings, SilentDoorbell(), hub=small_world.hub))
