"""Two other implementations of the decision: a slow one, and Cedar. Wrongly refused counts as wrongly allowed."""

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import pytest

from policies import Reason, compile_snapshot, decide, explain
from tests.unit.policies import worlds
from tests.unit.policies.comparing import Tally, compare

CATALOGUE = worlds.CATALOGUE
CASES = 100_000
REQUESTS = 20
SHARD = 250


@pytest.mark.parametrize("clashes", [False, True])
def test_a_slow_reference_gives_the_same_answer_and_reason_for_every_field(clashes: bool) -> None:
    tally = compare(range(400), requests=10, clashes=clashes, with_cedar=False)
    assert tally.differences == []
    assert tally.allowed > 1_000
    assert tally.denied > 1_000


def test_cedar_allows_the_same_fields_in_two_thousand_cases() -> None:
    tally = compare(range(1_000, 1_100), requests=20)
    assert tally.differences == []
    assert tally.cases == 2_000
    assert tally.allowed > 1_000


@pytest.mark.timeout(900)
def test_in_a_hundred_thousand_cases_neither_cedar_nor_the_reference_differs_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every case goes to both, in two processes. A reason that no case reached would not be compared at all."""
    starts = range(10_000, 10_000 + CASES // REQUESTS, SHARD)
    total = Tally()
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        shards = [pool.submit(compare, range(at, at + SHARD), requests=REQUESTS) for at in starts]
        for shard in shards:
            total.add(shard.result())
    with capsys.disabled():
        print(
            f"\n{total.cases:,} cases against Cedar and the reference: {len(total.differences)} differences;"
            f" {total.allowed:,} fields allowed, {total.denied:,} denied"
        )
    assert total.differences == []
    assert total.cases == CASES
    assert total.allowed > CASES // 2
    assert total.reasons == set(Reason)


def test_an_explanation_is_the_decision_itself_field_by_field() -> None:
    for seed in range(60):
        world = worlds.world(seed, requests=10)
        snapshot = compile_snapshot(CATALOGUE, world.protocols, earlier=world.earlier)
        for request in world.requests:
            told = explain(snapshot, request, world.facts)
            decision = decide(snapshot, request, world.facts)
            assert told.decision == decision
            assert CATALOGUE.mask(line.field_id for line in told.fields if line.allowed) == decision.allowed
            assert all(line.allowed == line.reason.allows for line in told.fields)
            shared = [line for line in told.fields if line.allowed and line.reason is not Reason.OWN_RECORD]
            assert all(line.rules and line.until is not None and line.until > request.at for line in shared)
            assert all(bool(line.consent_ids) == (line.reason is Reason.CONSENT) for line in told.fields)
            assert all(bool(line.override_ids) == (line.reason is Reason.OVERRIDE) for line in told.fields)
