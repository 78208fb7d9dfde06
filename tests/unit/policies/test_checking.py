"""What `policy check` finds in protocols that load: each planted once, and found at its own line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import (
    AccessRequest,
    Catalogue,
    Facts,
    Protocol,
    Words,
    compile_snapshot,
    decide,
    load_catalogue,
    parse_protocol,
)
from policies.checking import check, two_years_after
from policies.conditions import is_met
from policies.findings import Check, Finding
from policies.idle_rows import placed_rows, shadowed
from tests.unit.policies import drafts, worlds
from tests.unit.policies.test_protocol_files import ROW, SMALL, line_of

ON = date(2026, 6, 1)
CATALOGUE = load_catalogue()
ONLY = CATALOGUE.mask(["health.speech.fluency"])
"""The one field that the small protocol shares; all others are meant to stay."""


def read(text: str, name: str = "small.yaml") -> Protocol:
    return parse_protocol(text.encode(), CATALOGUE, file=name)


def found(*texts: str, on: date = ON, catalogue: Catalogue = CATALOGUE) -> tuple[Finding, ...]:
    protocols = [read(text, f"p{number}.yaml") for number, text in enumerate(texts)]
    return check(protocols, catalogue, on=on, kept_back=CATALOGUE.everything & ~ONLY)


def with_row(row: str, text: str = SMALL) -> str:
    return text.replace("retention:", row + "retention:")


def test_a_protocol_without_fault_has_no_finding() -> None:
    assert found(SMALL) == ()


EARLY = SMALL.replace("    obligations:", "    when: {until_on: 2025-12-31}\n    obligations:")
OLD = SMALL.replace("any_of: [all]", "any_of: [additional_needs]").replace(
    "    obligations:", "    when: {age_from: 25}\n    obligations:"
)
TWIN = with_row(ROW.replace("row-one", "row-two"))
PLANTED = {
    "outside its time": (EARLY, Check.NEVER_APPLIES, "id: row-one", "dates lie outside"),
    "nobody admitted": (SMALL.replace("holder: afon", "holder: bryn"), Check.NEVER_APPLIES, "id: row-one", "admission"),
    "too old for the law": (OLD, Check.NEVER_APPLIES, "id: row-one", "25 or over"),
    "passage without a row": (
        SMALL + "bars:\n  - {kind: third_party, override_by: [alnco]}\n", Check.NEVER_APPLIES, "bars:", "`alnco` may",
    ),
    "the same row twice": (TWIN, Check.SHADOWED, "id: row-two", "small/1#row-one"),
    "a marker that a bar takes away": (
        SMALL.replace("[health.speech.fluency]", "[health.speech.fluency, health.practice]"),
        Check.MARKER_TELLS, "id: row-one", "`health.practice`",
    ),
    "review is over": (SMALL.replace("2027-01-01", "2026-06-01"), Check.REVIEW, "review_on:", "permitted nothing"),
    "review is far away": (SMALL.replace("2027-01-01", "2028-06-02"), Check.REVIEW, "review_on:", "more than 2 years"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_every_planted_fault_is_found_at_its_line_with_a_remedy(name: str) -> None:
    text, kind, needle, problem = PLANTED[name]
    (one,) = found(text)
    assert (one.check, one.file, one.line) == (kind, "p0.yaml", line_of(text, needle))
    assert problem in one.problem
    assert one.remedy
    assert one.fails


def test_a_review_on_the_last_day_of_two_years_is_good() -> None:
    assert found(SMALL.replace("2027-01-01", "2028-06-01")) == ()
    assert two_years_after(date(2024, 2, 29)) == date(2026, 2, 28)


def test_a_version_that_was_taken_over_needs_no_review() -> None:
    old = SMALL.replace("2027-01-01", "2026-05-01")
    new = SMALL.replace("version: 1", "version: 2").replace("2026-01-01", "2026-04-01")
    assert found(old, new) == ()
    assert {one.check for one in found(old)} == {Check.REVIEW}


def test_two_protocols_that_ask_the_same_consent_are_found_once_for_each_group() -> None:
    second = SMALL.replace("id: small", "id: other").replace("health.speech.fluency", "group:health.speech")
    (one,) = found(SMALL, second)
    assert (one.check, one.file, one.line) == (Check.ASKED_TWICE, "p0.yaml", line_of(SMALL, "id: row-one"))
    assert "group:health.speech" in one.problem
    later = second.replace("2026-01-01", "2027-01-01").replace("review_on: 2027-01-01", "review_on: 2028-01-01")
    assert [one for one in found(SMALL, later) if one.check is Check.ASKED_TWICE] == []


def test_fields_that_a_holder_has_and_nobody_sees_are_listed_once_and_can_be_meant() -> None:
    protocols = [read(SMALL)]
    (one,) = check(protocols, CATALOGUE, on=ON)
    assert (one.check, one.line) == (Check.NOBODY_SEES, line_of(SMALL, "information:"))
    assert "health.narrative" in one.problem
    assert "social_care." not in one.problem, "no partner of this protocol holds it"
    assert "health.speech.fluency" not in one.problem
    rest = CATALOGUE.everything & ~ONLY & ~CATALOGUE.mask(["health.narrative"])
    (left,) = check(protocols, CATALOGUE, on=ON, kept_back=rest)
    assert left.problem.endswith("shared with nobody: health.narrative")


def test_a_partner_without_a_signature_is_found_at_its_entry() -> None:
    protocol = read(SMALL)
    keep = CATALOGUE.everything & ~ONLY
    one, two = check([protocol], CATALOGUE, on=ON, signed={}, kept_back=keep)
    assert [one.line, two.line] == [line_of(SMALL, "- agency: afon"), line_of(SMALL, "- agency: bryn")]
    assert {one.check, two.check} == {Check.UNSIGNED}
    (left,) = check([protocol], CATALOGUE, on=ON, signed={protocol.ref: {"afon"}}, kept_back=keep)
    assert "`bryn`" in left.problem


def test_welsh_that_is_the_english_once_more_is_found_in_the_catalogue() -> None:
    copied = Words("Three words alike", "Three words alike")
    entry = replace(CATALOGUE.by_id["health.speech.fluency"], plain=copied, file="fields-health.yaml", line=7)
    fields = tuple(entry if one.id == entry.id else one for one in CATALOGUE.fields)
    (one,) = found(SMALL, catalogue=replace(CATALOGUE, fields=fields))
    assert (one.check, one.place) == (Check.NO_WELSH, "fields-health.yaml:7")


# ---- shadowed rows

TASK = {"basis: consent": "basis: public_task", "6(1)(a)": "6(1)(e)", "9(2)(a)": "9(2)(g)"}
OBLIGATION = {"basis: consent": "basis: legal_obligation", "6(1)(a)": "6(1)(c)", "9(2)(a)": "9(2)(g)"}
OVERRIDE = {"basis: consent": "basis: override_only", "6(1)(a)": "6(1)(e)", "9(2)(a)": "9(2)(g)"}


def other(changes: dict[str, str], **more: str) -> str:
    text = SMALL.replace("id: small", "id: other")
    for old, new in {**changes, **more}.items():
        assert old in text
        text = text.replace(old, new)
    return text


def shadows(*texts: str) -> list[str]:
    return [one.file for one in found(*texts) if one.check is Check.SHADOWED]


def test_a_consent_that_a_duty_of_another_protocol_makes_idle_is_shadowed() -> None:
    assert shadows(SMALL, other(TASK)) == ["p0.yaml"]
    assert shadows(SMALL, other(OBLIGATION)) == ["p0.yaml"]
    assert shadows(other(TASK), other(OBLIGATION).replace("id: other", "id: third")) == ["p0.yaml"]


@pytest.mark.parametrize(
    "weaker",
    [
        {"    obligations:": "    when: {age_until: 16}\n    obligations:"},
        {"reads: as_needed": "reads: {most: 1, per: day}"},
        {"review_on: 2027-01-01": "review_on: 2026-12-31"},
        {"in_force_from: 2026-01-01": "in_force_from: 2026-01-02"},
        {"health.speech.fluency": "health.speech.speech_sounds"},
        {"withheld_marker: true": "withheld_marker: false"},
        {"roles: [alnco]": "roles: [clinician]"},
    ],
)
def test_a_duty_under_stricter_terms_shadows_nothing(weaker: dict[str, str]) -> None:
    assert shadows(SMALL, other({**OBLIGATION, **weaker})) == []


def test_consents_of_two_protocols_are_two_questions_and_shadow_none() -> None:
    assert shadows(SMALL, other({})) == []


def test_an_override_that_passes_a_bar_is_not_shadowed_by_a_duty() -> None:
    override = other(OVERRIDE, **{"id: other": "id: third"})
    bars = "bars:\n  - {kind: third_party, override_by: [alnco]}\n"
    assert shadows(override, other(OBLIGATION)) == ["p0.yaml"]
    assert shadows(override + bars, other(OBLIGATION)) == []
    assert shadows(override, other(TASK)) == [], "an override opens what an objection closed"


def without(protocols: tuple[Protocol, ...], findings: list[Finding]) -> tuple[Protocol, ...]:
    lines = {(one.file, one.line) for one in findings}
    return tuple(
        replace(one, rules=tuple(rule for rule in one.rules if (one.file, rule.line) not in lines)) for one in protocols
    )


def unique_lines(protocols: tuple[Protocol, ...]) -> tuple[Protocol, ...]:
    return tuple(
        replace(
            one,
            file=str(one.ref),
            rules=tuple(replace(rule, line=number) for number, rule in enumerate(one.rules, start=1)),
        )
        for one in protocols
    )


@settings(max_examples=300, deadline=None)
@given(st.integers(min_value=0, max_value=2**32))
def test_without_its_shadowed_rows_a_set_of_protocols_decides_the_same(seed: int) -> None:
    """But for what an objection takes from a task: there a consent for the same field would speak again."""
    random = Random(seed)
    protocols = unique_lines(tuple(one for one in drafts.drafts(random, likely=0.15) if one.ref.version == 1))
    findings = list(shadowed(placed_rows(protocols)))
    all_rows = compile_snapshot(drafts.CATALOGUE, protocols)
    fewer = compile_snapshot(drafts.CATALOGUE, without(protocols, findings))
    for _ in range(25):
        case = drafts.case(random, protocols)
        facts = replace(case.facts, objections=())
        before, after = (decide(one, case.request, facts) for one in (all_rows, fewer))
        assert (before.allowed, before.by_obligation, before.by_task, before.by_consent, before.by_override) == (
            after.allowed, after.by_obligation, after.by_task, after.by_consent, after.by_override,
        )  # fmt: skip
        assert before.withheld_shown == after.withheld_shown


def test_random_drafts_have_shadowed_rows() -> None:
    some = [list(shadowed(placed_rows(drafts.drafts(Random(seed), likely=0.15)))) for seed in range(200)]
    assert sum(map(len, some)) > 30


@pytest.mark.parametrize("seed", range(40))
def test_a_row_that_never_applies_is_met_by_nobody_on_no_day(seed: int) -> None:
    random = Random(seed)
    base = drafts.draft(random, likely=0.9)
    for row in placed_rows([base]):
        if row.ends_at > row.starts_at:
            continue
        for days in range(-3, 20):
            at = worlds.instant(days)
            is_current = row.period[0] <= at < row.period[1]
            request = AccessRequest(row.rule.recipient, "lead", row.rule.purpose, row.rule.holder, row.rule.mask, at)
            alone = replace(row.rule.when, age_from=None, age_until=None, levels=frozenset(), live_tie=False)
            assert not (is_current and is_met(alone, request, Facts()))


def test_of_three_equal_rows_two_are_named() -> None:
    rows = ROW.replace("row-one", "row-two") + ROW.replace("row-one", "row-three")
    text = with_row(rows)
    named = [one.problem.split("`")[1] for one in found(text) if one.check is Check.SHADOWED]
    assert sorted(named) == ["row-three", "row-two"]


def test_a_row_in_two_parts_that_others_cover_together_is_shadowed() -> None:
    text = with_row(
        ROW.replace("row-one", "row-two").replace("health.speech.fluency", "health.speech.speech_sounds")
        + ROW.replace("row-one", "row-three").replace("health.speech.fluency", "group:health.speech")
    )
    assert [one.line for one in found(text) if one.check is Check.SHADOWED] == [
        line_of(text, "id: row-one"),
        line_of(text, "id: row-two"),
    ]
