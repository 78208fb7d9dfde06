"""Agreeing, refusing and stopping: what was shown is what was decided on, and a button pressed twice decides once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from hub.web.digests import reference_of
from tests.integration.web.browser import Browser
from tests.integration.web.conftest import Pages
from tests.integration.web.in_memory_hub import EDUCATION, HEALTH, MARI, OSIAN, PARENT, SPEECH, SPEECH_FIELDS, Wrong
from tests.integration.web.test_family_pages import agree

DAY = {"until_day": "31", "until_month": "7", "until_year": "2027"}
SOME = list(SPEECH_FIELDS[:2])


def choose(browser: Browser, language: str = "en") -> None:
    """Open the form of the first offer."""
    browser.open(f"/{language}/learners/{MARI}/decisions")
    browser.follow("Decide" if language == "en" else "Penderfynu")


def test_a_grant_is_checked_confirmed_and_has_a_reference_and_a_receipt(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("rhian@example.org")
    choose(browser)
    browser.submit(fields=SOME, **DAY)
    assert browser.path.endswith("/check")
    assert both_pages.hub.decided == []
    browser.submit()
    assert browser.path.endswith("/done")
    offer, until = both_pages.hub.granted[0]
    assert (offer.holder, offer.recipient, offer.field_ids) == (HEALTH, EDUCATION, tuple(SOME))
    assert until == datetime(2027, 7, 31, 23, 0, tzinfo=UTC)  # The end of 31 July in Wales, in summer time.
    event_id = both_pages.hub.lines[PARENT][0].event_id
    assert reference_of(event_id) in browser.text
    assert "23 November 2026, 14:02" in browser.text
    browser.follow("Download the receipt")
    assert browser.answer.data == both_pages.hub.receipt(PARENT, event_id)


def test_nothing_is_ticked_before_the_family_ticks_it(parent: Browser) -> None:
    choose(parent)
    _, fields = parent.form()
    assert fields["fields"] == []
    assert [fields[f"until-{part}"] for part in ("day", "month", "year")] == ["", "", ""]


def test_the_form_says_who_why_and_what_happens_without_agreement_before_it_asks(parent: Browser) -> None:
    choose(parent)
    before, _, _ = parent.text.partition("Tick what they may see")
    for said in (
        "Afon Health Board",
        "Dyffryn Education Service",
        "individual development plan",
        "If you do not agree",
    ):
        assert said in before
    assert "declo@afon-health.example" in before
    parent.follow("Not now")
    assert parent.path.endswith("/decisions")


@pytest.mark.parametrize(
    ("values", "message", "target"),
    [
        ({"fields": [], **DAY}, "Select at least one thing", "fields"),
        ({"fields": ["health.clinic"], **DAY}, "Select at least one thing", "fields"),
        ({"fields": SOME}, "Enter the day", "until-day"),
        ({"fields": SOME, "until_day": "3", "until_year": "2027"}, "must include a day", "until-month"),
        ({"fields": SOME, **DAY, "until_month": "2"}, "must be a real date", "until-day"),
        ({"fields": SOME, **DAY, "until_day": "x"}, "must be a real date", "until-day"),
        ({"fields": SOME, **DAY, "until_year": "0"}, "must be a real date", "until-day"),
        ({"fields": SOME, "until_day": "23", "until_month": "11", "until_year": "2026"}, "in the future", "until-day"),
        ({"fields": SOME, **DAY, "until_year": "2030"}, "within the next 3 years", "until-day"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    parent: Browser, pages: Pages, values: dict[str, str | list[str]], message: str, target: str
) -> None:
    choose(parent)
    parent.submit(status=422, **values)
    summary = parent.page.all("div", role="alert")[0]
    assert message in summary.text
    assert f"#{target}" in [link.attributes["href"] for link in summary.all("a")]
    assert parent.text.count(message) == 2
    _, fields = parent.form()
    assert fields["fields"] == [one for one in values["fields"] if one in SPEECH_FIELDS]
    assert fields["until-year"] == values.get("until_year", "")
    assert pages.hub.decided == []


def test_going_back_from_the_check_finds_the_answers_as_they_were(parent: Browser) -> None:
    choose(parent)
    parent.submit(fields=SOME, **DAY)
    parent.follow("Change what to share")
    _, fields = parent.form()
    assert (fields["fields"], fields["until-year"]) == (SOME, "2027")


def test_the_decision_is_bound_to_the_text_in_the_language_in_which_it_was_read(pages: Pages) -> None:
    shown = {}
    for language in ("en", "cy"):
        browser = pages.browser()
        browser.sign_in("rhian@example.org")
        choose(browser, language)
        browser.submit(fields=SOME, **DAY)
        _, fields = browser.form()
        browser.submit()
        _, _, text, _ = pages.hub.decided[-1]
        assert (text.language, text.sha256.hex()) == (language, fields["shown"])
        shown[language] = text.sha256
        pages.hub.answers.clear()
    assert shown["en"] != shown["cy"]


def test_an_answer_to_another_text_is_not_taken(parent: Browser, pages: Pages) -> None:
    choose(parent)
    parent.submit(fields=SOME, **DAY)
    parent.submit(shown="00" * 32, status=409)
    assert "changed while you were reading" in parent.text
    assert pages.hub.decided == []


def test_an_offer_of_a_new_protocol_version_must_be_read_again(parent: Browser, pages: Pages) -> None:
    choose(parent)
    parent.submit(fields=SOME, **DAY)
    pages.hub.protocol_version = 2
    parent.submit(status=404)
    assert pages.hub.decided == []


def test_confirming_twice_grants_once_and_shows_the_same_confirmation(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("rhian@example.org")
    choose(browser)
    browser.submit(fields=SOME, **DAY)
    action, fields = browser.form()
    browser.send(action, fields)
    first = browser.text
    browser.send(action, fields)
    assert browser.text == first
    assert len(both_pages.hub.decided) == 1


def test_confirming_many_times_at_once_grants_once(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("rhian@example.org")
    choose(browser)
    browser.submit(fields=SOME, **DAY)
    action, fields = browser.form()
    cookie = browser.client.get_cookie("dolen")
    assert cookie is not None

    def send(_: int) -> int:
        client = both_pages.app.test_client()
        client.set_cookie("dolen", cookie.value)
        return client.post(action, data=fields).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, range(6))) == {303}
    assert len(both_pages.hub.decided) == 1


def test_a_decision_that_the_hub_refused_can_be_sent_again(parent: Browser, pages: Pages) -> None:
    choose(parent)
    parent.submit(fields=SOME, **DAY)
    action, fields = parent.form()
    pages.hub.refuses_with = Wrong(503)
    parent.send(action, fields, 503)
    assert "Nothing was changed" not in parent.text  # an answer may have been taken just before the hub went away
    assert "look at your decisions first" in parent.text
    pages.hub.refuses_with = None
    parent.send(action, fields)
    assert parent.path.endswith("/done")
    assert len(pages.hub.decided) == 1


def test_no_is_an_answer_with_a_reference_and_said_twice_counts_once(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("rhian@example.org")
    choose(browser)
    browser.follow("I do not want to share this")
    assert "What happens when you say no" in browser.text
    action, fields = browser.form()
    browser.send(action, fields)
    browser.send(action, fields)
    assert "You have said no" in browser.text
    assert [kind for kind, *_ in both_pages.hub.decided] == ["refused"]


def test_stopping_says_since_when_keeps_the_reason_sealed_and_counts_once(both_pages: Pages) -> None:
    browser = both_pages.browser()
    browser.sign_in("rhian@example.org")
    agree(browser, SPEECH_FIELDS)
    browser.follow("Your decisions")
    browser.follow("Stop sharing")
    assert "What was already shared" in browser.text
    action, fields = browser.form()
    assert fields["reason"] == ""
    browser.send(action, fields | {"reason": " A reason of ours. "})
    assert "You have stopped sharing" in browser.text
    assert "In effect since 23 November 2026, 14:02" in browser.text
    browser.send(action, fields)
    kind, _, _, reason = both_pages.hub.decided[-1]
    assert (kind, reason, len(both_pages.hub.decided)) == ("withdrawn", "A reason of ours.", 2)


def test_a_reason_that_is_too_long_is_given_back_not_cut(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS)
    parent.follow("Your decisions")
    parent.follow("Stop sharing")
    parent.submit(reason="x" * 501, status=422)
    assert "500 characters or fewer" in parent.text
    assert parent.form()[1]["reason"] == "x" * 501
    parent.submit(reason="x" * 500)
    assert pages.hub.decided[-1][3] == "x" * 500


def test_somebody_elses_consent_cannot_be_stopped_nor_their_journey_be_seen(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS)
    journey = parent.path
    consent_id = next(iter(pages.hub.answers))
    other = pages.browser()
    other.sign_in("dafydd@example.org")
    other.open(journey, 404)
    other.open(f"/en/learners/{MARI}/consents/{consent_id}/withdraw", 404)
    parent.open(f"/en/learners/{MARI}/consents/{consent_id}/withdraw")
    action, fields = parent.form()
    other.open("/en/home")
    token = other.form("/sign-out")[1]["csrf_token"]
    other.send(action, fields | {"csrf_token": token}, 404)
    assert len(pages.hub.decided) == 1


def test_a_consent_is_not_found_under_another_learner(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS)
    consent_id = next(iter(pages.hub.answers))
    parent.open(f"/en/learners/{OSIAN}/consents/{consent_id}/withdraw", 404)
    assert "There is no such page" in parent.text


def test_the_answers_of_one_question_cannot_be_spent_on_another(parent: Browser, pages: Pages) -> None:
    choose(parent)
    parent.submit(fields=SOME, **DAY)
    journey = parent.path.split("/")[-2]
    choose(parent)
    parent.follow("I do not want to share this")
    action, fields = parent.form()
    parent.send(action, fields | {"journey": journey}, 404)
    assert pages.hub.decided == []


def test_what_is_agreed_already_is_offered_as_a_change(parent: Browser) -> None:
    agree(parent, SPEECH_FIELDS)
    parent.open(f"/en/learners/{MARI}/decisions")
    parent.follow("Change what you share")
    assert parent.form()[1]["fields"] == []
    assert "What you share now" in parent.text
    assert "Until: 31 July 2027" in parent.text
    assert "Tick everything that they may see from now on" in parent.text


def test_a_rest_that_stays_closed_is_offered_as_a_change_too(parent: Browser) -> None:
    agree(parent, SPEECH_FIELDS[:1])
    parent.open(f"/en/learners/{MARI}/sharing")
    assert "Decide" not in parent.text
    parent.follow("Change what you share")
    assert "What you share now" in parent.text


def test_a_no_and_a_stop_stay_told_by_what_they_were_about(parent: Browser, pages: Pages) -> None:
    group = pages.hub.words("en").group(SPEECH)
    parent.open(f"/en/learners/{MARI}/decisions")
    parent.follow("Decide")
    parent.follow("I do not want to share this")
    parent.send(*parent.form())
    for page in ("decisions", "receipts"):
        parent.open(f"/en/learners/{MARI}/{page}")
        assert f"You said no: {group}" in parent.text
        assert "Dyffryn Education Service" in parent.text


def test_what_was_agreed_to_is_said_again_when_it_is_done(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS[:1])
    assert pages.hub.words("en").field(SPEECH_FIELDS[0]) in parent.text
    assert "31 July 2027" in parent.text


def test_a_receipt_comes_as_a_file_once_the_ledger_has_signed(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS)
    pages.hub.is_signed = False
    parent.open(f"/en/learners/{MARI}/receipts")
    assert "Not ready yet" in parent.text
    event_id = pages.hub.lines[PARENT][0].event_id
    parent.open(f"/en/learners/{MARI}/receipts/{event_id}")
    assert "Your decision counts already" in parent.text
    pages.hub.is_signed = True
    parent.follow("Try again")
    assert parent.answer.mimetype == "text/plain"
    name = f'attachment; filename="dolen-receipt-{reference_of(event_id)}.tlog-proof"'
    assert parent.answer.headers["Content-Disposition"] == name
    assert parent.answer.headers["Cache-Control"] == "no-store"
