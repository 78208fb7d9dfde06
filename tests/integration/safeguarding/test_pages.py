"""The safeguarding pages on a whole hub, in both languages: two people, two sessions, and nothing for anybody else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from hub.app import create_app
from hub.database import unit_of_work
from hub.demo.people import EDUCATION, HEALTH
from hub.safeguarding.model import Way
from hub.web import sessions
from hub.web.cookies import SESSION
from hub.web.digests import way_key
from hub.wiring.build import SilentDoorbell
from policies.bars import BarKind
from tests.hubs import World
from tests.integration.safeguarding.staff import (
    EVIDENCE,
    POSTCODES,
    WORDS,
    Staff,
    bar_of,
    override_of,
    person_of,
    read_as_clinician,
)
from tests.integration.web.browser import Browser, Outbox
from tests.integration.web.reading import texts

LANGUAGES = ("en", "cy")
WAY = way_key(Way("clinician", "safeguarding", POSTCODES))


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
def site(small_world: World) -> Site:
    """The pages of the small world."""
    return Site(create_app(small_world.settings, SilentDoorbell(), hub=small_world.hub), small_world)


def desk_of(site: Site, agency: str = HEALTH.id) -> str:
    """Address of the child's safeguarding page for a partner, below its language."""
    return f"safeguarding/{site.world.handle(agency)}"


def make(browser: Browser, site: Site, *, status: int = 200, **changed: str | list[str]) -> None:
    """Fill in the form of an override."""
    browser.open(f"/en/{desk_of(site)}/overrides/{WAY}")
    action, fields = browser.form()
    given: dict[str, str | list[str]] = {"fields": list(POSTCODES), "reason": "missing", "words": WORDS, "hours": "4"}
    browser.send(action, fields | {"keeps": []} | given | changed, status)


def test_two_people_in_two_sessions_make_confirm_and_review_an_override(site: Site, few: Staff) -> None:
    first, second, lead = (site.browser(one) for one in (few.acting, few.second, few.lead))
    first.open("/en/home")
    first.follow("Bars and overrides")
    first.submit(handle=str(site.world.handle(HEALTH.id)))
    assert first.path == f"/en/{desk_of(site)}"
    make(first, site)
    assert "waits for a second person" in first.text
    assert "Confirm as the second person" not in first.text
    assert read_as_clinician(site.world) == set(POSTCODES)
    address = first.path
    second.open("/en/safeguarding")
    second.follow("Open override")
    assert WORDS in second.text
    second.submit(form="/confirm")
    assert "confirmed by a second person" in second.text
    first.open(address)
    first.submit(form="/end")
    assert read_as_clinician(site.world) == set()
    lead.open(address)
    lead.submit(form="/review", status=422, words="Rightly made")
    assert "Select what the review found" in lead.text
    lead.submit(form="/review", outcome="justified", words="Rightly made")
    assert "Ended and reviewed" in lead.text


def test_confirming_what_has_ended_says_that_things_changed(site: Site, few: Staff) -> None:
    first, second = site.browser(few.acting), site.browser(few.second)
    make(first, site)
    second.open(first.path)
    first.submit(form="/end")
    second.submit(form="/confirm", status=409)
    assert read_as_clinician(site.world) == set()


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"fields": []}, "Select the fields"),
        ({"fields": ["health.mental_health.summary"]}, "Select the fields"),
        ({"reason": "curious"}, "Select a reason"),
        ({"words": ""}, "Write why"),
        ({"hours": "25"}, "whole number from 1 to 24"),
        ({"hours": "²"}, "whole number from 1 to 24"),
        ({"sight-day": "1"}, "Give both a day"),
        ({"sight-day": "30", "sight-month": "2", "sight-year": "2027"}, "Give both a day"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field_and_opens_nothing(
    site: Site, few: Staff, changed: dict[str, str | list[str]], says: str
) -> None:
    browser = site.browser(few.acting)
    make(browser, site, status=422, **changed)
    assert says in browser.text
    assert read_as_clinician(site.world) == set()


def test_a_bar_is_set_looked_at_and_lifted_on_pages(site: Site, few: Staff) -> None:
    lead = site.browser(few.lead)
    lead.open(f"/en/{desk_of(site)}")
    lead.follow("Set a bar")
    day = (site.world.hub.clock() + timedelta(days=100)).date()
    when = {"review-day": str(day.day), "review-month": str(day.month), "review-year": str(day.year)}
    action, fields = lead.form()
    given = {"kind": "hidden_location", "evidence-kind": "police", "evidence": EVIDENCE}
    lead.send(action, fields | given | {"fields": "", "recipient": ""}, 422)
    assert "must be a real date" in lead.text
    lead.send(action, fields | given | when | {"fields": "health.no_such", "recipient": ""}, 422)
    assert "Select the fields" in lead.text
    lead.send(action, fields | given | when | {"fields": "", "recipient": ""})
    assert "A bar applies to what you hold" in lead.text
    lead.follow("Where the learner is must stay hidden")
    assert EVIDENCE in lead.text
    lead.submit(form="/review", words="Still so", **{name.replace("-", "_"): value for name, value in when.items()})
    lead.follow("Where the learner is must stay hidden")
    lead.submit(form="/lift", status=422)
    lead.submit(form="/lift", reasons="No longer so")
    assert "A bar applies" not in lead.text


def test_every_page_is_whole_in_both_languages_with_no_english_left_on_a_welsh_one(site: Site, few: Staff) -> None:
    desk, world = site.world.hub.safeguarding, site.world
    bar_id = desk.set_bar(few.lead, bar_of(world))
    desk.set_bar(few.lead, bar_of(world, BarKind.COURT_ORDER, field_ids=POSTCODES))
    ended = desk.make_override(few.second, override_of(world)).override_id
    desk.confirm_override(few.acting, ended)
    desk.end_override(few.second, ended)
    made = desk.make_override(few.acting, override_of(world)).override_id
    pages = {
        few.lead: ["safeguarding", desk_of(site), f"{desk_of(site)}/bars", f"{desk_of(site)}/bars/{bar_id}"],
        few.second: ["home", "safeguarding", desk_of(site), f"safeguarding/overrides/{made}"],
        few.acting: [f"{desk_of(site)}/overrides/{WAY}", f"safeguarding/overrides/{made}"],
    }
    pages[few.lead].append(f"safeguarding/overrides/{ended}")
    catalogue = world.hub.catalogue
    names = {one.title.en for one in catalogue.fields if one.title.en == one.title.cy}
    for person, paths in pages.items():
        browser = site.browser(person)
        for path in paths:
            english = set(texts(browser.open(f"/en/{path}"), "en"))
            welsh = texts(browser.open(f"/cy/{path}"), "cy")
            left = [text for text in welsh if text in english and text not in names and not neutral(text, world)]
            assert left == [], path


def neutral(text: str, world: World) -> bool:
    """Names, words of people, numbers: the same in any language."""
    name = world.hub.learners_of(world.parent)[0].name
    return bool(re.fullmatch(r"Dolen|Dolen -.*|- Dolen|: |:|!|[\d:, .-]+|[0-9a-f-]{36}", text)) or text in (
        name,
        WORDS,
        EVIDENCE,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_theirs_looks_like_what_is_not_there(site: Site, few: Staff, language: str) -> None:
    world = site.world
    bar_id = world.hub.safeguarding.set_bar(few.lead, bar_of(world))
    made = world.hub.safeguarding.make_override(
        few.acting, override_of(world, keeps_from=frozenset({few.second}))
    ).override_id
    desk = desk_of(site)
    elsewhere = person_of(world, EDUCATION.id, role="alnco")
    nobody = uuid4()
    for person, paths in {
        world.parent: ["safeguarding", desk, f"{desk}/bars", f"{desk}/bars/{bar_id}", f"safeguarding/overrides/{made}"],
        elsewhere: [desk, f"{desk}/bars/{bar_id}", f"safeguarding/overrides/{made}"],
        few.second: [
            f"{desk}/bars",
            f"{desk}/bars/{bar_id}",
            f"safeguarding/overrides/{made}",
            f"{desk}/overrides/{32 * '0'}",
        ],
        few.lead: [f"safeguarding/{nobody}", f"{desk}/bars/{nobody}", f"safeguarding/overrides/{nobody}"],
    }.items():
        browser = site.browser(person)
        said = {browser.open(f"/{language}/{path}", 404).all("main")[0].text for path in paths}
        assert said == {browser.open(f"/{language}/nowhere", 404).all("main")[0].text}


def test_a_page_for_the_family_has_no_way_to_safeguarding(site: Site, few: Staff) -> None:
    site.world.hub.safeguarding.set_bar(few.lead, bar_of(site.world))
    browser = site.browser(site.world.parent)
    browser.open("/en/home")
    assert "afeguarding" not in browser.answer.text
    for path in ("sharing", "looked", "decisions", "receipts"):
        browser.open(f"/en/learners/{site.world.child}/{path}")
        assert "bar " not in browser.text.lower()
        assert "hidden_location" not in browser.answer.text
