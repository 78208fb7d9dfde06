"""Why: command line, API and family page say the same of the same state, and each no more than its reader may know."""

from __future__ import annotations

import json
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner, Result
from flask.testing import FlaskClient
from sqlalchemy import Connection, func, select
from structlog.testing import capture_logs

from consent.tables import ledger_outbox
from hub.cli import cli
from hub.database import reading
from hub.demo.people import EDUCATION, HEALTH
from hub.directory.links import behind
from hub.directory.tables import handle_link
from hub.sharing.tables import disclosure
from hub.web.digests import row_key
from policies.told import CLOSED
from tests.hubs import World
from tests.integration.attacks.conftest import Target
from tests.integration.consenting.test_decisions import another_parent
from tests.integration.explaining.states import (
    DUTY,
    SPEECH,
    STATES,
    TASK,
    State,
    agreed,
    agreed_and_another_refused,
    agreed_and_barred,
    another_objected,
    barred,
    nothing,
    objected,
    set_bar,
)
from tests.integration.web.reading import read

ASKED = ("--agency", EDUCATION.id, "--role", "alnco", "--purpose", "aln-plan")


def run(world: World, *arguments: str, expect: int = 0) -> Result:
    """`dolen policy explain` on this world's home."""
    settings = world.settings
    env = {
        "DOLEN_HOME": str(settings.home),
        "DOLEN_DATABASE_URL": settings.main_database,
        "DOLEN_KEYS_URL": settings.key_database,
    }
    found = CliRunner().invoke(cli, ["policy", "explain", *arguments], env=env, prog_name="dolen")
    assert found.exit_code == expect, found.output
    return found


def in_full(world: World, *arguments: str) -> dict[str, Any]:
    """What the command line prints as JSON about the child."""
    printed = run(world, *ASKED, "--learner", str(world.child), *arguments, "--json").stdout
    found: dict[str, Any] = json.loads(printed)
    return found


def told(target: Target, *fields: str, handle: UUID | None = None) -> dict[str, Any]:
    """What education's own system is told about its own handle."""
    body = {"learner": str(handle or target.world.handle())} | ({"fields": list(fields)} if fields else {})
    answer = target.ask("/v1/explain", target.token("records:read"), json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def of_field(answer: dict[str, Any], name: str, holder: str = HEALTH.id) -> dict[str, Any]:
    """One field's entry."""
    (found,) = (one for one in answer["fields"] if (one["field"], one["holder"]) == (name, holder))
    assert isinstance(found, dict)
    return found


def on_pages(target: Target, browser: FlaskClient, person: UUID) -> dict[tuple[str, str], dict[str, Any]]:
    """What the pages of this person say of each field that education's coordinator is told of, by holder and field."""
    world, found = target.world, {}
    for row in world.hub.who_sees_what(person, world.child).rows:
        if (row.recipient, row.purpose) == (EDUCATION.id, "aln-plan") and "alnco" in row.roles:
            text = browser.get(f"/en/learners/{world.child}/sharing/{row_key(row)}").get_data(as_text=True)
            heading = read(text).all("h1")[0].text
            assert heading.startswith("Why can ")
            for name in row.field_ids:
                assert unescape(world.hub.catalogue.by_id[name].title.en) in unescape(text)
                found[row.holder, name] = {"allowed": "not see this?" not in heading, "text": unescape(text)}
    return found


@pytest.mark.parametrize("state", STATES)
def test_command_line_api_and_page_give_one_answer(asked: Target, state: State) -> None:
    world = asked.world
    state(world, another_parent(world))
    full, own, pages = in_full(world), told(asked), on_pages(asked, asked.browser_of(world.parent), world.parent)
    fields = {(one["holder"], one["field"]): one for one in full["fields"]}
    assert fields.keys() == {(one["holder"], one["field"]) for one in own["fields"]}
    assert pages.keys() < fields.keys()
    for one in own["fields"]:
        same = fields[one["holder"], one["field"]]
        assert (one["allowed"], one["until"], one["consents"]) == (same["allowed"], same["until"], same["consents"])
        if same["reason"] not in ("barred", "condition_unmet"):
            assert (one["reason"], one["rules"]) == (same["reason"], same["rules"])
    rules = {(one["protocol"], one["row"]): one for one in full["rules"]}
    for key, page in pages.items():
        assert page["allowed"] == fields[key]["allowed"], key
        for rule in fields[key]["rules"]:
            says = rules[rule["protocol"], rule["row"]]
            assert says["why"]["en"] in page["text"]
            assert all(f"{one['act']}, {one['section']}" in page["text"] for one in says["powers"])


def test_it_says_what_a_read_then_shows(asked: Target) -> None:
    agreed(asked.world, asked.world.parent)
    allowed = {(one["holder"], one["field"]) for one in told(asked)["fields"] if one["allowed"]}
    shown = {(record.holder, name) for record in asked.world.read().records for name in record.fields}
    assert shown
    assert shown <= allowed


def test_a_field_on_consent_names_row_law_consent_and_end(small: Target) -> None:
    granted = small.world.grant()
    found = of_field(in_full(small.world, "--field", SPEECH), SPEECH)
    assert (found["allowed"], found["reason"]) == (True, "consent")
    assert found["consents"] == [str(granted.consent_id)]
    assert found["until"]
    assert len(found["rules"]) == 1
    said = run(small.world, *ASKED, "--learner", str(small.world.handle()), "--field", SPEECH).stdout
    assert "Children Act 2004, section 25" in said
    assert str(granted.consent_id) in said


def test_what_is_denied_says_what_would_change_it_in_both_languages(small: Target) -> None:
    arguments = (*ASKED, "--learner", str(small.world.handle()), "--field", SPEECH)
    assert "agrees to share: " in run(small.world, *arguments, expect=1).stdout
    assert "yn cytuno i rannu: " in run(small.world, *arguments, "--language", "cy", expect=1).stdout
    page = small.browser_of(small.world.parent)
    row = next(one for one in small.world.hub.who_sees_what(small.world.parent, small.world.child).rows
               if SPEECH in one.field_ids and one.recipient == EDUCATION.id)  # fmt: skip
    for language, text in (("en", "agrees to share: "), ("cy", "yn cytuno i rannu: ")):
        assert text in page.get(f"/{language}/learners/{small.world.child}/sharing/{row_key(row)}").text


def test_a_bar_is_named_to_whoever_runs_the_hub_and_to_nobody_else(small: Target) -> None:
    barred(small.world, small.world.parent)
    assert of_field(in_full(small.world), DUTY)["would_open"][0]["steps"][0]["change"] == "bar_lifted"
    answer = told(small)
    unnamed = next(
        one for one in answer["fields"] if one["reason"] == "no_rule" and one["field"] not in (DUTY, SPEECH, TASK)
        and one["holder"] == HEALTH.id
    )  # fmt: skip
    for name in (DUTY, SPEECH, TASK):
        assert of_field(answer, name) == unnamed | {"field": name}
    given = small.ask("/v1/explain", small.token("records:read"), json={"learner": str(small.world.handle())})
    assert "bar_lifted" not in given.text
    assert "barred" not in given.text
    pages = on_pages(small, small.browser_of(small.world.parent), small.world.parent)
    assert not any("bar" in page["text"].lower().split() or "barred" in page["text"] for page in pages.values())


def without_moment(text: str) -> str:
    """A page without what differs from one opening to the next."""
    return text.partition("<main")[2]


def pages_in(target: Target, state: State) -> dict[tuple[str, str], str]:
    """The main part of each page of the parent in a state."""
    other = another_parent(target.world)
    state(target.world, other)
    pages = on_pages(target, target.browser_of(target.world.parent), target.world.parent)
    return {key: without_moment(page["text"]) for key, page in pages.items()}


def test_a_family_cannot_tell_a_bar_from_somebody_elses_no(small: Target) -> None:
    world = small.world
    other = another_parent(world)
    agreed_and_another_refused(world, other)
    browser = small.browser_of(world.parent)
    refused = on_pages(small, browser, world.parent)
    set_bar(world, *world.offer().field_ids)
    after = on_pages(small, browser, world.parent)
    assert {key: without_moment(page["text"]) for key, page in after.items()} == {
        key: without_moment(page["text"]) for key, page in refused.items()
    }
    assert "reasons that this page does not show" in refused[HEALTH.id, SPEECH]["text"]


def test_a_field_that_nobody_was_asked_about_looks_alike_whether_barred_or_not(small: Target) -> None:
    before = pages_in(small, nothing)[HEALTH.id, SPEECH]
    set_bar(small.world, *small.world.offer().field_ids)
    pages = on_pages(small, small.browser_of(small.world.parent), small.world.parent)
    assert without_moment(pages[HEALTH.id, SPEECH]["text"]) == before


def test_an_objection_is_told_to_whoever_made_it_and_not_to_the_other_parent(small: Target) -> None:
    world, other = small.world, another_parent(small.world)
    objected(world, other)
    mine = on_pages(small, small.browser_of(world.parent), world.parent)[HEALTH.id, TASK]["text"]
    theirs = on_pages(small, small.browser_of(other), other)[HEALTH.id, TASK]["text"]
    assert "objected" in mine
    assert "objected" not in theirs.partition("What you can do")[0]
    assert "reasons that this page does not show" in theirs


def test_another_parents_consent_is_not_named(small: Target) -> None:
    world, other = small.world, another_parent(small.world)
    agreed(world, other)
    page = on_pages(small, small.browser_of(other), other)[HEALTH.id, SPEECH]
    assert page["allowed"]
    assert "You agreed to this." not in page["text"]
    assert (
        "You agreed to this."
        in on_pages(small, small.browser_of(world.parent), world.parent)[HEALTH.id, SPEECH]["text"]
    )


def test_nothing_is_recorded_and_nothing_personal_is_logged(small: Target) -> None:
    world = small.world

    def counted() -> tuple[int, int]:
        with reading(world.hub.engine) as connection:
            made = connection.execute(select(func.count()).select_from(disclosure)).scalar_one()
            return made, connection.execute(select(func.count()).select_from(ledger_outbox)).scalar_one()

    before = counted()
    with capture_logs() as lines:
        told(small)
        in_full(world)
    assert counted() == before
    (line,) = (one for one in lines if one["event"] == "explanation_given")
    assert line.keys() == {"event", "log_level", "client_id", "count"}


def test_the_list_does_not_depend_on_who_knows_the_learner(small: Target) -> None:
    world = small.world
    everyone = [(one["holder"], one["field"]) for one in told(small)["fields"]]
    with reading(world.hub.engine) as connection:
        only_known_here = [
            handle for handle in known_to(connection, EDUCATION.id) if len(handles_beside(connection, handle)) == 1
        ]
    assert only_known_here
    alone = told(small, handle=only_known_here[0])
    assert [(one["holder"], one["field"]) for one in alone["fields"]] == everyone
    assert [one["reason"] for one in alone["fields"]] == [one["reason"] for one in told(small)["fields"]]


def known_to(connection: Connection, agency_id: str) -> list[UUID]:
    """Handles of one agency."""
    found = select(handle_link.c.handle_id).where(
        handle_link.c.agency_id == agency_id, handle_link.c.until_at.is_(None)
    )
    return list(connection.execute(found.order_by(handle_link.c.handle_id)).scalars())


def handles_beside(connection: Connection, handle: UUID) -> tuple[tuple[str, UUID], ...]:
    """Who else knows the learner of this handle of education."""
    found = behind(connection, EDUCATION.id, handle)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        (("--agency", "nobody-here"), 1, "agency nobody-here is unknown"),
        (("--role", "wizard"), 2, "no protocol has this role"),
        (("--purpose", "fun"), 2, "no protocol has this purpose"),
        (("--learner", str(uuid4())), 1, "is unknown"),
        (("--learner", "Mari"), 2, "not a valid UUID"),
        (("--field", "health.nothing"), 1, "--field number 1 is not in the catalogue"),
    ],
)
def test_what_is_not_there_is_refused_clearly(small: Target, changed: tuple[str, str], code: int, says: str) -> None:
    given = run(small.world, *ASKED, "--learner", str(small.world.child), *changed, expect=code)
    assert says in given.output


def test_another_agencys_handle_is_not_found_by_the_api(small: Target) -> None:
    for handle in (small.world.handle(HEALTH.id), small.world.child, uuid4()):
        answer = small.ask("/v1/explain", small.token("records:read"), json={"learner": str(handle)})
        assert (answer.status_code, answer.get_json()["type"]) == (404, "/problems/not-found")


def test_asking_why_is_counted(small: Target) -> None:
    token = small.token("records:read")
    body = {"learner": str(small.world.handle()), "fields": [SPEECH]}
    statuses = [small.ask("/v1/explain", token, json=body).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]


def test_closed_is_no_reason_that_a_partner_is_told(small: Target) -> None:
    for state in (agreed_and_barred, another_objected):
        state(small.world, another_parent(small.world) if state is another_objected else small.world.parent)
    assert CLOSED not in {one["reason"] for one in told(small)["fields"]}
