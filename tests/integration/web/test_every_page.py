"""What must hold for every page, in both languages: rules, headers, tokens, languages, errors."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from werkzeug.exceptions import Forbidden
from werkzeug.routing import Rule

from hub.asking.model import AskedLine, Objected
from hub.database import new_id
from hub.web import access
from hub.web.digests import offer_key, row_key
from hub.web.guard import MOST_BYTES
from hub.web.model import Access
from tests.integration.web.browser import Browser
from tests.integration.web.conftest import Pages
from tests.integration.web.in_memory_hub import (
    CATALOGUE,
    EDUCATION,
    HEALTH,
    MARI,
    PARENT,
    PROTOCOLS,
    SPEECH,
    SPEECH_FIELDS,
    InMemoryHub,
    Wrong,
)
from tests.integration.web.reading import texts
from tests.integration.web.test_asking_pages import WORDS, waiting
from tests.integration.web.test_family_pages import agree

LANGUAGES = ("en", "cy")
OPEN = {
    "start",
    "sign_in",
    "ask_for_code",
    "code",
    "enter_code",
    "accessibility",
    "cookies",
    "privacy",
    "privacy_notice",
    "child_privacy_notice",
}
STATUSES = (400, 403, 404, 405, 409, 413, 429, 500, 503)


def rules(app: Flask, method: str) -> list[Rule]:
    """Routes of the pages that answer this method."""
    return [
        rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.") and method in (rule.methods or ())
    ]


def address(rule: Rule, language: str, **values: object) -> str:
    """An address of a route, every part filled in."""
    parts = {name: new_id() for name in rule.arguments} | {"key": 32 * "0"} | values | {"language": language}
    built = rule.build({name: value for name, value in parts.items() if name in rule.arguments})
    assert built is not None
    return built[1]


def every_page(hub: InMemoryHub, browser: Browser) -> list[str]:
    """Every page that can be opened, below its language, as somebody who has agreed, refused and stopped."""
    learner, event = MARI, hub.lines[PARENT][0].event_id
    offer = offer_key(hub.offers(PARENT, learner)[0])
    rows = hub.who_sees_what(PARENT, learner).rows
    row, task = row_key(rows[0]), row_key(next(one for one in rows if one.basis == "public_task"))
    about = Objected(learner, HEALTH, EDUCATION, "aln-plan", ("identity.birth_date",))
    objection = hub.asking.object_to(PARENT, about, words="-", shown=hub.decided[0][2]).event_id
    hub.asking.asked.append(
        AskedLine(new_id(), EDUCATION, "alnco", "aln-plan", HEALTH, SPEECH, SPEECH_FIELDS[:2], hub.at)
    )
    browser.open(f"/en/learners/{learner}/offers/{offer}")
    browser.submit(fields=list(SPEECH_FIELDS), until_day="1", until_month="2", until_year="2027")
    check = browser.path.removeprefix("/en/")
    hub.is_signed = False
    base = f"learners/{learner}"
    return [
        "", "sign-in", "sign-in/code", "home", "accessibility", "cookies", "privacy", "privacy/afon-health",
        "privacy/afon-health/child", "inbox", "nowhere", check,
        f"{base}/sharing", f"{base}/sharing/{row}", f"{base}/looked", f"{base}/decisions", f"{base}/offers/{offer}",
        f"{base}/offers/{offer}/refuse", f"{base}/consents/{next(iter(hub.answers))}/withdraw", f"{base}/receipts",
        f"{base}/receipts/{event}", f"{base}/sharing/{task}/object", f"{base}/objections",
        f"{base}/objections/{objection}/end",
    ]  # fmt: skip


def test_every_route_has_an_access_rule_and_few_are_open(pages: Pages) -> None:
    with pages.app.app_context():
        found = {
            rule.endpoint: access.rule_of(rule.endpoint)
            for rule in pages.app.url_map.iter_rules()
            if rule.endpoint.startswith("web.")
        }
    assert len(found) > 25
    assert None not in found.values()
    assert {name.removeprefix("web.") for name, rule in found.items() if rule is Access.ANYONE} == OPEN


def test_a_route_without_a_rule_is_answered_to_nobody(pages: Pages) -> None:
    pages.app.add_url_rule("/<any(en, cy):language>/forgotten", "web.forgotten", lambda language: "open")
    browser = pages.browser()
    browser.open("/en/forgotten", 404)
    browser.sign_in("rhian@example.org")
    browser.open("/en/forgotten", 404)
    assert "open" not in browser.answer.text.split()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_opens_a_page_for_signed_in_people_without_signing_in(pages: Pages, language: str) -> None:
    closed = [rule for rule in rules(pages.app, "GET") if rule.endpoint.removeprefix("web.") not in OPEN]
    assert len(closed) > 10
    for rule in closed:
        browser = pages.browser()
        browser.open(address(rule, language))
        assert browser.path == f"/{language}/sign-in", rule


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_is_taken_without_the_token_of_this_browser(pages: Pages, language: str) -> None:
    forms = rules(pages.app, "POST")
    assert len(forms) > 6
    other = pages.browser()
    other.sign_in("dafydd@example.org")
    foreign = other.form("/sign-out")[1]["csrf_token"]
    for token in ("", "0" * 64, foreign, "é"):
        browser = pages.browser()
        browser.sign_in("rhian@example.org")
        pages.clock.pass_(minutes=16)
        browser.open("/en/home")
        for rule in forms:
            browser.client.set_cookie("dolen-start", "x" * 43)
            browser.send(address(rule, language), {"csrf_token": token, "email": "a@example.org"}, 403)
            assert ("timed out" if language == "en" else "Daeth amser") in browser.text
        browser.open("/en/home")
        assert browser.path == "/en/home", "sign-out must have asked for the token too"
    assert pages.hub.decided == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_that_the_browser_says_is_from_elsewhere_is_refused(parent: Browser, site: str) -> None:
    token = parent.form("/sign-out")[1]["csrf_token"]
    answer = parent.client.post("/en/sign-out", data={"csrf_token": token}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 400
    parent.open("/en/home")
    assert parent.path == "/en/home"


def test_every_answer_has_the_headers(secure_pages: Pages) -> None:
    browser = secure_pages.browser("https://dolen.example")
    answers = [
        browser.client.get(path, base_url=browser.base)
        for path in ("/", "/en/", "/cy/sign-in", "/en/home", "/en/nowhere", "/en", "/assets/dolen.css", "/assets/none")
    ]
    answers.append(browser.client.post("/en/sign-in", base_url=browser.base))
    for answer in answers:
        headers = answer.headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "geolocation=()" in headers["Permissions-Policy"]
        assert int(headers["Strict-Transport-Security"].split(";")[0].removeprefix("max-age=")) >= 31_536_000
        is_kept = answer.status_code == 200 and answer.mimetype == "text/css"
        assert headers["Cache-Control"] == ("public, max-age=31536000, immutable" if is_kept else "no-store")
    assert [answer.status_code for answer in answers] == [302, 200, 200, 302, 404, 308, 200, 404, 403]


def test_without_https_no_promise_of_it_is_made(pages: Pages) -> None:
    assert "Strict-Transport-Security" not in pages.app.test_client().get("/en/").headers


def test_pages_of_others_keep_their_own_headers_and_errors(pages: Pages) -> None:
    pages.app.add_url_rule("/v1/thing", "thing", lambda: "thing")
    client = pages.app.test_client()
    assert "Content-Security-Policy" not in client.get("/v1/thing").headers
    assert "govuk" not in client.get("/v1/none").text
    assert "govuk" not in client.get("/english").text


def test_every_page_is_whole_in_both_languages_and_each_links_to_its_twin(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS)
    for path in every_page(pages.hub, parent):
        for language, other in (("en", "cy"), ("cy", "en")):
            answer = parent.client.get(f"/{language}/{path}")
            if path in ("", "sign-in/code"):
                parent.client.get(f"/{language}/{path}", follow_redirects=True)
            parent.open(f"/{language}/{path}", 404 if path == "nowhere" else 200)
            landed = parent.path.removeprefix(f"/{language}/")
            twin = [link for link in parent.page.all("a", hreflang=other) if link.language == other]
            assert len(twin) == 1
            target = f"/{other}/" if path == "nowhere" else f"/{other}/{landed}"
            assert twin[0].attributes["href"] == target
            assert parent.answer.headers["Content-Language"] == language
            assert answer.status_code in (200, 302, 303, 404)


def test_no_english_is_left_on_a_welsh_page(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS)
    same = same_in_both(pages.hub) | {WORDS}
    found: dict[str, list[str]] = {}
    visitor = pages.browser()
    worker = pages.browser()
    worker.sign_in("worker@example.org")
    notice = next(iter(pages.hub.notices))
    wanted = [(parent, path) for path in every_page(pages.hub, parent)]
    wanted += [(visitor, path) for path in ("", "sign-in", "home", "nowhere")]
    hub = pages.hub
    asked = [waiting(hub, is_objection=True), waiting(hub, is_objection=False)]
    wanted += [(worker, path) for path in ("home", "inbox", f"inbox/{notice}", "answers", "answers/recorded")]
    wanted += [(worker, f"answers/{one.id}") for one in asked]
    assert len(wanted) > 20
    for browser, path in wanted:
        status = 404 if path == "nowhere" else 200
        english = set(texts(browser.open(f"/en/{path}", status), "en"))
        welsh = texts(browser.open(f"/cy/{path}", status), "cy")
        assert len(welsh) > 5
        left = [text for text in welsh if text in english and text not in same and not is_neutral(text)]
        if left:
            found[path] = left
    assert found == {}


@pytest.mark.parametrize("status", STATUSES)
def test_no_english_is_left_on_a_welsh_error_page(parent: Browser, pages: Pages, status: int) -> None:
    pages.hub.fails_with = Forbidden() if status == 403 else Wrong(status)
    said = {}
    for language in LANGUAGES:
        said[language] = texts(parent.open(f"/{language}/home", status), language)
        assert "Rhian" not in parent.answer.text
        assert "rhian@" not in parent.answer.text
    left = [text for text in said["cy"] if text in said["en"] and not is_neutral(text)]
    assert left == []


def test_no_english_is_left_on_welsh_forms_with_faults(parent: Browser, pages: Pages) -> None:
    offer = offer_key(pages.hub.offers(PARENT, MARI)[0])
    said = {}
    for language in LANGUAGES:
        parent.open(f"/{language}/learners/{MARI}/offers/{offer}")
        parent.submit(status=422)
        said[language] = texts(parent.page, language)
    left = [
        text
        for text in said["cy"]
        if text in said["en"] and text not in same_in_both(pages.hub) and not is_neutral(text)
    ]
    assert left == []
    assert any(text.startswith("Gwall") for text in said["cy"])


def test_a_planted_english_word_on_a_welsh_page_is_seen(parent: Browser) -> None:
    page = parent.open("/cy/home")
    page.all("h1")[0].children = ["Skip to main content"]
    assert "Skip to main content" in texts(page, "cy")
    assert not is_neutral("Skip to main content")


def test_an_error_nobody_expected_is_a_page_without_its_text(parent: Browser, pages: Pages) -> None:
    pages.hub.fails_with = ValueError("Mari Bowen")
    parent.open("/cy/home", 500)
    assert "Mari" not in parent.answer.text
    assert "help@example.org" in parent.text


@pytest.mark.parametrize(("status", "shown"), [(401, 404), (403, 404), (410, 404), (422, 400), (502, 500), (503, 503)])
def test_a_refusal_of_the_hub_looks_like_a_page_that_is_not_there(
    parent: Browser, pages: Pages, status: int, shown: int
) -> None:
    pages.hub.fails_with = Wrong(status)
    parent.open("/en/home", shown)
    assert ("There is no such page" in parent.text) == (shown == 404)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_who_is_signed_in_keeps_the_menu_and_the_way_out_on_a_page_that_is_not_there(
    parent: Browser, pages: Pages, language: str
) -> None:
    parent.open(f"/{language}/no-such-page", 404)
    assert parent.page.all("form", action=f"/{language}/sign-out")
    stranger = pages.browser()
    stranger.open(f"/{language}/no-such-page", 404)
    assert not stranger.page.all("form")


def test_a_form_that_is_too_large_is_refused(parent: Browser) -> None:
    token = parent.form("/sign-out")[1]["csrf_token"]
    parent.send("/en/sign-in", {"csrf_token": token, "email": "x" * (MOST_BYTES + 1)}, 413)
    assert "too large" in parent.text


def test_a_time_out_says_what_was_kept_and_finds_it_again(parent: Browser, pages: Pages) -> None:
    offer = offer_key(pages.hub.offers(PARENT, MARI)[0])
    parent.open(f"/en/learners/{MARI}/offers/{offer}")
    answers = {"fields": list(SPEECH_FIELDS), "until-day": "1", "until-month": "2", "until-year": "2027"}
    first, fields = parent.form()
    parent.send(first, fields | answers)
    action, confirm = parent.form()
    pages.clock.pass_(minutes=31)
    parent.send(first, fields | answers, 403)
    assert "was not kept" in parent.text
    parent.send(action, confirm, 403)
    assert "Your answers are kept for a day" in parent.text
    parent.follow("Sign in again")
    parent.submit(email="rhian@example.org")
    parent.submit(code=pages.outbox.sent[-1][2])
    assert parent.path == action
    parent.submit()
    assert "You have agreed to share" in parent.text
    assert len(pages.hub.decided) == 1


def test_the_front_door_leads_to_the_language_of_the_browser(browser: Browser) -> None:
    for wanted, language in (("cy", "cy"), ("cy-GB,en;q=0.5", "cy"), ("en-GB", "en"), ("fr", "en")):
        answer = browser.client.get("/", headers={"Accept-Language": wanted})
        assert (answer.headers["Location"], answer.headers["Vary"]) == (f"/{language}/", "Accept-Language")


def same_in_both(hub: InMemoryHub) -> set[str]:
    """Names that are the same in both languages in the catalogue itself; not the pages' to translate."""
    titles = [(one.title, one.plain) for one in (*CATALOGUE.fields, *CATALOGUE.groups.values())]
    refs = {str(protocol.ref) for protocol in PROTOCOLS}
    return {words.en for pair in titles for words in pair if words.en == words.cy} | refs


def is_neutral(text: str) -> bool:
    """Names, references, addresses, numbers: the same in any language."""
    if re.fullmatch(r"(Mari|Osian) Bowen|: (Mari|Osian) Bowen|Dolen|Dolen -.*|: |:|dolen(-start)?|[\d:, .-]+", text):
        return True
    return bool(re.fullmatch(r":? ?[0-9A-Z]{5}-[0-9A-Z]{5}|[0-9A-Z]{7}|\S+@\S+", text))
