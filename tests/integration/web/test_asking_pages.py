"""Objecting, what partners ask for, and a holder's answers, as pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from hub.asking.model import AskedLine, ToAnswer
from hub.database import new_id
from hub.web.digests import offer_key, row_key
from tests.integration.web.browser import Browser
from tests.integration.web.conftest import Pages
from tests.integration.web.in_memory_hub import (
    EDUCATION,
    HEALTH,
    MARI,
    PARENT,
    SOCIAL,
    SPEECH,
    SPEECH_FIELDS,
    WORKER,
    InMemoryHub,
)

WORDS = "2 < 3, <b>4</b>"


@pytest.fixture
def hub(pages: Pages) -> InMemoryHub:
    return pages.hub


def object_page(hub: InMemoryHub) -> str:
    (row,) = [one for one in hub.who_sees_what(PARENT, MARI).rows if one.basis == "public_task"]
    return f"/en/learners/{MARI}/sharing/{row_key(row)}/object"


def asked(hub: InMemoryHub, *fields: str) -> AskedLine:
    line = AskedLine(new_id(), EDUCATION, "alnco", "aln-plan", HEALTH, SPEECH, fields, hub.at)
    hub.asking.asked.append(line)
    return line


def waiting(hub: InMemoryHub, *, is_objection: bool) -> ToAnswer:
    one = ToAnswer(
        new_id(),
        is_objection,
        MARI,
        HEALTH,
        SOCIAL,
        None if is_objection else "iro",
        "care-planning",
        SPEECH_FIELDS[:2],
        hub.at,
        date(2027, 3, 1) if is_objection else None,
        WORDS,
        "Mari Bowen",
    )
    hub.asking.workers.add(WORKER)
    hub.asking.waiting.append(one)
    return one


# ---- objecting


def test_a_family_objects_checks_and_gets_a_reference(parent: Browser, hub: InMemoryHub) -> None:
    parent.open(f"/en/learners/{MARI}/sharing")
    parent.follow("Object")
    assert parent.path == object_page(hub)
    parent.submit(fields=["identity.birth_date"], words=WORDS)
    assert WORDS in parent.text
    assert "within a month" in parent.text
    assert hub.asking.made == {}
    parent.submit(step="confirm")
    assert "You have objected" in parent.text
    ((whose, line),) = hub.asking.made.values()
    assert (whose, line.words, line.about.field_ids) == (PARENT, WORDS, ("identity.birth_date",))
    assert (line.about.holder, line.about.recipient, line.about.purpose) == (HEALTH, SOCIAL, "care-planning")
    assert len(hub.asking.shown[0].sha256) == 32
    parent.open(f"/en/learners/{MARI}/receipts")
    assert "You objected" in parent.text
    assert "Not ready yet" in parent.text


def test_the_check_page_leads_back_with_what_was_said(parent: Browser, hub: InMemoryHub) -> None:
    parent.open(object_page(hub))
    parent.submit(fields=["identity.birth_date"], words=WORDS)
    parent.submit(step="change")
    _, fields = parent.form("/object")
    assert fields["fields"] == ["identity.birth_date"]
    assert fields["words"] == WORDS
    assert hub.asking.made == {}


@pytest.mark.parametrize(
    ("fields", "words", "says"),
    [
        ([], WORDS, "Select at least one thing that you object to"),
        (["health.speech.fluency"], WORDS, "Select at least one thing that you object to"),
        (["identity.birth_date"], " ", "Say why you object"),
        (["identity.birth_date"], "x" * 2_001, "2,000 characters or fewer"),
    ],
)
def test_what_is_missing_is_said_beside_its_field(
    parent: Browser, hub: InMemoryHub, fields: list[str], words: str, says: str
) -> None:
    parent.open(object_page(hub))
    parent.submit(fields=fields, words=words, status=422)
    assert says in parent.text
    assert hub.asking.made == {}


def test_a_confirmation_sent_twice_objects_once(parent: Browser, hub: InMemoryHub) -> None:
    parent.open(object_page(hub))
    parent.submit(fields=["identity.birth_date"], words=WORDS)
    action, fields = parent.form("/object")
    for _ in range(2):
        parent.send(action, fields | {"step": "confirm"})
        assert "You have objected" in parent.text
    assert len(hub.asking.made) == 1


def test_an_objection_to_another_text_is_not_taken(parent: Browser, hub: InMemoryHub) -> None:
    parent.open(object_page(hub))
    parent.submit(fields=["identity.birth_date"], words=WORDS)
    action, fields = parent.form("/object")
    parent.send(action, fields | {"step": "confirm", "shown": "0" * 64}, 409)
    assert hub.asking.made == {}


def test_only_a_public_task_has_an_objection(parent: Browser, hub: InMemoryHub) -> None:
    others = [row for row in hub.who_sees_what(PARENT, MARI).rows if row.basis != "public_task"]
    assert len(others) > 2
    for row in others:
        parent.open(f"/en/learners/{MARI}/sharing/{row_key(row)}/object", 404)
    assert hub.asking.made == {}


def test_objections_are_listed_with_their_answers_and_taken_back(parent: Browser, hub: InMemoryHub) -> None:
    parent.open(object_page(hub))
    parent.submit(fields=["identity.birth_date"], words=WORDS)
    parent.submit(step="confirm")
    (made,) = hub.asking.made
    parent.open(f"/en/learners/{MARI}/objections")
    assert "Waits for an answer" in parent.text
    assert WORDS in parent.text
    parent.follow("Take your objection back")
    action, fields = parent.form("/end")
    for _ in range(2):
        parent.send(action, fields)
        assert "You have taken your objection back" in parent.text
    assert hub.asking.made[made][1].status == "withdrawn"
    whose, line = hub.asking.made[made]
    hub.asking.made[made] = (whose, replace(line, status="rejected", reasons="Because of the plan"))
    parent.open(f"/en/learners/{MARI}/objections")
    assert "Because of the plan" in parent.text
    assert "Information Commissioner" in parent.text


def test_another_parents_objection_is_on_no_page_of_this_one(pages: Pages, parent: Browser, hub: InMemoryHub) -> None:
    parent.open(object_page(hub))
    parent.submit(fields=["identity.birth_date"], words=WORDS)
    parent.submit(step="confirm")
    (made,) = hub.asking.made
    other = pages.browser()
    other.sign_in("dafydd@example.org")
    for page in ("sharing", "objections", "decisions", "receipts"):
        other.open(f"/en/learners/{MARI}/{page}")
        assert WORDS not in other.text
        assert "Your objection:" not in other.text
    other.open(f"/en/learners/{MARI}/objections/{made}/end", 404)


# ---- what a family is asked


def test_a_family_sees_who_asks_for_what_and_decides_on_those_fields_alone(parent: Browser, hub: InMemoryHub) -> None:
    parent.open(f"/en/learners/{MARI}/decisions")
    assert "Somebody asks" not in parent.text
    line = asked(hub, *SPEECH_FIELDS[:2])
    parent.open(f"/en/learners/{MARI}/decisions")
    assert "Somebody asks" in parent.text
    names = hub.words("en")
    for said in (names.purpose("aln-plan"), names.role("alnco"), *(names.field(one) for one in line.field_ids)):
        assert said in parent.text
    cut = replace(hub.offers(PARENT, MARI)[0], field_ids=line.field_ids)
    parent.open(f"/en/learners/{MARI}/offers/{offer_key(cut)}")
    _, fields = parent.form("/" + offer_key(cut))
    assert fields["fields"] == []
    parent.submit(fields=list(SPEECH_FIELDS), until_day="1", until_month="2", until_year="2027")
    parent.submit()
    assert [offer.field_ids for offer, _ in hub.granted] == [line.field_ids]


def test_a_family_may_say_no_to_what_is_asked(parent: Browser, hub: InMemoryHub) -> None:
    line = asked(hub, SPEECH_FIELDS[0])
    cut = replace(hub.offers(PARENT, MARI)[0], field_ids=line.field_ids)
    parent.open(f"/en/learners/{MARI}/offers/{offer_key(cut)}/refuse")
    parent.submit()
    assert [kind for kind, *_ in hub.decided] == ["refused"]


def test_who_shares_some_of_it_already_decides_on_the_whole_group(parent: Browser, hub: InMemoryHub) -> None:
    whole = offer_key(hub.offers(PARENT, MARI)[0])
    parent.open(f"/en/learners/{MARI}/offers/{whole}")
    parent.submit(fields=[SPEECH_FIELDS[0]], until_day="1", until_month="2", until_year="2027")
    parent.submit()
    asked(hub, SPEECH_FIELDS[1])
    page = parent.open(f"/en/learners/{MARI}/decisions")
    links = [link.attributes["href"] for link in page.all("a") if link.text.startswith("Decide")]
    assert links == [f"/en/learners/{MARI}/offers/{whole}"]


def test_what_no_protocol_offers_any_more_is_not_asked(parent: Browser, hub: InMemoryHub) -> None:
    hub.asking.asked.append(replace(asked(hub, SPEECH_FIELDS[0]), group_id="health.growth"))
    hub.asking.asked = hub.asking.asked[1:]
    parent.open(f"/en/learners/{MARI}/decisions")
    assert "Somebody asks" not in parent.text


# ---- holders


def test_a_holders_person_finds_what_waits_and_answers_it(worker: Browser, hub: InMemoryHub) -> None:
    objection, request = waiting(hub, is_objection=True), waiting(hub, is_objection=False)
    worker.open("/en/home")
    worker.follow("Requests and objections")
    assert "Mari Bowen" in worker.text
    worker.open(f"/en/answers/{objection.id}")
    assert WORDS in worker.text
    assert str(PARENT) not in worker.answer.text
    worker.submit(answer="", status=422)
    assert "Select an answer" in worker.text
    worker.submit(answer="agreed", words="x", status=422)
    worker.submit(answer="rejected", words=" ", status=422)
    assert "Give your reasons" in worker.text
    worker.submit(answer="rejected", words="The plan needs it")
    assert "Your answer is recorded" in worker.text
    worker.open(f"/en/answers/{request.id}")
    worker.submit(answer="agreed", words="")
    assert hub.asking.answered == [(objection.id, "rejected", "The plan needs it"), (request.id, "agreed", "")]
    worker.open(f"/en/answers/{request.id}", 404)


def test_nobody_else_has_a_page_to_answer_on(parent: Browser, hub: InMemoryHub) -> None:
    one = waiting(hub, is_objection=True)
    parent.open("/en/home")
    assert "Requests and objections" not in parent.text
    for page in ("answers", "answers/recorded", f"answers/{one.id}"):
        parent.open(f"/en/{page}", 404)
