"""The matrix against decisions: a cell says the most that any request can get, and every file of it says the same."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from policies import (
    AccessRequest,
    Basis,
    ConsentFact,
    Facts,
    OverrideFact,
    Reason,
    Snapshot,
    Words,
    compile_snapshot,
    decide,
)
from policies.matrix import Column, Matrix, Sharing, matrix
from policies.matrix_files import as_csv, as_json, as_page, harmless
from policies.model import ALWAYS, When
from tests.unit.policies import drafts, worlds
from tests.unit.policies.drafts import CATALOGUE

SEEDS = st.integers(min_value=0, max_value=2**32)
MANY = settings(max_examples=150, deadline=None)
SHARING_OF = {
    Reason.LEGAL_OBLIGATION: Sharing.OBLIGATION,
    Reason.PUBLIC_TASK: Sharing.TASK,
    Reason.CONSENT: Sharing.CONSENT,
    Reason.OVERRIDE: Sharing.OVERRIDE_ONLY,
}
ORDER = tuple(Sharing)


def column_of(found: Matrix, request: AccessRequest) -> Column | None:
    for table in found.tables:
        for column in table.columns:
            if (table.holder, column.recipient, column.purpose) == (request.holder, request.recipient, request.purpose):
                return column
    return None


@MANY
@given(SEEDS)
def test_no_decision_gives_more_than_its_cell_says(seed: int) -> None:
    random = Random(seed)
    protocols = drafts.drafts(random)
    snapshot = compile_snapshot(CATALOGUE, protocols)
    for _ in range(30):
        case = drafts.case(random, protocols)
        facts = replace(case.facts, bars=())
        column = column_of(matrix(snapshot, at=case.request.at), case.request)
        decision = decide(snapshot, case.request, facts)
        for entry in CATALOGUE.entries(decision.allowed):
            assert column is not None
            got, cell = SHARING_OF[decision.reason(entry.bit)], column.cell(entry.bit)
            assert ORDER.index(got) >= ORDER.index(cell.sharing)
            assert any(way.sharing is got and case.request.role in way.roles for way in cell.ways)


def everything_agreed(snapshot: Snapshot, request: AccessRequest) -> Facts:
    """Whatever a family or an override can add, for every protocol."""
    until = request.at + timedelta(days=1)
    mask = CATALOGUE.everything
    consents = tuple(
        ConsentFact("c", request.holder, request.recipient, request.purpose, mask, request.at, until, ref)
        for ref in snapshot.protocols
    )
    override = OverrideFact("o", request.recipient, request.role, request.purpose, mask, request.at, until)
    return Facts(consents=consents, overrides=(override,))


@MANY
@given(SEEDS)
def test_what_a_cell_promises_unconditionally_every_role_of_its_ways_gets(seed: int) -> None:
    random = Random(seed)
    snapshot = compile_snapshot(CATALOGUE, drafts.drafts(random))
    at = worlds.instant(random.randint(0, 12))
    for table in matrix(snapshot, at=at).tables:
        for column in table.columns:
            for role in column.roles:
                request = AccessRequest(column.recipient, role, column.purpose, table.holder, CATALOGUE.everything, at)
                decision = decide(snapshot, request, everything_agreed(snapshot, request))
                for entry in CATALOGUE.fields:
                    cell = column.cell(entry.bit)
                    sure = [way for way in cell.ways if role in way.roles and not way.is_conditional]
                    if sure:
                        got = SHARING_OF[decision.reason(entry.bit)]
                        assert ORDER.index(got) <= ORDER.index(sure[0].sharing)
                    if not cell.ways or all(role not in way.roles for way in cell.ways):
                        assert not decision.allowed & entry.bit


@MANY
@given(SEEDS)
def test_json_csv_and_page_say_the_same(seed: int) -> None:
    random = Random(seed)
    found = matrix(compile_snapshot(CATALOGUE, drafts.drafts(random)), at=worlds.instant(random.randint(0, 12)))
    from_csv = {
        (row["holder"], row["recipient"], row["purpose"], row["field"]): (row["sharing"], row["conditional"])
        for row in csv.DictReader(io.StringIO(as_csv(found)))
    }
    from_json = {}
    for table in as_json(found)["holders"]:
        for column in table["columns"]:
            for cell in column["cells"]:
                for field in cell["fields"]:
                    key = (table["holder"], column["recipient"], column["purpose"], field)
                    from_json[key] = (cell["sharing"], "yes" if cell["conditional"] else "no")
    assert {key: said for key, said in from_csv.items() if said[0] != "never"} == from_json
    page = as_page(found)
    shared = sum(1 for said in from_csv.values() if said[0] != "never")
    assert len(re.findall(r"<td>", page)) == shared
    for number in re.findall(r'href="#(note-[a-z]+-[0-9]+)"', page):
        assert f'id="{number}"' in page


def test_conditions_are_named_in_both_languages_and_days_that_are_over_are_left_out() -> None:
    base = worlds.protocol(Random(3), "one", 1, starts=0, ends=30)
    rule = replace(base.rules[0], mask=CATALOGUE.mask(["f00"]), basis=Basis.CONSENT, roles=frozenset({"lead"}))
    over = When(until_on=worlds.DAY_ZERO + timedelta(days=2))
    rules = (replace(rule, when=When(age_until=16, live_tie=True)), replace(rule, id="x", when=over))
    found = matrix(compile_snapshot(CATALOGUE, [replace(base, rules=rules)]), at=worlds.instant(5))
    page = as_page(found)
    assert "only aged under 16, with a live tie to the learner" in page
    assert "dim ond o dan 16 oed, gyda chyswllt byw â’r dysgwr" in page
    assert "before 2026" not in page
    (column,) = [column for table in found.tables for column in table.columns]
    assert column.cell(rule.mask).is_conditional
    assert [way.when for way in column.cell(rule.mask).ways] == [rules[0].when]
    assert ALWAYS not in [way.when for way in column.cell(rule.mask).ways]


def test_a_spreadsheet_takes_no_cell_for_a_formula() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"):
        assert harmless(text).startswith("'")
    assert harmless("Height") == "Height"
    catalogue = replace(CATALOGUE, fields=tuple(replace(one, title=Words("=cmd()", "@x")) for one in CATALOGUE.fields))
    protocol = drafts.draft(Random(2))
    at = worlds.instant((protocol.in_force_from - worlds.DAY_ZERO).days)
    rows = list(csv.reader(io.StringIO(as_csv(matrix(compile_snapshot(catalogue, [protocol]), at=at)))))
    assert len(rows) > 1
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_markup_in_names_is_only_text() -> None:
    protocol = drafts.draft(Random(2))
    evil = Words("<script>alert(1)</script>", "<b>")
    partners = {name: replace(one, name=evil) for name, one in protocol.partners.items()}
    at = worlds.instant((protocol.in_force_from - worlds.DAY_ZERO).days)
    page = as_page(matrix(compile_snapshot(CATALOGUE, [replace(protocol, partners=partners)]), at=at))
    assert "<script" not in page
    assert "&lt;script&gt;" in page
