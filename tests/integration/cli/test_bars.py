"""`dolen bar` and `dolen person may`: a bar tonight, from the command line, with nothing personal in an argument."""

from __future__ import annotations

import pytest

from hub.demo.partnership import Partnership
from tests.integration.cli.command import Dolen

EVIDENCE = "Seen at the court office, order 4711-Gorchymyn"
REASONS = "Discharged on appeal 88-Gorchymyn"
ORDER = {"evidence_kind": "court_order", "evidence": EVIDENCE}
REVIEW = ("--review-on", "2027-05-01")


def test_a_bar_is_set_listed_reviewed_and_lifted_and_its_words_rest_sealed(
    dolen: Dolen, partnership: Partnership
) -> None:
    child, by = str(partnership.child), ("--by", str(partnership.people["heledd"]))
    field = ("--field", "health.speech.receptive_language")
    made = dolen.run("bar", "set", "--learner", child, "--kind", "court_order", *field, *REVIEW, *by, stdin=ORDER)
    bar = made.stdout.strip()
    line = dolen.json("bar", "list", "--learner", child, *by)["bars"][0]
    assert line["bar"] == bar
    assert (line["kind"], line["fields"], line["review_on"]) == ("court_order", [field[1]], "2027-05-01")
    assert bar in dolen.run("bar", "list", "--learner", child, *by).stdout
    dolen.run("bar", "review", bar, "--review-on", "2027-09-01", *by, stdin={"reasons": REASONS})
    assert dolen.json("bar", "list", "--learner", child, *by)["bars"][0]["review_on"] == "2027-09-01"
    dolen.run("bar", "lift", bar, *by, stdin={"reasons": REASONS})
    assert dolen.json("bar", "list", "--learner", child, *by)["bars"] == []
    assert dolen.run("bar", "lift", bar, *by, stdin={"reasons": REASONS}, expect=1).stderr
    files = b"".join(path.read_bytes() for path in dolen.home.rglob("*") if path.is_file())
    assert not any(words.encode() in files for words in (EVIDENCE, REASONS))


@pytest.mark.parametrize("somebody", ["parent", "dylan"])
def test_a_bar_by_somebody_who_may_not_is_refused_and_says_who_may(
    dolen: Dolen, partnership: Partnership, somebody: str
) -> None:
    by = ("--by", str(partnership.people[somebody]))
    answer = dolen.run(
        *("bar", "set", "--learner", str(partnership.child), "--kind", "hidden_location", *REVIEW, *by),
        stdin=ORDER,
        expect=1,
    )
    assert "accountable person" in answer.stderr
    assert EVIDENCE not in answer.output
    dolen.run("bar", "list", "--learner", str(partnership.child), *by, expect=1)


@pytest.mark.parametrize(
    ("kind", "day", "given", "code"),
    [
        ("court_order", "2027-05-01", ORDER, 1),
        ("hidden_location", "2031-05-01", ORDER, 1),
        ("hidden_location", "2027-05-01", {"evidence": EVIDENCE}, 2),
        ("hidden_location", "2027-05-01", ORDER | {"evidence_kind": "hearsay"}, 2),
        ("legal_hold", "2027-05-01", ORDER, 2),
    ],
)
def test_a_bar_that_does_not_fit_is_refused_without_its_words(
    dolen: Dolen, partnership: Partnership, *, kind: str, day: str, given: dict[str, str], code: int
) -> None:
    by = ("--by", str(partnership.people["heledd"]))
    command = ("bar", "set", "--learner", str(partnership.child), "--kind", kind, "--review-on", day, *by)
    assert EVIDENCE not in dolen.run(*command, stdin=given, expect=code).output
    assert dolen.value("SELECT count(*) FROM bar") == 0


def test_a_role_is_given_and_taken_away(dolen: Dolen, partnership: Partnership) -> None:
    dylan = str(partnership.people["dylan"])
    dolen.run("person", "may", dylan, "--role", "clinician")
    dolen.run("person", "may", dylan, "--role", "clinician")
    assert dolen.value("SELECT count(*) FROM acting_role") == 1
    dolen.run("person", "may", dylan, "--role", "clinician", "--no-longer")
    assert "could not act" in dolen.run("person", "may", dylan, "--role", "clinician", "--no-longer", expect=1).stderr
    dolen.run("person", "may", str(partnership.people["parent"]), "--role", "clinician", expect=1)
    dolen.run("person", "may", dylan, "--role", "Not A Code", expect=2)
    assert dolen.value("SELECT count(*) FROM acting_role") == 0
