"""What must hold of every decision, whatever the protocols, consents, bars and objections are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import AccessRequest, Decision, Facts, Reason, compile_snapshot, decide, intersect
from tests.unit.policies import worlds

CATALOGUE = worlds.CATALOGUE
SEEDS = st.integers(min_value=0, max_value=2**32)
MASKS = st.integers(min_value=0, max_value=CATALOGUE.everything).map(lambda mask: mask & CATALOGUE.everything)
MANY = settings(max_examples=150, deadline=None)


def decisions(world: worlds.World, facts: Facts | None = None) -> list[Decision]:
    snapshot = compile_snapshot(CATALOGUE, world.protocols)
    return [decide(snapshot, request, world.facts if facts is None else facts) for request in world.requests]


@MANY
@given(SEEDS)
def test_the_order_of_protocols_rules_and_consents_never_matters(seed: int) -> None:
    world, random = worlds.world(seed), Random(seed)
    shuffled = [
        replace(protocol, rules=tuple(random.sample(protocol.rules, len(protocol.rules))))
        for protocol in random.sample(world.protocols, len(world.protocols))
    ]
    consents = tuple(random.sample(world.facts.consents, len(world.facts.consents)))
    other = worlds.World(tuple(shuffled), replace(world.facts, consents=consents), world.requests)
    assert decisions(other) == decisions(world)


@MANY
@given(SEEDS, MASKS)
def test_adding_a_bar_never_allows_more_and_shows_no_more_markers(seed: int, bars: int) -> None:
    world = worlds.world(seed)
    after = decisions(world, replace(world.facts, bars=world.facts.bars | bars))
    for before, barred in zip(decisions(world), after, strict=True):
        assert barred.allowed == before.allowed & ~bars
        assert barred.withheld_shown == before.withheld_shown & ~bars


@MANY
@given(SEEDS, MASKS)
def test_adding_an_objection_never_allows_more_and_leaves_obligations_alone(seed: int, objections: int) -> None:
    world = worlds.world(seed)
    after = decisions(world, replace(world.facts, objections=world.facts.objections | objections))
    for before, objected in zip(decisions(world), after, strict=True):
        assert objected.allowed & ~before.allowed == 0
        assert objected.by_obligation == before.by_obligation


@MANY
@given(SEEDS)
def test_withdrawing_any_consent_never_allows_more_and_takes_only_what_rested_on_it(seed: int) -> None:
    world = worlds.world(seed)
    for fact in world.facts.consents:
        left = tuple(other for other in world.facts.consents if other is not fact)
        for before, withdrawn in zip(
            decisions(world), decisions(world, replace(world.facts, consents=left)), strict=True
        ):
            assert withdrawn.allowed & ~before.allowed == 0
            assert before.allowed & ~withdrawn.allowed & ~(before.by_consent & fact.mask) == 0


@MANY
@given(SEEDS, MASKS)
def test_narrowing_what_is_wanted_narrows_the_answer_and_changes_nothing_else(seed: int, narrower: int) -> None:
    world = worlds.world(seed)
    asked = tuple(replace(request, wanted=request.wanted & narrower) for request in world.requests)
    narrowed = decisions(worlds.World(world.protocols, world.facts, asked))
    for before, after in zip(decisions(world), narrowed, strict=True):
        assert after.allowed == before.allowed & narrower
        assert after.withheld_shown == before.withheld_shown & narrower


@MANY
@given(SEEDS)
def test_a_decision_never_goes_beyond_what_was_wanted_and_known_and_its_masks_never_overlap(seed: int) -> None:
    for decision in decisions(worlds.world(seed)):
        bases = (decision.by_own_record, decision.by_obligation, decision.by_task, decision.by_consent)
        denials = (decision.barred, decision.objected, decision.consent_expired, decision.consent_not_begun)
        more = (decision.consent_missing, decision.override_only, decision.unknown)
        assert sum(bases) == decision.allowed
        assert decision.allowed & ~(decision.wanted & CATALOGUE.everything) == 0
        parts = (*bases, *denials, *more)
        union = 0
        for part in parts:
            union |= part
        assert sum(parts) == union
        assert decision.withheld_shown & decision.allowed == 0


@MANY
@given(SEEDS)
def test_a_marker_says_nothing_about_consents_that_could_tell_whether_a_value_exists(seed: int) -> None:
    """The same fields are either shown or marked, whatever the family decided: absence of both is by rule alone."""
    world = worlds.world(seed)
    without = decisions(world, replace(world.facts, consents=()))
    marked = compile_snapshot(CATALOGUE, world.protocols)
    for request, before, after in zip(world.requests, decisions(world), without, strict=True):
        key = (request.recipient, request.purpose, request.role, request.holder)
        if not any(cell.is_in_force(request.at) for cell in marked.cells.get(key, ())):
            continue
        assert after.withheld_shown & ~(before.withheld_shown | before.allowed) == 0
        assert before.withheld_shown & ~after.withheld_shown == 0


@MANY
@given(SEEDS, st.sampled_from(["recipient", "role", "purpose", "holder"]))
def test_a_name_that_nobody_knows_is_denied_everything(seed: int, name: str) -> None:
    world = worlds.world(seed)
    asked = tuple(replace(request, **{name: "unheard-of"}) for request in world.requests)
    for decision in decisions(worlds.World(world.protocols, world.facts, asked)):
        assert (decision.allowed, decision.withheld_shown) == (0, 0)
        assert all(not reason.allows for reason in decision.reasons().values())


@MANY
@given(SEEDS)
def test_without_any_protocol_nothing_is_allowed_to_anybody(seed: int) -> None:
    world = worlds.world(seed)
    for agencies in (None, worlds.AGENCIES):
        snapshot = compile_snapshot(CATALOGUE, (), agencies)
        assert all(decide(snapshot, request, world.facts).allowed == 0 for request in world.requests)


@MANY
@given(SEEDS)
def test_an_agency_that_left_the_directory_neither_gives_nor_gets(seed: int) -> None:
    world = worlds.world(seed)
    snapshot = compile_snapshot(CATALOGUE, world.protocols, [name for name in worlds.AGENCIES if name != "bryn"])
    for request in world.requests:
        if "bryn" in (request.recipient, request.holder):
            assert decide(snapshot, request, world.facts).allowed == 0


@MANY
@given(SEEDS, SEEDS)
def test_a_preview_never_shows_more_than_either_of_the_two_may_see(seed: int, other: int) -> None:
    world = worlds.world(seed)
    found = decisions(world)
    random = Random(other)
    for theirs in found:
        readers = random.choice(found)
        seen = intersect(theirs, readers)
        assert seen.allowed == theirs.allowed & readers.allowed
        assert seen.withheld_shown & ~theirs.withheld_shown == 0
        assert seen.withheld_shown & ~(readers.allowed | readers.withheld_shown) == 0
        assert seen.by_own_record | seen.by_obligation | seen.by_task | seen.by_consent == seen.allowed
        assert (seen.barred, seen.objected, seen.consent_missing, seen.consent_expired) == (0, 0, 0, 0)
        assert all(use.mask & ~seen.allowed == 0 for use in seen.uses)


@MANY
@given(SEEDS)
def test_every_allowed_field_of_another_partner_names_the_protocol_that_allows_it(seed: int) -> None:
    for decision in decisions(worlds.world(seed)):
        named = 0
        for use in decision.uses:
            named |= use.mask
        assert named == decision.allowed & ~decision.by_own_record


def test_a_consent_ends_at_its_last_instant_and_not_after() -> None:
    random = Random(7)
    world = worlds.world(7)
    rule = replace(
        worlds.rule(random, 1, taken={}, clashes=True), mask=CATALOGUE.everything, basis=worlds.Basis.CONSENT
    )
    protocol = replace(world.protocols[0], rules=(rule,))
    snapshot = compile_snapshot(CATALOGUE, [protocol])
    starts = worlds.instant(0) + timedelta(days=(protocol.in_force_from - worlds.DAY_ZERO).days)
    ends = starts + timedelta(hours=2)
    fact = worlds.ConsentFact(
        "c", rule.holder, rule.recipient, rule.purpose, CATALOGUE.everything, starts, ends, protocol.ref
    )
    request = AccessRequest(rule.recipient, min(rule.roles), rule.purpose, rule.holder, CATALOGUE.everything, starts)
    tick = timedelta(microseconds=1)
    seen = {
        at: decide(snapshot, replace(request, at=at), Facts(consents=(fact,))).allowed != 0
        for at in (starts - tick, starts, ends - tick, ends)
    }
    assert list(seen.values()) == [False, True, True, False]


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        AccessRequest("a", "r", "p", "b", 0, worlds.instant(0).replace(tzinfo=None))


def test_a_recipient_is_never_told_that_a_bar_exists() -> None:
    assert Reason.BARRED.as_told_to_recipient() is Reason.NO_RULE
    assert Reason.CONSENT_MISSING.as_told_to_recipient() is Reason.CONSENT_MISSING
