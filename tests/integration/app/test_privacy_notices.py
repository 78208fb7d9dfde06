"""Privacy notices as a hub serves them: open to all, in both languages, and gone with the protocol they came from."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from hub.app import create_app
from hub.database import unit_of_work
from hub.wiring.build import SilentDoorbell
from tests.hubs import World


@pytest.fixture
def browser(small_world: World) -> FlaskClient:
    """Somebody who is not signed in."""
    return create_app(small_world.settings, SilentDoorbell(), hub=small_world.hub).test_client()


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_partner_has_a_notice_for_adults_and_one_for_children(browser: FlaskClient, language: str) -> None:
    index = browser.get(f"/{language}/privacy").text
    links = set(re.findall(rf'href="(/{language}/privacy/[a-z-]+(?:/child)?)"', index))
    agencies = {"afon-health", "dyffryn-education", "dyffryn-social-care"}
    assert links == {f"/{language}/privacy/{name}{tail}" for name in agencies for tail in ("", "/child")}
    for link in links:
        answer = browser.get(link)
        assert answer.status_code == 200
        assert answer.headers["Content-Language"] == language
        assert ("Cydsyniad" in answer.text or "dim ond os mai ie" in answer.text) is (language == "cy")


def test_the_way_to_the_notices_is_on_every_page(browser: FlaskClient) -> None:
    assert 'href="/en/privacy"' in browser.get("/en/").text
    assert 'href="/cy/privacy"' in browser.get("/cy/accessibility").text


def test_a_partner_that_is_none_has_no_notice(browser: FlaskClient) -> None:
    for path in ("/en/privacy/no-such", "/en/privacy/no-such/child", "/cy/privacy/%3Cscript%3E"):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert "<script>" not in answer.text


def test_a_protocol_that_no_longer_decides_is_no_longer_published(browser: FlaskClient, small_world: World) -> None:
    assert browser.get("/en/privacy/afon-health").status_code == 200
    with unit_of_work(small_world.hub.engine) as connection:
        connection.execute(text("UPDATE protocol_state SET state = 'suspended'"))
    assert browser.get("/en/privacy/afon-health").status_code == 404
    assert "nothing is shared" in browser.get("/en/privacy").text
