"""What must hold of every decision, whatever the protocols, consents, bars, objections, overrides and reads are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import (
    AccessRequest,
    BarFact,
    BarKind,
    Decision,
    Facts,
    ProtocolRef,
    ReadFact,
    Reason,
    compile_snapshot,
    decide,
    intersect,
)
from tests.unit.policies import worlds

CATALOGUE = worlds.CATALOGUE
SEEDS = st.integers(min_value=0, max_value=2**32)
MASKS = st.integers(min_value=0, max_value=CATALOGUE.everything).map(lambda mask: mask & CATALOGUE.everything)
MANY = settings(max_examples=150, deadline=None)


def decisions(world: worlds.World, facts: Facts | None = None) -> list[Decision]:
    snapshot = compile_snapshot(CATALOGUE, world.protocols, earlier=world.earlier)
    return [decide(snapshot, request, world.facts if facts is None else facts) for request in world.requests]


def shuffled(random: Random, facts: Facts) -> Facts:
    """The same facts, each list in another order."""
    lists = ("consents", "bars", "objections", "overrides", "reads")
    return replace(
        facts, **{name: tuple(random.sample(getattr(facts, name), len(getattr(facts, name)))) for name in lists}
    )


@MANY
@given(SEEDS)
def test_the_order_of_files_rows_and_facts_never_matters(seed: int) -> None:
    world, random = worlds.world(seed), Random(seed)
    protocols, earlier = (
        tuple(
            replace(one, rules=tuple(random.sample(one.rules, len(one.rules))))
            for one in random.sample(some, len(some))
        )
        for some in (world.protocols, world.earlier)
    )
    other = worlds.World(protocols, shuffled(random, world.facts), world.requests, earlier)
    assert decisions(other) == decisions(world)


@MANY
@given(SEEDS, SEEDS)
def test_adding_a_bar_never_allows_more_and_shows_no_more_markers(seed: int, other: int) -> None:
    """Also where an override passes bars of its kind: what it then opens was open before."""
    world = worlds.world(seed)
    bar = worlds.bar(Random(other))
    after = decisions(world, replace(world.facts, bars=(*world.facts.bars, bar)))
    for request, before, barred in zip(world.requests, decisions(world), after, strict=True):
        lies = bar.mask if bar.recipient in (None, request.recipient) else 0
        assert barred.allowed & ~before.allowed == 0
        assert barred.allowed & ~barred.by_override == before.allowed & ~lies & ~barred.by_override
        assert barred.allowed & lies & ~barred.by_override == 0
        assert barred.withheld_shown & ~before.withheld_shown == 0
        assert barred.withheld_shown & lies == 0


@MANY
@given(SEEDS, MASKS, st.sampled_from([BarKind.COURT_ORDER, BarKind.ADOPTION]))
def test_a_court_order_and_an_adoption_are_never_passed_whatever_a_protocol_says(
    seed: int, mask: int, kind: BarKind
) -> None:
    """Worlds that clash have protocols that claim it; no file can."""
    world = worlds.world(seed, clashes=True)
    barred = replace(world.facts, bars=(*world.facts.bars, BarFact(kind, mask)))
    for before, after in zip(decisions(world), decisions(world, barred), strict=True):
        assert after.allowed & mask == 0
        assert after.allowed == before.allowed & ~mask


@MANY
@given(SEEDS, SEEDS)
def test_adding_an_objection_never_allows_more_and_leaves_obligations_alone(seed: int, other: int) -> None:
    world, random = worlds.world(seed), Random(other)
    rules = [rule for protocol in world.protocols for rule in protocol.rules]
    objections = (*world.facts.objections, worlds.objection(random, rules))
    after = decisions(world, replace(world.facts, objections=objections))
    for before, objected in zip(decisions(world), after, strict=True):
        assert objected.allowed & ~before.allowed == 0
        assert objected.by_obligation == before.by_obligation


@MANY
@given(SEEDS)
def test_ending_any_override_never_allows_more_and_takes_only_what_it_opened(seed: int) -> None:
    world = worlds.world(seed)
    for one in world.facts.overrides:
        left = tuple(other for other in world.facts.overrides if other is not one)
        for before, ended in zip(decisions(world), decisions(world, replace(world.facts, overrides=left)), strict=True):
            assert ended.allowed & ~before.allowed == 0
            assert before.allowed & ~ended.allowed & ~(before.by_override & one.mask) == 0


@MANY
@given(SEEDS, SEEDS)
def test_an_earlier_read_never_allows_more_later(seed: int, other: int) -> None:
    """A limit only takes away; nobody earns sight by reading."""
    world, random = worlds.world(seed), Random(other)
    request = random.choice(world.requests)
    read = ReadFact(request.holder, request.recipient, request.purpose, worlds.some_fields(random), request.at)
    after = decisions(world, replace(world.facts, reads=(*world.facts.reads, read)))
    for before, limited in zip(decisions(world), after, strict=True):
        assert limited.allowed & ~before.allowed == 0
        assert before.by_own_record == limited.by_own_record


@MANY
@given(SEEDS)
def test_what_is_not_known_of_a_learner_never_allows_more(seed: int) -> None:
    world = worlds.world(seed)
    unknown: tuple[Callable[[Facts], Facts], ...] = (
        lambda facts: replace(facts, age=None),
        lambda facts: replace(facts, level=None),
        lambda facts: replace(facts, live_ties=frozenset()),
    )
    for forget in unknown:
        for before, after in zip(decisions(world), decisions(world, forget(world.facts)), strict=True):
            assert after.allowed & ~before.allowed == 0


@MANY
@given(SEEDS)
def test_a_consent_never_reaches_what_its_own_version_did_not_share(seed: int) -> None:
    """Whatever the versions after it say: its own must have had the field on consent, for this role and purpose."""
    world = worlds.world(seed)
    versions = {protocol.ref: protocol for protocol in (*world.earlier, *world.protocols)}
    for number, fact in enumerate(world.facts.consents):
        alone = replace(world.facts, consents=(fact,))
        for request, decision in zip(world.requests, decisions(world, alone), strict=True):
            shared = 0
            for rule in versions[fact.protocol].rules if fact.protocol in versions else ():
                if (rule.basis, rule.holder, rule.recipient, rule.purpose) == (
                    worlds.Basis.CONSENT,
                    request.holder,
                    request.recipient,
                    request.purpose,
                ) and request.role in rule.roles:
                    shared |= rule.mask
            assert decision.by_consent & ~(shared & fact.mask) == 0, (number, fact)


@MANY
@given(SEEDS)
def test_a_consent_of_which_nobody_knows_the_version_opens_nothing(seed: int) -> None:
    world = worlds.world(seed)
    for protocol in (None, ProtocolRef("one", 99), ProtocolRef("another", 1)):
        consents = tuple(replace(fact, protocol=protocol) for fact in world.facts.consents)
        assert all(one.by_consent == 0 for one in decisions(world, replace(world.facts, consents=consents)))


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
    narrowed = decisions(replace(world, requests=asked))
    for before, after in zip(decisions(world), narrowed, strict=True):
        assert after.allowed == before.allowed & narrower
        assert after.withheld_shown == before.withheld_shown & narrower
        assert after.reasons() == {at: why for at, why in before.reasons().items() if narrower >> at & 1}


@MANY
@given(SEEDS)
def test_a_decision_never_goes_beyond_what_was_wanted_and_known_and_its_masks_never_overlap(seed: int) -> None:
    for decision in decisions(worlds.world(seed)):
        bases = (decision.by_own_record, decision.by_obligation, decision.by_task, decision.by_consent)
        bases = (*bases, decision.by_override)
        denials = (decision.barred, decision.objected, decision.consent_expired, decision.consent_not_begun)
        more = (decision.consent_outgrown, decision.consent_missing, decision.condition_unmet, decision.read_limited)
        more = (*more, decision.override_only, decision.unknown)
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
    marked = compile_snapshot(CATALOGUE, world.protocols, earlier=world.earlier)
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
    for decision in decisions(replace(world, requests=asked)):
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
    left = [name for name in worlds.AGENCIES if name != "bryn"]
    snapshot = compile_snapshot(CATALOGUE, world.protocols, left, earlier=world.earlier)
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
        by_duty = seen.by_own_record | seen.by_obligation | seen.by_task
        assert by_duty | seen.by_consent | seen.by_override == seen.allowed
        assert (seen.condition_unmet, seen.read_limited, seen.consent_outgrown, seen.override_only) == (0, 0, 0, 0)
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
        worlds.rule(random, 1, taken={}, clashes=True),
        mask=CATALOGUE.everything,
        basis=worlds.Basis.CONSENT,
        when=worlds.When(),
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


def test_a_recipient_is_told_nothing_of_age_and_level() -> None:
    assert Reason.CONDITION_UNMET.as_told_to_recipient() is Reason.NO_RULE
