"""The worked example of the language page is good at first reading, and does what the page says of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner
from jsonschema import Draft202012Validator

from hub.cli import cli
from policies import AccessRequest, Decision, Facts, compile_snapshot, decide, load_catalogue, load_protocol
from policies.bars import BarKind, barrable, covered
from policies.facts import BarFact, OverrideFact
from policies.schema import schema
from tests.unit.policies.test_schema import as_editors_see

ROOT = Path(__file__).parents[3]
FILE = ROOT / "docs" / "examples" / "first-protocol.yaml"
PAGE = (ROOT / "docs" / "policy-language.md").read_text(encoding="utf-8").partition("## 8.")[2].partition("## 9.")[0]
CATALOGUE = load_catalogue()
PROTOCOL = load_protocol(FILE, CATALOGUE)
SNAPSHOT = compile_snapshot(CATALOGUE, [PROTOCOL])
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
COLLEGE = "coleg-dyffryn"
SAFE = Facts(age=17, live_ties=frozenset({COLLEGE}))


def ask(facts: Facts, *, role: str = "alnco", purpose: str = "transition") -> Decision:
    request = AccessRequest(COLLEGE, role, purpose, "dyffryn-education", CATALOGUE.everything, NOW)
    return decide(SNAPSHOT, request, facts)


def test_check_finds_nothing_wrong_with_it() -> None:
    answer = CliRunner().invoke(cli, ["policy", "check", str(FILE), "--draft", "--on", "2026-11-25"])
    assert answer.exit_code == 0, answer.output


def test_it_is_good_for_the_schema_that_its_first_line_names() -> None:
    text = FILE.read_text(encoding="utf-8")
    named = text.partition("$schema=")[2].partition("\n")[0]
    assert (FILE.parent / named).read_bytes() == schema()
    assert Draft202012Validator(json.loads(schema())).is_valid(as_editors_see(text))


def test_the_page_speaks_of_every_row_and_quotes_the_file() -> None:
    assert [rule.id for rule in PROTOCOL.rules if f"`{rule.id}`" not in PAGE] == []
    text = FILE.read_text(encoding="utf-8")
    for quoted in (
        "when: {live_tie: true}",
        "when: {age_from: 15, age_until: 20}",
        "reads: {most: 2, per: month}, erase_by: purpose_ends, tell_family: true}",
        "bars:\n  - kind: hidden_location\n    override_by: [safeguarding-lead]\n",
    ):
        assert quoted in text
        assert quoted in PAGE


def test_the_condition_keeps_the_plan_from_a_college_without_a_tie() -> None:
    assert "plan.provision" in CATALOGUE.ids(ask(SAFE).by_obligation)
    assert "plan.provision" not in CATALOGUE.ids(ask(replace(SAFE, live_ties=frozenset())).allowed)
    assert "education.attendance_rate" in CATALOGUE.ids(ask(SAFE).by_task)
    assert "education.attendance_rate" not in CATALOGUE.ids(ask(replace(SAFE, age=14)).allowed)
    assert "education.attendance_rate" not in CATALOGUE.ids(ask(replace(SAFE, age=20)).allowed)


def test_the_marker_shows_for_attendance_and_never_for_what_a_bar_takes_away() -> None:
    closed = ask(Facts())
    assert CATALOGUE.ids(closed.withheld_shown) == ("education.attendance_rate",)
    assert closed.withheld_shown & barrable(CATALOGUE) == 0


def test_an_override_opens_address_and_phone_past_a_hidden_location_and_nothing_past_a_court_order() -> None:
    wanted = CATALOGUE.mask(["identity.address", "identity.phone"])
    override = OverrideFact("o-1", COLLEGE, "safeguarding-lead", "safeguarding", wanted, NOW, NOW + timedelta(hours=1))
    hidden = BarFact(BarKind.HIDDEN_LOCATION, covered(BarKind.HIDDEN_LOCATION, CATALOGUE), None)
    court = BarFact(BarKind.COURT_ORDER, wanted, None)

    def opened(*bars: BarFact) -> int:
        facts = replace(SAFE, overrides=(override,), bars=bars)
        return ask(facts, role="safeguarding-lead", purpose="safeguarding").allowed

    assert ask(SAFE, role="safeguarding-lead", purpose="safeguarding").allowed == 0
    assert (opened(), opened(hidden), opened(court)) == (wanted, wanted, 0)
