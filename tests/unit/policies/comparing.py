"""A shard of random cases, decided by the package, by the slow reference and by Cedar; every difference is kept.

A case is one request under one world's protocols and facts. A module of its own, so that other processes can run it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from policies import AccessRequest, Decision, Reason, compile_snapshot, decide
from tests.unit.policies import cedar, reference, worlds

CATALOGUE = worlds.CATALOGUE


@dataclass
class Tally:
    """What a shard found."""

    cases: int = 0
    allowed: int = 0
    denied: int = 0
    reasons: set[Reason] = field(default_factory=set)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.cases += other.cases
        self.allowed += other.allowed
        self.denied += other.denied
        self.reasons |= other.reasons
        self.differences += other.differences


ENOUGH = 3


def compare(seeds: range, *, requests: int, clashes: bool = False, with_cedar: bool = True) -> Tally:
    """Decide every request of these worlds; a difference names the seed and the request, so that it can be replayed.

    After a few differences it stops: more of them tell nobody anything.

    Cedar knows no ambiguity (a field on two bases in one protocol, in files that would not load), so worlds that clash
    are for the reference alone.
    """
    tally = Tally()
    for seed in seeds:
        if len(tally.differences) >= ENOUGH:
            break
        world = worlds.world(seed, requests=requests, clashes=clashes)
        snapshot = compile_snapshot(CATALOGUE, world.protocols, earlier=world.earlier)
        decisions = [decide(snapshot, request, world.facts) for request in world.requests]
        for request, decision in zip(world.requests, decisions, strict=True):
            _count(tally, decision)
            tally.differences += [f"{seed} {request}: {found}" for found in from_reference(world, request, decision)]
        if with_cedar:
            tally.differences += [f"{seed} {found}" for found in _from_cedar(world, decisions)]
    return tally


def _count(tally: Tally, decision: Decision) -> None:
    tally.cases += 1
    tally.allowed += decision.allowed.bit_count()
    tally.denied += (decision.wanted & ~decision.allowed).bit_count()
    tally.reasons.update(decision.reasons().values())


def from_reference(world: worlds.World, request: AccessRequest, decision: Decision) -> Iterator[str]:
    """Where the slow reference says something else."""
    expected = reference.answer(CATALOGUE, world.protocols, request, world.facts, world.earlier)
    reasons = {CATALOGUE.by_ordinal[at].id: str(why) for at, why in decision.reasons().items() if at < 100}
    uses = {(str(use.protocol), name) for use in decision.uses for name in CATALOGUE.ids(use.mask)}
    found = {
        "reasons": (reasons, expected.reasons),
        "allowed": (set(CATALOGUE.ids(decision.allowed)), expected.allowed),
        "markers": (set(CATALOGUE.ids(decision.withheld_shown)), expected.withheld_shown),
        "whom to ask": ({office.title.en for office in decision.whom_to_ask}, expected.offices),
        "consents": (set(decision.consent_ids), expected.consents),
        "overrides": (set(decision.override_ids), expected.overrides),
        "protocols": (uses, expected.permitted_by),
    }
    yield from (f"{name}: {ours} is not {theirs}" for name, (ours, theirs) in found.items() if ours != theirs)


def _from_cedar(world: worlds.World, decisions: list[Decision]) -> Iterator[str]:
    oracle = cedar.CedarOracle(CATALOGUE, world.protocols, world.facts, world.earlier)
    for request, decision, theirs in zip(world.requests, decisions, oracle.allowed(world.requests), strict=True):
        ours = set(CATALOGUE.ids(decision.allowed))
        if ours != theirs:
            yield f"{request}: Cedar allows {sorted(theirs)}, and we {sorted(ours)}"
