"""Pages about protocols on a whole hub, in both languages: the register for workers, the difference for a family."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

import policies
from hub.app import create_app
from hub.database import unit_of_work
from hub.demo.people import ACCOUNTABLE, EDUCATION, HEALTH
from hub.web import sessions
from hub.web.cookies import SESSION
from hub.web.digests import offer_key
from hub.wiring.build import SilentDoorbell
from tests.hubs import World, fields_of, small_world, sqlite_world  # noqa: F401
from tests.integration.consenting.test_newer_version import AGREED, NARROW, ROW
from tests.integration.steering.lives import as_version, enforced, signature, source_of
from tests.integration.web.browser import Browser, Outbox

LANGUAGES = ("en", "cy")
SAMPLES = Path(policies.__file__).parent / "samples"
CHOSEN = "health.speech.therapy_recommendation"


@dataclass(frozen=True, slots=True)
class Site:
    """The application on a hub."""

    app: Flask
    world: World

    def browser(self, person: UUID) -> Browser:
        """A browser in which this person has signed in."""
        with unit_of_work(self.world.hub.engine) as connection:
            session = sessions.begin(connection, person_id=person, before=None, at=self.world.hub.clock())
        client = self.app.test_client()
        client.set_cookie(SESSION, session.secret)
        return Browser(client, Outbox())


@pytest.fixture
def site(small_world: World) -> Site:  # noqa: F811
    """The pages of the small world."""
    return Site(create_app(small_world.settings, SilentDoorbell(), hub=small_world.hub), small_world)


@pytest.fixture
def asked(site: Site) -> Site:
    """The parent agreed to two fields for one role; then a version came in force with more fields and one more role."""
    world, text = site.world, source_of(site.world)
    today = world.hub.clock().date()
    enforced(world, as_version(text.replace(ROW, NARROW), 2, begins=today - timedelta(days=10)))
    world.grant()
    enforced(world, as_version(text, 3, begins=today - timedelta(days=1)))
    return site


def words_of(browser: Browser) -> str:
    """What a page says, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", browser.answer.text)).split())


def seen(world: World, role: str = "alnco") -> set[str]:
    """What the school service sees of the group in this role."""
    return {name for name in fields_of(world.read(role=role), HEALTH.id) if name.startswith("health.speech.")}


def offer_page(site: Site, language: str) -> str:
    """Address of the question about the newer version."""
    return f"/{language}/learners/{site.world.child}/offers/{offer_key(site.world.offer())}"


SAID = {
    "en": (
        "What you agreed to before",
        "New: what they would see besides",
        "New: who else would see what you agreed to",
        "stays exactly as it is",
    ),
    "cy": (
        "Yr hyn y cytunoch iddo o’r blaen",
        "Newydd: beth arall y byddent yn ei weld",
        "Newydd: pwy arall fyddai’n gweld yr hyn y cytunoch iddo",
        "yn aros yn union fel y mae",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_family_sees_what_stands_and_what_is_new_and_a_yes_binds_what_was_shown(asked: Site, language: str) -> None:
    world = asked.world
    browser, names = asked.browser(world.parent), world.hub.words(language)
    new = sorted(set(world.offer().field_ids) - AGREED)
    browser.open(offer_page(asked, language))
    said = words_of(browser)
    assert [one for one in SAID[language] if one not in said] == []
    assert all(names.field(one) in said for one in AGREED)
    assert f"{names.role('aln-officer')}:" in said
    assert set(re.findall(r'name="fields"[^>]*value="([^"]+)"', browser.answer.text)) == set(new)
    until = world.hub.clock() + timedelta(days=20)
    browser.submit(fields=[CHOSEN], until_day=str(until.day), until_month=str(until.month), until_year=str(until.year))
    shown = words_of(browser)
    assert [one for one in SAID[language][:3] if one not in shown] == []
    assert names.field(CHOSEN) in shown
    assert not any(names.field(one) in shown for one in new if one != CHOSEN)
    action, fields = browser.form()
    browser.send(action, fields | {"shown": "00" * 32}, 409)  # another text than the one on the page
    assert seen(world) == AGREED
    browser.send(action, fields)
    assert seen(world) == AGREED | {CHOSEN} == seen(world, "aln-officer")


@pytest.mark.parametrize("language", LANGUAGES)
def test_saying_no_on_the_page_leaves_the_consent(asked: Site, language: str) -> None:
    world = asked.world
    browser, names = asked.browser(world.parent), world.hub.words(language)
    new = sorted(set(world.offer().field_ids) - AGREED)
    browser.open(offer_page(asked, language) + "/refuse")
    said = words_of(browser)
    assert SAID[language][3] in said
    assert all(names.field(one) in said for one in new)
    browser.submit()
    assert seen(world) == AGREED
    assert seen(world, "aln-officer") == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_register_says_state_days_and_who_has_and_has_not_signed(site: Site, language: str) -> None:
    world, today = site.world, site.world.hub.clock().date()
    text = as_version(source_of(world), 2, begins=today + timedelta(days=5))
    ref = world.hub.protocols.propose(text.encode(), file="v2.yaml").ref
    world.hub.protocols.accept(signature(world, text, HEALTH.id))
    browser = site.browser(world.partnership.people[ACCOUNTABLE.key])
    browser.open(f"/{language}/home")
    assert f'href="/{language}/policy/protocols"' in browser.answer.text
    browser.open(f"/{language}/policy/protocols")
    part = browser.answer.text.partition(f"({ref})")[2]
    table = re.findall(r"<table.*?</table>", part, re.S)[0]
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>\s*<td[^>]*>(.*?)</td>', table, re.S)
    not_yet = {"en": "Has not signed", "cy": "Heb lofnodi"}[language]
    names = world.hub.words(language)
    assert {name for name, signed in rows if signed != not_yet} == {names.agency(HEALTH.id)}
    assert names.agency(EDUCATION.id) in {name for name, signed in rows if signed == not_yet}
    assert {"en": "Proposed", "cy": "Wedi’i gynnig"}[language] in part
    assert "<caption" in table
    assert all("scope=" in head for head in re.findall(r"<th [^>]*>", browser.answer.text))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_register_is_not_there_for_a_family(site: Site, language: str) -> None:
    browser = site.browser(site.world.parent)
    browser.open(f"/{language}/home")
    assert "/policy/protocols" not in browser.answer.text
    browser.open(f"/{language}/policy/protocols", 404)


def test_a_protocol_of_others_is_not_listed(site: Site) -> None:
    life, people = site.world.hub.protocols, site.world.partnership.people
    theirs = life.propose((SAMPLES / "joint-team.yaml").read_bytes(), file="joint-team.yaml").ref
    of_education = {one.ref for one in life.status(partner=EDUCATION.id)}
    assert of_education == {one.ref for one in life.status()} - {theirs}
    assert theirs in {one.ref for one in life.status(partner=HEALTH.id)}
    browser = site.browser(people[ACCOUNTABLE.key])
    browser.open("/en/policy/protocols")
    assert all(f"({ref})" in browser.answer.text for ref in of_education)
    assert theirs.id not in browser.answer.text
