"""Signing in by a one-time code, sessions, and what they must not tell or allow."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from hub.database import reading
from hub.web.sessions import forget_old
from hub.web.tables import rate_count, signin_code, web_journey, web_session
from tests.integration.web.browser import Browser
from tests.integration.web.conftest import Pages
from tests.integration.web.in_memory_hub import MARI, PARENT


def test_a_person_signs_in_with_the_code_that_was_sent_to_them(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("Rhian@Example.org")
    assert browser.path == "/en/home"
    assert "Mari Bowen" in browser.text
    person_id, language, code = both_pages.outbox.sent[-1]
    assert (person_id, language, len(code)) == (PARENT, "en", 6)


def test_the_code_is_sent_in_the_language_of_the_page(browser: Browser) -> None:
    browser.sign_in("rhian@example.org", "cy")
    assert browser.path == "/cy/home"
    assert browser.outbox.sent[-1][1] == "cy"


def test_an_unknown_address_answers_like_a_known_one(pages: Pages) -> None:
    answers = []
    for email in ("rhian@example.org", "nobody@example.org"):
        browser = pages.browser()
        browser.open("/en/sign-in")
        browser.submit(email=email)
        first = re.sub(r'value="[0-9a-f]{64}"', "", browser.answer.text)
        browser.submit(code="000000", status=422)
        second = re.sub(r'value="[0-9a-f]{64}"', "", browser.answer.text)
        answers.append((browser.path, first, second, sorted(browser.answer.headers.keys())))
    assert answers[0] == answers[1]
    assert len(pages.outbox.sent) == 1


def test_an_unknown_address_leaves_the_same_rows_as_a_known_one(both_pages: Pages) -> None:
    for email in ("rhian@example.org", "nobody@example.org"):
        browser = both_pages.browser()
        browser.open("/en/sign-in")
        browser.submit(email=email)
        browser.submit(code="000000", status=422)
    with reading(both_pages.engine) as connection:
        rows = connection.execute(select(signin_code)).all()
    assert [row.tries for row in rows] == [1, 1]
    assert {row.person_id for row in rows} == {PARENT, None}
    assert len({row.code_mac for row in rows}) == 2


def test_a_code_is_good_once_and_for_ten_minutes(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.open("/en/sign-in")
    browser.submit(email="rhian@example.org")
    attempt = browser.client.get_cookie("dolen-start")
    assert attempt is not None
    code = both_pages.outbox.sent[-1][2]
    browser.submit(code=code)
    browser.submit(form="/sign-out")
    browser.client.set_cookie("dolen-start", attempt.value)
    browser.open("/en/sign-in/code")
    browser.submit(code=code, status=422)

    browser.open("/en/sign-in")
    browser.submit(email="rhian@example.org")
    both_pages.clock.pass_(minutes=10)
    browser.submit(code=both_pages.outbox.sent[-1][2], status=422)
    assert "cannot be used any more" in browser.text


def test_after_five_wrong_tries_the_right_code_is_refused_too(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.open("/en/sign-in")
    browser.submit(email="rhian@example.org")
    code = both_pages.outbox.sent[-1][2]
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(5):
        browser.submit(code=wrong, status=422)
    browser.submit(code=code, status=422)
    browser.open("/en/home")
    assert browser.path == "/en/sign-in"


def test_the_fifth_try_may_still_be_the_right_one(browser: Browser) -> None:
    browser.open("/en/sign-in")
    browser.submit(email="rhian@example.org")
    code = browser.outbox.sent[-1][2]
    wrong = "000000" if code != "000000" else "000001"
    for _ in range(4):
        browser.submit(code=wrong, status=422)
    browser.submit(code=f" {code[:3]} {code[3:]} ")
    assert browser.path == "/en/home"


def test_a_code_is_worth_nothing_in_another_browser(pages: Pages) -> None:
    mine, other = pages.browser(), pages.browser()
    mine.open("/en/sign-in")
    mine.submit(email="rhian@example.org")
    code = pages.outbox.sent[-1][2]
    other.open("/en/sign-in")
    other.submit(email="rhian@example.org")
    assert pages.outbox.sent[-1][2] != code, "one chance in a million: run it again"
    other.submit(code=code, status=422)
    mine.submit(code=code)
    assert mine.path == "/en/home"


def test_a_new_code_makes_the_one_before_it_worthless(browser: Browser) -> None:
    browser.open("/en/sign-in")
    browser.submit(email="rhian@example.org")
    before = browser.client.get_cookie("dolen-start")
    assert before is not None
    browser.follow("Ask for a new code")
    browser.submit(email="rhian@example.org")
    browser.client.set_cookie("dolen-start", before.value)
    browser.open("/en/sign-in/code")
    browser.submit(code=browser.outbox.sent[0][2], status=422)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６"])
def test_what_is_no_code_is_not_a_try(browser: Browser, typed: str) -> None:
    browser.open("/en/sign-in")
    browser.submit(email="rhian@example.org")
    browser.submit(code=typed, status=422)
    assert "Enter the 6 digits" in browser.text
    browser.submit(code=browser.outbox.sent[-1][2])
    assert browser.path == "/en/home"


@pytest.mark.parametrize("typed", ["", "rhian", "a@b c", "x" * 300 + "@example.org", '"><script>'])
def test_what_is_no_address_is_said_beside_the_field(browser: Browser, typed: str) -> None:
    browser.open("/en/sign-in")
    browser.submit(email=typed, status=422)
    assert "Enter an e-mail address" in browser.text
    assert browser.page.all("title")[0].text.startswith("Error:")
    assert browser.outbox.sent == []


def test_the_sixth_code_for_one_address_in_a_quarter_of_an_hour_is_refused(both_pages: Pages) -> None:
    for email in ("rhian@example.org", "nobody@example.org"):
        for _ in range(5):
            browser = both_pages.browser()
            browser.open("/en/sign-in")
            browser.submit(email=email)
        browser.open("/en/sign-in")
        browser.submit(email=email, status=429)
        assert 0 < int(browser.answer.headers["Retry-After"]) <= 900
    assert len(both_pages.outbox.sent) == 5
    both_pages.clock.pass_(minutes=15)
    assert both_pages.browser().sign_in("rhian@example.org") is not None


def test_one_client_cannot_ask_for_codes_for_ever(pages: Pages) -> None:
    browser = pages.browser()
    browser.open("/en/sign-in")
    for number in range(30):
        browser.open("/en/sign-in")
        browser.submit(email=f"nobody{number}@example.org")
    browser.open("/en/sign-in")
    browser.submit(email="nobody@example.org", status=429)
    assert "Too many tries" in browser.text


def test_no_address_and_no_secret_is_readable_in_the_database(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("rhian@example.org")
    cookie = browser.client.get_cookie("dolen")
    assert cookie is not None
    with reading(both_pages.engine) as connection:
        rows = [
            str(row) for table in (web_session, signin_code, rate_count) for row in connection.execute(select(table))
        ]
    everything = "\n".join(rows)
    assert len(rows) >= 4
    for secret in ("rhian", "127.0.0.1", cookie.value, f"'{both_pages.outbox.sent[-1][2]}'"):
        assert secret not in everything


def test_a_session_ends_after_half_an_hour_of_silence(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("rhian@example.org")
    for _ in range(3):
        both_pages.clock.pass_(minutes=29)
        assert browser.open("/en/home") is not None
        assert browser.path == "/en/home"
    both_pages.clock.pass_(minutes=31)
    browser.open("/en/home")
    assert browser.path == "/en/sign-in"


def test_a_session_ends_after_twelve_hours_however_busy(pages: Pages) -> None:
    browser = pages.browser()
    browser.sign_in("rhian@example.org")
    for _ in range(35):
        pages.clock.pass_(minutes=20)
        browser.open("/en/home")
        assert browser.path == "/en/home"
    pages.clock.pass_(minutes=21)
    browser.open("/en/home")
    assert browser.path == "/en/sign-in"


def test_signing_out_ends_the_session_in_the_database(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("rhian@example.org")
    cookie = browser.client.get_cookie("dolen")
    assert cookie is not None
    browser.submit(form="/sign-out")
    assert browser.path == "/en/"
    browser.client.set_cookie("dolen", cookie.value)
    browser.open("/en/home")
    assert browser.path == "/en/sign-in"


def test_signing_in_again_gives_a_new_secret_and_ends_the_session_before(pages: Pages) -> None:
    browser = pages.browser()
    browser.sign_in("rhian@example.org")
    before = browser.client.get_cookie("dolen")
    assert before is not None
    other = pages.browser()
    other.client.set_cookie("dolen", before.value)
    other.open("/en/sign-in")
    other.submit(email="dafydd@example.org")
    other.submit(code=pages.outbox.sent[-1][2])
    after = other.client.get_cookie("dolen")
    assert after is not None
    assert after.value != before.value
    browser.open("/en/home")
    assert browser.path == "/en/sign-in"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(browser: Browser) -> None:
    browser.open(f"/en/learners/{MARI}/sharing")
    assert browser.path == "/en/sign-in"
    browser.submit(email="rhian@example.org")
    browser.submit(code=browser.outbox.sent[-1][2])
    assert browser.path == f"/en/learners/{MARI}/sharing"


@pytest.mark.parametrize(
    "next_address",
    [
        "https://elsewhere.example/",
        "//elsewhere.example",
        "/\\elsewhere.example",
        "/en/../x",
        "/en/nowhere",
        "/v1/x",
        "/en/sign-out",
    ],
)
def test_signing_in_never_leads_elsewhere(browser: Browser, next_address: str) -> None:
    browser.open("/en/sign-in")
    browser.submit(email="rhian@example.org", next=next_address)
    browser.submit(code=browser.outbox.sent[-1][2], next=next_address)
    assert browser.path == "/en/home"


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(secure_pages: Pages) -> None:
    browser = secure_pages.browser("https://dolen.example")
    browser.open("/en/sign-in")
    _, fields = browser.form()
    answer = browser.client.post("/en/sign-in", data=fields | {"email": "rhian@example.org"}, base_url=browser.base)
    cookies = answer.headers.getlist("Set-Cookie")
    browser.open("/en/sign-in/code")
    _, fields = browser.form()
    answer = browser.client.post(
        "/en/sign-in/code", data=fields | {"code": secure_pages.outbox.sent[-1][2]}, base_url=browser.base
    )
    cookies += answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-dolen", "__Host-dolen-start"}
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


def test_what_has_served_its_time_is_forgotten(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("rhian@example.org")
    assert forget_old(both_pages.engine, at=both_pages.clock()) == 0
    both_pages.clock.pass_(days=3)
    assert forget_old(both_pages.engine, at=both_pages.clock()) > 3
    with reading(both_pages.engine) as connection:
        for table in (web_session, signin_code, rate_count, web_journey):
            assert connection.execute(select(table)).all() == []


@pytest.mark.parametrize(
    "spelling", ["RHIAN@example.org", "ｒｈｉａｎ@example.org", "𝐫𝐡𝐢𝐚𝐧@example.org", "rhian@ｅxample.org"]
)
def test_another_spelling_of_an_address_is_counted_with_it(pages: Pages, spelling: str) -> None:
    for _ in range(5):
        browser = pages.browser()
        browser.open("/en/sign-in")
        browser.submit(email="rhian@example.org")
    browser.open("/en/sign-in")
    browser.submit(email=spelling, status=429)
    assert len(pages.outbox.sent) == 5
