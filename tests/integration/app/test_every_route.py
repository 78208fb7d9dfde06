"""What must hold for every address of the application as it is served: API, authorization server and pages together."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from hub.app import create_app
from hub.database import new_id
from hub.oauth.guard import access_rule
from hub.web import access
from hub.web.guard import owns
from hub.wiring.build import SilentDoorbell
from tests.hubs import World

ARCHITECTURE = Path(__file__).parents[3] / "docs" / "architecture.md"
LANGUAGES = ("en", "cy")
# What anybody may fetch and nothing personal can be in: the way to a language, and what style sheets are made of.
WITHOUT_A_RULE = {"web_assets.root", "web_assets.static"}


@pytest.fixture
def app(small_world: World) -> Flask:
    """The application on a hub with the demo's partnership."""
    return create_app(small_world.settings, SilentDoorbell(), hub=small_world.hub)


def ruleless(app: Flask) -> set[str]:
    """Endpoints of which nobody has said who may have them."""
    with app.app_context():
        return {
            rule.endpoint
            for rule in app.url_map.iter_rules()
            if access_rule(app.view_functions[rule.endpoint]) is None and access.rule_of(rule.endpoint) is None
        }


def shape(path: str) -> str:
    """A route's address with its variable parts left blank."""
    return re.sub(r"<[^>]+>|\{[^{},]+\}", "{}", path)


def addresses_in(text: str) -> set[str]:
    """Addresses that a page names in code spans; `/oauth/{token,revoke}` stands for two."""
    found = set()
    for named in re.findall(r"`(/[^`\s]*)`", text):
        parts = [part.split(",") if "," in part else [f"{{{part}}}"] for part in re.findall(r"\{([^{}]+)\}", named)]
        pieces = re.split(r"\{[^{}]+\}", named)
        for choice in product(*parts):
            words = [*(word for pair in zip(pieces, choice, strict=False) for word in pair), pieces[-1]]
            found.add(shape("".join(words)))
    return found


def undocumented(app: Flask, text: str) -> set[str]:
    """Addresses outside the pages' languages that a text doesn't name."""
    served = {shape(rule.rule) for rule in app.url_map.iter_rules() if not rule.endpoint.startswith("web.")}
    return served - addresses_in(text)


def filled(rule: Rule, language: str) -> str:
    """An address of a route, every part filled in with what nobody has."""
    values = {name: str(new_id()) for name in rule.arguments} | {"key": 32 * "0", "language": language, "slug": "x"}
    built = rule.build({name: value for name, value in values.items() if name in rule.arguments})
    assert built is not None
    return built[1]


def test_every_route_has_an_access_rule(app: Flask) -> None:
    assert ruleless(app) == WITHOUT_A_RULE


def test_a_planted_route_without_a_rule_is_seen(app: Flask) -> None:
    app.add_url_rule("/planted", "planted", lambda: "open")
    assert ruleless(app) == WITHOUT_A_RULE | {"planted"}


def test_every_address_stands_in_the_architecture_page(app: Flask) -> None:
    assert undocumented(app, ARCHITECTURE.read_text(encoding="utf-8")) == set()


def test_a_planted_undocumented_address_is_seen(app: Flask) -> None:
    app.add_url_rule("/v1/planted/<uuid:it>", "planted", lambda it: "open")
    text = ARCHITECTURE.read_text(encoding="utf-8")
    assert undocumented(app, text) == {"/v1/planted/{}"}
    assert undocumented(app, text + "\n`/v1/{planted,other}/{id}`") == set()


def test_every_page_is_there_in_both_languages_and_in_no_third(app: Flask) -> None:
    pages = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.")]
    assert len(pages) > 25
    http = app.test_client()
    for rule in pages:
        method = "GET" if "GET" in (rule.methods or ()) else "POST"
        twins = [http.open(filled(rule, language), method=method) for language in LANGUAGES]
        assert len({answer.status_code for answer in twins}) == 1, rule.rule
        for language, answer in zip(LANGUAGES, twins, strict=True):
            said = answer.headers.get("Content-Language") or answer.headers["Location"].split("/")[1]
            assert said == language, rule.rule
        third = http.open(filled(rule, "en").replace("/en/", "/fr/", 1), method=method)
        assert third.status_code == 404, rule.rule


def test_without_token_or_session_nothing_answers_but_what_says_that_it_is_open(app: Flask) -> None:
    http = app.test_client()
    for rule in app.url_map.iter_rules():
        said = access_rule(app.view_functions[rule.endpoint]) or ""
        if said.startswith("scope "):
            for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
                answer = http.open(filled(rule, "en"), method=method)
                assert (answer.status_code, answer.content_type) == (401, "application/problem+json"), rule.rule


@pytest.mark.parametrize("path", ["/nowhere", "/v1/nowhere", "/oauth/nowhere", "/en/nowhere", "/cy/nowhere"])
def test_an_error_is_a_page_for_people_and_a_problem_for_systems(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    assert answer.status_code == 404
    assert answer.mimetype == ("text/html" if owns(path) else "application/problem+json")
    assert path not in answer.text
