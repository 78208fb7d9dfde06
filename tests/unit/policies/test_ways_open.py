"""What would have to change: applied to the world, it opens the field; and nothing of it can be left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies import AccessRequest, Basis, ConsentFact, Facts, OverrideFact, Protocol, Rule, decide
from policies.changes import BY_AGREEMENT, Change, Step, Way, told_to_recipient, ways_open
from policies.facts import ReadFact
from policies.model import (
    ALWAYS,
    Confidentiality,
    EraseBy,
    Obligations,
    Period,
    ProtocolRef,
    ReadLimit,
)
from policies.outcome import Reason
from policies.snapshot import Snapshot, compile_snapshot
from tests.unit.policies import worlds

DAYS = timedelta(days=1)


def a_world(seed: int) -> tuple[worlds.World, Snapshot, AccessRequest]:
    """A world with its snapshot, and one request."""
    made = worlds.world(seed, requests=1, clashes=seed % 5 == 0)
    return made, compile_snapshot(worlds.CATALOGUE, made.protocols, earlier=made.earlier), made.requests[0]


class Applied:
    """A world that things are changed in, one step after the other."""

    def __init__(self, world: worlds.World, request: AccessRequest, bit: int) -> None:
        self.protocols, self.earlier = list(world.protocols), world.earlier
        self.facts, self.request, self.bit = world.facts, request, bit

    @property
    def is_allowed(self) -> bool:
        snapshot = compile_snapshot(worlds.CATALOGUE, self.protocols, earlier=self.earlier)
        return bool(decide(snapshot, self.request, self.facts).allowed & self.bit)

    def take(self, way: Way, *, without: Step | None = None) -> Applied:
        """Waiting comes first, as everything else is judged at its end."""
        for step in sorted((one for one in way.steps if one != without), key=lambda one: not one.change.is_waiting):
            self._step(step, way)
        return self

    def _step(self, step: Step, way: Way) -> None:
        facts, asked = self.facts, self.request
        match step.change:
            case Change.CONSENT_GIVEN | Change.CONSENT_RENEWED | Change.CONSENT_WIDENED:
                assert step.group == "g.one"
                assert way.protocol is not None
                new = ConsentFact(
                    "new", asked.holder, asked.recipient, asked.purpose, self.bit,
                    asked.at, asked.at + DAYS, way.protocol,
                )  # fmt: skip
                self.facts = replace(facts, consents=(*facts.consents, new))
            case Change.OBJECTION_ANSWERED:
                self.facts = replace(facts, objections=())
            case Change.BAR_LIFTED:
                self.facts = replace(facts, bars=tuple(one for one in facts.bars if not one.mask & self.bit))
            case Change.AGE_FITS:
                assert step.ages is not None
                least, end = step.ages
                assert (end or 99) > (least or 0)
                self.facts = replace(facts, age=least if least is not None else (end or 1) - 1)
            case Change.LEVEL_FITS:
                self.facts = replace(facts, level=step.levels[0])
            case Change.LIVE_TIE:
                self.facts = replace(facts, live_ties=facts.live_ties | {asked.recipient})
            case Change.OVERRIDE_MADE:
                made = OverrideFact(
                    "made", asked.recipient, asked.role, asked.purpose, self.bit, asked.at, asked.at + DAYS
                )
                self.facts = replace(facts, overrides=(*facts.overrides, made))
            case Change.ROW_AGREED | Change.PARTNER_JOINS | Change.PURPOSE_KNOWN | Change.ROLE_KNOWN:
                self.protocols.append(agreed(self.request, self.bit, number=len(self.protocols)))
            case _:
                assert step.at is not None
                assert step.at > asked.at
                self.request = replace(asked, at=step.at)


def outgrown(way: Way) -> bool:
    """Whether a newer version outgrew a consent that was given."""
    return Change.CONSENT_WIDENED in {step.change for step in way.steps}


def with_row(protocols: tuple[Protocol, ...], way: Way) -> tuple[Protocol, ...]:
    """The protocols with the way's own row and no other: an age or a consent that it asks for may fit others too."""
    if way.rule_id is None:
        return protocols
    return tuple(
        replace(one, rules=tuple(rule for rule in one.rules if (one.ref, rule.id) == (way.protocol, way.rule_id)))
        for one in protocols
    )


def agreed(request: AccessRequest, bit: int, *, number: int) -> Protocol:
    """A new protocol that says what was missing: a row for this reader, or for its own records its role and purpose."""
    base = worlds.protocol(Random(1), f"agreed-{number}", 1, starts=-10, ends=90)
    row = Rule(
        id="new", holder=request.holder, recipient=request.recipient, roles=frozenset((request.role,)),
        purpose=request.purpose, mask=bit, basis=Basis.PUBLIC_TASK, why=worlds.words("why"), article_6="6(1)(e)",
        article_9=None, article_10=None, condition=None, powers=(), confidentiality=Confidentiality.NONE,
        withheld_marker=False, obligations=Obligations(True, None, EraseBy.PLAN_ENDS, tell_family=False),
    )  # fmt: skip
    somebody = next(iter(base.partners.values()))
    partner = partial(replace, somebody, roles=somebody.roles | {request.role})
    return replace(
        base,
        rules=() if request.holder == request.recipient else (row,),
        partners={name: partner(agency=name) for name in (request.holder, request.recipient)},
        purposes={request.purpose: replace(next(iter(base.purposes.values())), code=request.purpose)},
    )


SEEDS = st.integers(min_value=0, max_value=2**48)


@given(seed=SEEDS)
def test_a_way_that_is_taken_opens_the_field_and_none_of_its_steps_can_be_left_out(seed: int) -> None:
    made, snapshot, request = a_world(seed)
    decision = decide(snapshot, request, made.facts)
    for entry in snapshot.catalogue.entries(decision.wanted & ~decision.allowed):
        ways = ways_open(snapshot, request, made.facts, entry.bit)
        assert ways
        for way in ways:
            world = Applied(made, request, entry.bit)
            if Change.ROW_AGREED in {step.change for step in way.steps}:
                world.facts = replace(made.facts, objections=())  # a new row's own basis is for the partners to choose
            assert world.take(way).is_allowed, (entry.id, way)
            alone = replace(made, protocols=with_row(made.protocols, way))
            # What an earlier consent reaches goes by the other rows too, and those are not in the world of one row.
            for step in () if outgrown(way) else way.steps:
                assert not Applied(alone, request, entry.bit).take(way, without=step).is_allowed, (way, step)


def test_every_change_is_named_in_some_random_world_so_that_the_property_speaks_of_all() -> None:
    seen = {
        step.change
        for seed in range(3_000)
        for made, snapshot, request in (a_world(seed),)
        for entry in snapshot.catalogue.entries(request.wanted & ~decide(snapshot, request, made.facts).allowed)
        for way in ways_open(snapshot, request, made.facts, entry.bit)
        for step in way.steps
    }
    assert seen == set(Change) - {Change.CONDITIONS_HOLD}  # in what a recipient is told only


@given(seed=SEEDS, other=SEEDS)
def test_what_a_recipient_is_told_of_ways_says_nothing_of_bars_age_level_and_ties(seed: int, other: int) -> None:
    made, snapshot, request = a_world(seed)
    another = a_world(other)[0].facts
    changed = replace(made.facts, bars=another.bars, age=another.age, level=another.level, live_ties=another.live_ties)
    decisions = decide(snapshot, request, made.facts), decide(snapshot, request, changed)
    for entry in snapshot.catalogue.entries(request.wanted):
        one, two = (decision.reason(entry.bit) for decision in decisions)
        if one.allows or one.as_told_to_recipient() is not two.as_told_to_recipient():
            continue
        told = told_to_recipient(snapshot, request, made.facts, entry.bit, one)
        assert told
        assert told == told_to_recipient(snapshot, request, changed, entry.bit, two)
        if one in (Reason.BARRED, Reason.CONDITION_UNMET, Reason.NO_RULE):
            assert told == BY_AGREEMENT
        secret = {Change.BAR_LIFTED, Change.AGE_FITS, Change.LEVEL_FITS, Change.LIVE_TIE}
        assert not secret & {step.change for way in told for step in way.steps}


@pytest.mark.parametrize("reads", [1, 2, 5])
def test_a_row_that_was_read_too_often_names_the_very_instant_of_the_next_read(reads: int) -> None:
    limit = ReadLimit(reads, Period.WEEK)
    rule = replace(worlds.rule(Random(3), 1, taken={}), mask=2, basis=Basis.PUBLIC_TASK, when=ALWAYS)
    rule = replace(rule, obligations=replace(rule.obligations, reads=limit))
    protocol = replace(worlds.protocol(Random(3), "one", 1, starts=0, ends=90), rules=(rule,))
    snapshot = compile_snapshot(worlds.CATALOGUE, [protocol])
    at = worlds.instant(20)
    request = AccessRequest(rule.recipient, min(rule.roles), rule.purpose, rule.holder, 2, at)
    times = [at - timedelta(hours=hours) for hours in range(1, reads + 3)]
    facts = Facts(reads=tuple(ReadFact(rule.holder, rule.recipient, rule.purpose, 2, one) for one in times))
    (way,) = ways_open(snapshot, request, facts, 2)
    (step,) = way.steps
    assert (step.change, step.at) == (Change.READ_AGAIN, sorted(times)[-reads] + timedelta(days=7))
    assert way.protocol == ProtocolRef("one", 1)
    assert step.at is not None
    for instant, open_then in ((step.at, True), (step.at - timedelta(microseconds=1), False)):
        assert bool(decide(snapshot, replace(request, at=instant), facts).allowed) is open_then
