"""What a family sees, and does not: sight, looks, and who is kept out."""

from __future__ import annotations

from uuid import UUID

import pytest

from hub.database import new_id
from hub.web.digests import row_key
from tests.integration.web.browser import Browser
from tests.integration.web.conftest import Pages
from tests.integration.web.in_memory_hub import MARI, OSIAN, PARENT, SPEECH_FIELDS
from tests.integration.web.reading import Tag


def rows(page: Tag) -> list[list[str]]:
    """The cells of every row of every table."""
    return [
        [cell.text for cell in row.children if isinstance(cell, Tag)]
        for body in page.all("tbody")
        for row in body.all("tr")
    ]


def test_every_ground_is_said_and_only_a_choice_can_be_acted_on(parent: Browser) -> None:
    parent.open(f"/en/learners/{MARI}/sharing")
    by_ground = {row[3]: row for row in rows(parent.page)}
    assert set(by_ground) == {
        "Your choice",
        "A legal duty: you are told",
        "A public task: you may object",
        "Only in an emergency",
    }
    assert by_ground["A legal duty: you are told"][2] == "Yes"
    assert "Stop" not in by_ground["A legal duty: you are told"][5]
    assert "Decide" not in by_ground["A legal duty: you are told"][5]
    assert by_ground["A public task: you may object"][5].startswith("Object")
    assert by_ground["Your choice"][5].startswith("Decide")
    assert by_ground["Your choice"][2] == "No"
    assert by_ground["Only in an emergency"][4] == "Not shared"


def test_what_is_shared_by_choice_can_be_stopped_from_the_same_page(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS[:1])
    parent.open(f"/en/learners/{MARI}/sharing")
    shown = [row for row in rows(parent.page) if row[3] == "Your choice"]
    assert [(row[2], row[4]) for row in shown] == [("Yes", "31 July 2027"), ("No", "Not shared")]
    parent.follow("Stop sharing")
    assert parent.path.endswith("/withdraw")


def test_another_parents_consent_has_no_stop_button(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS)
    other = pages.browser()
    other.sign_in("dafydd@example.org")
    other.open(f"/en/learners/{MARI}/sharing")
    assert [row[3] for row in rows(other.page) if row[2] == "Yes" and "choice" in row[3]] == ["Your choice"]
    assert "Stop sharing" not in other.text


def test_who_may_decide_too_can_answer_what_another_person_opened(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS)
    other = pages.browser()
    other.sign_in("dafydd@example.org")
    other.open(f"/en/learners/{MARI}/sharing")
    other.follow("Decide")
    other.follow("I do not want to share this")
    other.send(*other.form())
    assert "You have said no" in other.text


def test_where_two_opened_it_each_stops_their_own(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS)
    mine = next(iter(pages.hub.answers))
    pages.hub.opened_by_another = (UUID(int=0), UUID(int=2**128 - 1))
    parent.open(f"/en/learners/{MARI}/sharing")
    parent.follow("Stop sharing")
    assert parent.path == f"/en/learners/{MARI}/consents/{mine}/withdraw"


def test_the_page_says_which_roles_and_which_fields_where_rows_would_look_alike(parent: Browser, pages: Pages) -> None:
    agree(parent, SPEECH_FIELDS[:1])
    first = pages.hub.words("en").field(SPEECH_FIELDS[0])
    parent.open(f"/en/learners/{MARI}/sharing")
    shown, hidden = [row[0] for row in rows(parent.page) if row[3] == "Your choice"]
    assert first in shown
    assert first not in hidden
    assert "Only:" not in shown
    assert hidden.endswith("Only: Additional learning needs co-ordinator")
    assert "Who there: Additional learning needs co-ordinator; The partner’s own record system" in parent.text


def test_every_field_of_a_row_is_listed_with_what_it_says(parent: Browser, pages: Pages) -> None:
    parent.open(f"/en/learners/{MARI}/sharing")
    row = next(row for row in pages.hub.who_sees_what(PARENT, MARI).rows if row.field_ids == SPEECH_FIELDS)
    names = pages.hub.words("en")
    parent.open(f"/en/learners/{MARI}/sharing/{row_key(row)}")
    for field_id in SPEECH_FIELDS:
        assert names.field(field_id) in parent.text
        assert names.field_explanation(field_id) in parent.text


def test_every_look_is_listed_newest_first_also_one_that_showed_nothing(parent: Browser) -> None:
    parent.open(f"/en/learners/{MARI}/looked")
    found = rows(parent.page)
    assert [row[0] for row in found] == ["23 November 2026, 11:02", "22 November 2026, 14:02"]
    assert found[0][1] == "Dyffryn Education Service Additional learning needs co-ordinator"
    assert "Given name" in found[0][3] or "First name" in found[0][3]
    assert found[1][3] == "Nothing"


def test_days_and_times_are_said_in_the_language_of_the_page(parent: Browser) -> None:
    parent.open(f"/cy/learners/{MARI}/looked")
    assert [row[0] for row in rows(parent.page)] == ["23 Tachwedd 2026, 11:02", "22 Tachwedd 2026, 14:02"]


@pytest.mark.parametrize(
    "path",
    [
        "learners/{learner}/sharing",
        "learners/{learner}/sharing/" + 32 * "0",
        "learners/{learner}/looked",
        "learners/{learner}/decisions",
        "learners/{learner}/offers/" + 32 * "0",
        "learners/{learner}/offers/" + 32 * "0" + "/refuse",
        "learners/{learner}/consents/{other}/withdraw",
        "learners/{learner}/receipts",
        "learners/{learner}/receipts/{other}",
        "journeys/{other}/check",
        "journeys/{other}/done",
        "inbox/{other}",
        "inbox/{other}/acknowledged",
    ],
)
def test_what_is_not_yours_looks_like_what_does_not_exist(pages: Pages, path: str) -> None:
    other = pages.browser()
    other.sign_in("dafydd@example.org")
    bodies = []
    for learner in (OSIAN, new_id()):
        other.open("/en/" + path.format(learner=learner, other=new_id()), 404)
        bodies.append(other.text)
    assert bodies[0] == bodies[1]
    assert "There is no such page" in bodies[0]
    assert "Osian" not in other.answer.text


def test_a_worker_has_notices_and_no_family_pages(worker: Browser) -> None:
    worker.open("/en/home")
    assert "You are the accountable person for Mari Bowen" in worker.text
    assert "Who looked" not in worker.text
    worker.open(f"/en/learners/{MARI}/sharing", 404)


def test_no_address_that_a_family_sees_names_anybody_or_a_kind_of_record(parent: Browser) -> None:
    agree(parent, SPEECH_FIELDS)
    seen = set()
    for path in ("home", f"learners/{MARI}/sharing", f"learners/{MARI}/decisions", f"learners/{MARI}/receipts"):
        parent.open(f"/en/{path}")
        seen |= {link.attributes["href"].lower() for link in parent.page.all("a")}
    assert len(seen) > 15
    assert [address for address in seen if any(word in address for word in ("mari", "bowen", "speech", "health"))] == []


def agree(browser: Browser, field_ids: tuple[str, ...]) -> None:
    """Agree to share these fields until 31 July 2027."""
    browser.open(f"/en/learners/{MARI}/decisions")
    browser.follow("Decide")
    browser.submit(fields=list(field_ids), until_day="31", until_month="7", until_year="2027")
    browser.submit()
    assert browser.path.endswith("/done")
