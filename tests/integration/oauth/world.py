"""A hub with nothing but its authorization server and one protected route, and a partner's system that talks to it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from flask import Flask, jsonify
from flask.testing import FlaskClient
from joserfc import jws
from joserfc.jwk import ECKey, import_key
from pydantic import AnyHttpUrl
from sqlalchemy import Engine, insert, update
from werkzeug.test import TestResponse

from hub.database import unit_of_work
from hub.directory.tables import agency, client
from hub.migrations.run import Store, upgrade
from hub.oauth.assertions import ASSERTION_TYPE, new_client_key, public_jwks
from hub.oauth.endpoints import register
from hub.oauth.errors import OAuthError, ScopeMissing
from hub.oauth.guard import principal, requires
from hub.oauth.keys import create_keys
from hub.oauth.model import DETAILS_TYPE, Scope
from hub.settings import Settings

TOKEN_URL = "https://hub.example/oauth/token"
START = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
FORM = "application/x-www-form-urlencoded"


class Clock:
    """The hub's clock, moved by hand."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **passed: float) -> None:
        """Let time pass."""
        self.at += timedelta(**passed)


@dataclass
class World:
    """One hub: its settings, database and clock, and an app on them."""

    settings: Settings
    engine: Engine
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.app = make_app(self.settings, self.engine, self.clock)

    @property
    def http(self) -> FlaskClient:
        """A fresh HTTP client."""
        return self.app.test_client()


def settings_in(home: Path) -> Settings:
    """Settings of a hub in `home`, with its signing keys made."""
    settings = Settings(home=home, base_url=AnyHttpUrl("https://hub.example"), token_seconds=300)
    create_keys(settings)
    return settings


def make_schema(engine: Engine) -> None:
    """Every table of the hub, by its migrations."""
    upgrade(engine, Store.MAIN)


def make_app(settings: Settings, engine: Engine, clock: Clock) -> Flask:
    """An app with the authorization server and `/v1/probe`, which says who asks."""
    app = Flask("oauth_tests")
    app.testing = True
    register(app, engine=engine, settings=settings, clock=clock)

    @app.get("/v1/probe")
    @requires("records:read")
    def probe() -> object:
        asks = principal()
        return jsonify(agency=asks.agency_id, client=asks.client_id, purpose=asks.purpose, role=asks.role)

    @app.get("/v1/other")
    @requires("consents:read")
    def other() -> object:
        return jsonify(ok=True)

    @app.errorhandler(OAuthError)
    def refused(error: OAuthError) -> object:
        return jsonify(refused=type(error).__name__), 403 if isinstance(error, ScopeMissing) else 401

    return app


@dataclass
class Partner:
    """A partner's system: registered at the hub, with its private key."""

    world: World
    key: dict[str, object] = field(default_factory=new_client_key)
    client_id: str = field(default_factory=lambda: f"client-{uuid4().hex[:12]}")
    agency_id: str = field(default_factory=lambda: f"a{uuid4().hex[:12]}")

    def registered(self, **changed: object) -> Partner:
        """Register it, with `changed` columns."""
        row = {
            "client_id": self.client_id,
            "agency_id": self.agency_id,
            "profile": "smart",
            "jwks": public_jwks(self.key),
            "token_endpoint_auth_signing_alg": "ES384",
            "scopes": [str(scope) for scope in Scope],
            "purposes": ["aln-plan"],
            "roles": ["aln-coordinator"],
            "is_active": True,
            "created_at": START,
        }
        with unit_of_work(self.world.engine) as connection:
            connection.execute(
                insert(agency).values(
                    id=self.agency_id, sector="education", name_en="A", name_cy="A", is_active=True, created_at=START
                )
            )
            connection.execute(insert(client).values(row | changed))
        return self

    def claims(self, **changed: object) -> dict[str, object]:
        """What a good assertion says, with changes; a claim set to `...` is left out."""
        now = int(self.world.clock().timestamp())
        claims: dict[str, object] = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": TOKEN_URL,
            "iat": now,
            "exp": now + 240,
            "jti": uuid4().hex,
        }
        return {name: value for name, value in (claims | changed).items() if value is not ...}

    def header(self, **changed: object) -> dict[str, object]:
        """The header of a good assertion, with changes; a member set to `...` is left out."""
        header = {"alg": "ES384", "kid": self.key["kid"], "typ": "JWT"} | changed
        return {name: value for name, value in header.items() if value is not ...}

    def assertion(self, **changed: object) -> str:
        """A good assertion with changed claims."""
        return signed(self.header(), self.claims(**changed), self.key)

    def form(self, assertion: str | None = None, **changed: object) -> dict[str, str]:
        """A good token request with changes; a parameter set to `...` is left out."""
        form: dict[str, object] = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion() if assertion is None else assertion,
            "scope": "records:read consents:read",
            "authorization_details": details(),
        }
        return {name: str(value) for name, value in (form | changed).items() if value is not ...}

    def ask(self, assertion: str | None = None, **changed: object) -> TestResponse:
        """Ask for a token."""
        return self.world.http.post("/oauth/token", data=self.form(assertion, **changed))

    def token(self, **changed: object) -> str:
        """A token; the test fails where there is none."""
        answer = self.ask(**changed)
        assert answer.status_code == 200, answer.text
        return str(answer.get_json()["access_token"])

    def probe(self, token: str) -> int:
        """The status that a request with this token gets."""
        return probe(self.world.app, token)

    def at_endpoint(self, path: str, token: str, **changed: object) -> TestResponse:
        """Revoke or introspect a token."""
        form = self.form(grant_type=..., scope=..., authorization_details=..., token=token, **changed)
        return self.world.http.post(path, data=form)

    def set(self, **columns: object) -> None:
        """Change the client's row."""
        with unit_of_work(self.world.engine) as connection:
            connection.execute(update(client).where(client.c.client_id == self.client_id).values(**columns))

    def set_agency(self, **columns: object) -> None:
        """Change the agency's row."""
        with unit_of_work(self.world.engine) as connection:
            connection.execute(update(agency).where(agency.c.id == self.agency_id).values(**columns))


def probe(app: Flask, token: str) -> int:
    """The status that a request with this token gets from this app."""
    return app.test_client().get("/v1/probe", headers={"Authorization": f"Bearer {token}"}).status_code


def details(**changed: object) -> str:
    """An `authorization_details` parameter, with changes; a member set to `...` is left out."""
    one = {"type": DETAILS_TYPE, "purpose": "aln-plan", "role": "aln-coordinator"} | changed
    return json.dumps([{name: value for name, value in one.items() if value is not ...}])


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(header: Mapping[str, object], claims: object, key: Mapping[str, object]) -> str:
    """A compact JWS over any header and claims, signed by hand so that nothing is refused on the way out."""
    payload = claims if isinstance(claims, bytes) else json.dumps(claims).encode()
    head = b64(json.dumps(header).encode())
    private = import_key(dict(key))
    assert isinstance(private, ECKey)
    algorithm = jws.JWSRegistry.algorithms["ES384" if private.curve_name == "P-384" else "ES256"]
    signature = algorithm.sign(f"{head}.{b64(payload)}".encode(), private)
    return f"{head}.{b64(payload)}.{b64(signature)}"
