"""Two other implementations of the decision: a slow one, and Cedar. Wrongly refused counts as wrongly allowed."""

from __future__ import annotations

import pytest

from policies import Reason, compile_snapshot, decide, explain
from tests.unit.policies import cedar, reference, worlds

CATALOGUE = worlds.CATALOGUE


@pytest.mark.parametrize("clashes", [False, True])
def test_a_slow_reference_gives_the_same_answer_and_reason_for_every_field(clashes: bool) -> None:
    allowed = denied = 0
    for seed in range(400):
        world = worlds.world(seed, requests=10, clashes=clashes)
        snapshot = compile_snapshot(CATALOGUE, world.protocols)
        for request in world.requests:
            decision = decide(snapshot, request, world.facts)
            expected = reference.answer(CATALOGUE, world.protocols, request, world.facts)
            found = {CATALOGUE.by_ordinal[at].id: reason for at, reason in decision.reasons().items() if at < 100}
            assert found == expected.reasons, seed
            assert frozenset(CATALOGUE.ids(decision.allowed)) == expected.allowed, seed
            assert frozenset(CATALOGUE.ids(decision.withheld_shown)) == expected.withheld_shown, seed
            assert frozenset(decision.consent_ids) == expected.consents, seed
            allowed += len(expected.allowed)
            denied += len(expected.reasons) - len(expected.allowed)
    assert allowed > 1_000
    assert denied > 1_000


def test_the_random_worlds_reach_every_reason() -> None:
    """A reason that no case reaches would make the comparison above say nothing about it."""
    seen = set()
    for seed in range(400):
        world = worlds.world(seed, requests=10)
        snapshot = compile_snapshot(CATALOGUE, world.protocols)
        for request in world.requests:
            seen.update(decide(snapshot, request, world.facts).reasons().values())
    assert seen == set(Reason)


def test_cedar_allows_the_same_fields_in_two_thousand_cases() -> None:
    cases = allowed = 0
    for seed in range(1_000, 1_100):
        world = worlds.world(seed, requests=20)
        snapshot = compile_snapshot(CATALOGUE, world.protocols)
        answers = cedar.CedarOracle(CATALOGUE, world.protocols, world.facts).allowed(world.requests)
        for request, expected in zip(world.requests, answers, strict=True):
            decision = decide(snapshot, request, world.facts)
            assert set(CATALOGUE.ids(decision.allowed)) == expected, (seed, request)
            cases += 1
            allowed += len(expected)
    assert cases == 2_000
    assert allowed > 1_000


def test_an_explanation_is_the_decision_itself_field_by_field() -> None:
    for seed in range(60):
        world = worlds.world(seed, requests=10)
        snapshot = compile_snapshot(CATALOGUE, world.protocols)
        for request in world.requests:
            told = explain(snapshot, request, world.facts)
            decision = decide(snapshot, request, world.facts)
            assert told.decision == decision
            assert CATALOGUE.mask(line.field_id for line in told.fields if line.allowed) == decision.allowed
            assert all(line.allowed == line.reason.allows for line in told.fields)
            shared = [line for line in told.fields if line.allowed and line.reason is not Reason.OWN_RECORD]
            assert all(line.rules and line.until is not None and line.until > request.at for line in shared)
            assert all(bool(line.consent_ids) == (line.reason is Reason.CONSENT) for line in told.fields)
