"""Check, diff and records: the command line and the interface for partners' systems give one answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import insert
from werkzeug.test import TestResponse

from hub.app import create_app
from hub.cli import cli
from hub.database import unit_of_work
from hub.demo.people import EDUCATION, HEALTH
from hub.directory.tables import agency, client
from hub.oauth.assertions import new_client_key, public_jwks
from hub.oauth.issuer import token_url
from hub.wiring.build import SilentDoorbell
from tests.hubs import World
from tests.integration.oauth.world import Partner, signed
from tests.integration.oauth.world import World as OAuthWorld

FIRST = "dyffryn-afon-demo/1"
SECOND = "dyffryn-afon-demo/2"
YAML = "application/yaml"


class System:
    """A system of one partner of a whole hub."""

    def __init__(self, world: World, agency_id: str, app: Flask) -> None:
        self.http = app.test_client()
        key, name = new_client_key(), f"client-{uuid4().hex[:12]}"
        at = world.hub.clock()
        with unit_of_work(world.hub.engine) as connection:
            connection.execute(
                insert(client).values(
                    client_id=name,
                    agency_id=agency_id,
                    profile="smart",
                    jwks=public_jwks(key),
                    token_endpoint_auth_signing_alg="ES384",
                    scopes=["policy:read"],
                    purposes=[],
                    roles=[],
                    is_active=True,
                    created_at=at,
                )
            )
        partner = Partner(OAuthWorld(world.settings, world.hub.engine, world.hub.clock), key, name, agency_id)  # type: ignore[arg-type]
        claims = partner.claims(aud=token_url(world.settings))
        form = partner.form(signed(partner.header(), claims, key), scope="policy:read", authorization_details=...)
        answer = self.http.post("/oauth/token", data=form)
        assert answer.status_code == 200, answer.text
        self.headers = {"Authorization": f"Bearer {answer.get_json()['access_token']}"}

    def get(self, path: str) -> TestResponse:
        """Ask."""
        return self.http.get(path, headers=self.headers)

    def check(self, content: bytes, content_type: str = YAML) -> TestResponse:
        """Have a draft checked."""
        return self.http.post("/v1/policy/check", headers=self.headers, data=content, content_type=content_type)


@pytest.fixture
def app(small_world: World) -> Flask:
    """The application on a hub with the demo's partnership."""
    return create_app(small_world.settings, SilentDoorbell(), hub=small_world.hub)


@pytest.fixture
def system(small_world: World, app: Flask) -> System:
    """A system of the education service."""
    return System(small_world, EDUCATION.id, app)


def printed(world: World, *arguments: str) -> dict[str, Any]:
    """What a command of `dolen policy` prints as JSON, whatever its answer is."""
    env = {
        "DOLEN_HOME": str(world.settings.home),
        "DOLEN_DATABASE_URL": world.settings.main_database,
        "DOLEN_KEYS_URL": world.settings.key_database,
    }
    found = CliRunner().invoke(cli, ["policy", *arguments, "--json"], env=env, prog_name="dolen")
    assert found.exit_code in (0, 1), found.output
    said: dict[str, Any] = json.loads(found.stdout)
    return said


def source(world: World) -> str:
    """The demo's protocol."""
    (file,) = world.settings.protocol_folder.glob("dyffryn-*.yaml")
    return file.read_text(encoding="utf-8")


def nameless(answer: Mapping[str, Any]) -> dict[str, Any]:
    """An answer of a check without the names of files: bytes that were sent have none."""
    return {
        key: [{name: said for name, said in one.items() if name != "file"} for one in value]
        if key in ("protocols", "problems", "notices") else value
        for key, value in answer.items()
    }  # fmt: skip


DRAFTS = {
    "good": ("\nversion: 1\n", "\nversion: 2\n"),
    "a review long ago": ("\nreview_on: ", "\nreview_on: 2026-01-02 #"),
    "what does not load": ("\nkind: reciprocal", "\nkind: friendly"),
    "a key too much": ("\nkind: reciprocal", "\nkind: reciprocal\nmore: true"),
    "no YAML": ("\nkind: reciprocal", "\nkind: [reciprocal"),
}


@pytest.mark.parametrize("which", DRAFTS)
def test_a_draft_is_checked_alike(small_world: World, system: System, tmp_path: Path, which: str) -> None:
    old, new = DRAFTS[which]
    assert old in source(small_world)
    content = source(small_world).replace(old, new, 1).encode()
    path = tmp_path / "draft.yaml"
    path.write_bytes(content)
    arguments = ["check", str(path), "--draft"]
    standing = small_world.settings.protocol_folder / "properties.yaml"
    arguments += ["--properties", str(standing)] if standing.exists() else []
    answer = system.check(content)
    assert answer.status_code == 200
    assert nameless(answer.get_json()) == nameless(printed(small_world, *arguments))
    assert str(small_world.settings.home) not in answer.text
    assert answer.get_json()["ok"] is (which == "good")
    assert which == "good" or all(one["line"] > 0 for one in answer.get_json()["problems"])


def test_two_registered_versions_are_compared_alike(small_world: World, system: System) -> None:
    text = source(small_world).replace("\nversion: 1\n", "\nversion: 2\n", 1)
    tomorrow = small_world.hub.clock().date() + timedelta(days=1)
    text = re.sub(r"\nin_force_from: [0-9-]+", f"\nin_force_from: {tomorrow}", text, count=1)
    begin = text.index("  - id: he-speech\n")
    text = text[:begin] + text[text.index("\n  - id: ", begin) + 1 :]
    small_world.hub.protocols.propose(text.encode(), file="second.yaml")
    for before, after in ((FIRST, SECOND), (SECOND, FIRST), (FIRST, FIRST)):
        answer = system.get(f"/v1/policy/diff?from={before}&to={after}")
        assert answer.status_code == 200, answer.text
        assert answer.get_json() == printed(small_world, "diff", before, after)
        assert answer.get_json()["same_meaning"] is (before == after)


def test_versions_of_others_and_versions_that_are_none_answer_alike(small_world: World, app: Flask) -> None:
    with unit_of_work(small_world.hub.engine) as connection:
        connection.execute(
            insert(agency).values(
                id="elsewhere", sector="health", name_en="E", name_cy="E", is_active=True,
                created_at=small_world.hub.clock(),
            )
        )  # fmt: skip
    stranger = System(small_world, "elsewhere", app)
    theirs = stranger.get(f"/v1/policy/diff?from={FIRST}&to={FIRST}")
    nobodys = stranger.get("/v1/policy/diff?from=no-such/1&to=no-such/1")
    assert (theirs.status_code, theirs.get_json()) == (nobodys.status_code, nobodys.get_json())
    assert theirs.status_code == 404
    assert stranger.get("/v1/policy/records").get_json()["processing"]["rows"] == []


@pytest.mark.parametrize(
    "query", ["", "?from=a", f"?from={FIRST}", f"?from={FIRST}&to=../1", f"?from={FIRST}&to={FIRST}&x=1"]
)
def test_a_comparison_of_what_are_no_versions_is_refused(system: System, query: str) -> None:
    assert system.get(f"/v1/policy/diff{query}").status_code == 400


@pytest.mark.parametrize("partner", [EDUCATION.id, HEALTH.id])
def test_each_partner_gets_its_own_register_alike(small_world: World, app: Flask, partner: str) -> None:
    answer = System(small_world, partner, app).get("/v1/policy/records")
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert found == printed(small_world, "records", "--partner", partner)
    assert found["processing"]["rows"]
    assert {one["file"] for one in found["files"]} >= {"register.csv", f"privacy-{partner}.html"}


BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: [*c, *c]\n"
TAGGED = b"a: !!python/object:os.system x"
HOSTILE = [b"", b"\x00", b"\xff\xfe", BOMB, b"[" * 5_000, TAGGED, b"- x\n" * 60_000, b"x" * 1_000_000]


@pytest.mark.parametrize("content", HOSTILE)
def test_a_hostile_draft_is_a_finding_with_a_line(system: System, content: bytes) -> None:
    answer = system.check(content)
    assert answer.status_code == 200
    found = answer.get_json()
    assert found["ok"] is False
    assert [one["check"] for one in found["problems"]] == ["unreadable"]
    assert found["problems"][0]["line"] >= 1


def test_two_megabytes_and_other_types_are_refused(system: System) -> None:
    assert system.check(b"x" * 2_000_000).status_code == 413
    for content_type in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data"):
        assert system.check(b"a: b", content_type).status_code == 415
    assert system.check(b"a: b", "text/plain").status_code == 200


def test_who_checks_too_often_is_told_when_to_come_back(system: System) -> None:
    answers = [system.check(b"a: b") for _ in range(11)]
    assert [one.status_code for one in answers[:10]] == [200] * 10
    assert answers[10].status_code == 429
    assert 0 < int(answers[10].headers["Retry-After"]) <= 60
