"""The prover against brute force: a property holds if and only if no request and no facts bring about what it forbids.

What the property forbids is judged here from the decision and the rows, by plain conditions; nothing of the prover.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from policies import Basis, Protocol, ProtocolRef, Reason, Rule, Sensitivity, Snapshot, compile_snapshot, decide
from policies.conditions import is_met
from policies.model import ALWAYS, EraseBy, ReadLimit
from policies.properties import Property, Selection, Terms
from policies.proving import Breach, prove
from tests.unit.policies import drafts, worlds
from tests.unit.policies.drafts import CATALOGUE, Case

SEEDS = st.integers(min_value=0, max_value=2**32)
BASIS_OF = {
    Reason.LEGAL_OBLIGATION: Basis.LEGAL_OBLIGATION,
    Reason.PUBLIC_TASK: Basis.PUBLIC_TASK,
    Reason.CONSENT: Basis.CONSENT,
    Reason.OVERRIDE: Basis.OVERRIDE_ONLY,
}
SOON = (EraseBy.CONSENT_ENDS, EraseBy.PURPOSE_ENDS, EraseBy.PLAN_ENDS, EraseBy.RETENTION)


def some_property(random: Random) -> Property:
    about = Selection(
        fields=random.choice((None, worlds.some_fields(random, likely=0.3))),
        recipients=random.choice((frozenset(), frozenset({random.choice((*worlds.AGENCIES, "sector:health"))}))),
        holders=random.choice((frozenset(), frozenset({random.choice(worlds.AGENCIES)}))),
        roles=random.choice((frozenset(), frozenset({random.choice(worlds.ROLES)}))),
        purposes=random.choice((frozenset(), frozenset({random.choice(worlds.PURPOSES)}))),
    )
    demand = random.choice(("never", "only_on", "only_on", "only_when", "only_with", "never_marked", "bars_hold"))
    demands: dict[str, object] = {
        "never": True,
        "only_on": frozenset(random.sample(list(Basis), random.randint(1, 2))),
        "only_when": drafts.when(random),
        "only_with": random.choice(
            (
                Terms(no_onward_sharing=True),
                Terms(tell_family=True),
                Terms(erase_by=EraseBy.PLAN_ENDS),
                Terms(reads=ReadLimit(2, drafts.Period.DAY)),
            )
        ),
        "never_marked": True,
        "bars_hold": frozenset({random.choice((drafts.BarKind.HIDDEN_LOCATION, drafts.BarKind.THIRD_PARTY))}),
    }
    exempt = None if random.random() < 0.7 else Selection(purposes=frozenset({"plan"}), roles=frozenset({"lead"}))
    return Property("p", worlds.words("p"), about, exempt=exempt, **{demand: demands[demand]})  # type: ignore[arg-type]


def is_broken(one: Property, snapshot: Snapshot, case: Case) -> bool:
    return any(breaks(one, snapshot, case, entry.id, entry.bit) for entry in CATALOGUE.fields)


def breaks(one: Property, snapshot: Snapshot, case: Case, field_id: str, bit: int) -> bool:
    request, facts = case.request, case.facts
    if not speaks_of(one.about, case, bit) or (one.exempt is not None and speaks_of(one.exempt, case, bit)):
        return False
    decision = decide(snapshot, request, facts)
    if one.never_marked and decision.withheld_shown & bit:
        return True
    if not decision.allowed & bit:
        return False
    if one.never:
        return True
    basis = BASIS_OF[decision.reason(bit)]
    if one.only_on and basis not in one.only_on:
        return True
    if one.only_when != ALWAYS and not is_met(one.only_when, request, facts):
        return True
    if any(bar.kind in one.bars_hold and bar.mask & bit and applies(bar, request) for bar in facts.bars):
        return True
    return any(falls_short(rule, one.only_with) for rule in resting_on(snapshot, case, bit, basis))


def applies(bar, request) -> bool:
    return bar.recipient in (None, request.recipient)


def speaks_of(selection: Selection, case: Case, bit: int) -> bool:
    request = case.request
    checks = [
        selection.fields is None or bool(selection.fields & bit),
        not selection.holders or bool({request.holder, "sector:health"} & selection.holders),
        not selection.recipients or bool({request.recipient, "sector:health"} & selection.recipients),
        not selection.roles or request.role in selection.roles,
        not selection.purposes or request.purpose in selection.purposes,
    ]
    return all(checks)


def falls_short(rule: Rule, terms: Terms) -> bool:
    had = rule.obligations
    if terms.no_onward_sharing and not had.no_onward_sharing:
        return True
    if terms.tell_family and not had.tell_family:
        return True
    if terms.erase_by is not None and SOON.index(had.erase_by) > SOON.index(terms.erase_by):
        return True
    if terms.reads is None:
        return False
    return had.reads is None or had.reads.most > terms.reads.most or had.reads.per.length < terms.reads.per.length


def resting_on(snapshot: Snapshot, case: Case, bit: int, basis: Basis) -> list[Rule]:
    """Rows that count now, on the basis on which the field is allowed."""
    request, facts = case.request, case.facts
    found = []
    key = (request.recipient, request.purpose, request.role, request.holder)
    for cell in snapshot.cells.get(key, ()):
        if not cell.is_in_force(request.at):
            continue
        for rule in cell.rules:
            if rule.basis is not basis or not rule.mask & bit or not is_met(rule.when, request, facts):
                continue
            if is_used_up(rule, case) or (basis is Basis.CONSENT and not is_reached(cell.protocol, cell, case, bit)):
                continue
            if basis is Basis.OVERRIDE_ONLY and any(
                bar.mask & bit and applies(bar, request) and bar.kind not in cell.passes for bar in facts.bars
            ):
                continue
            found.append(rule)
    return found


def is_used_up(rule: Rule, case: Case) -> bool:
    limit = rule.obligations.reads
    if limit is None:
        return False
    since = case.request.at - limit.per.length
    return sum(1 for read in case.facts.reads if read.mask & rule.mask and read.at > since) >= limit.most


def is_reached(ref: ProtocolRef, cell, case: Case, bit: int) -> bool:
    return any(
        fact.mask & bit
        and fact.valid_from <= case.request.at < fact.valid_until
        and (fact.protocol == ref or cell.covers.get(fact.protocol, 0) & bit)
        for fact in case.facts.consents
    )


def proved(one: Property, protocols: tuple[Protocol, ...], since: date = date(2025, 1, 1)) -> tuple[Breach, ...]:
    return prove([one], protocols, CATALOGUE, since=since)


@settings(max_examples=400, deadline=None)
@given(SEEDS)
def test_every_counter_example_does_what_the_property_forbids(seed: int) -> None:
    random = Random(seed)
    protocols, one = drafts.drafts(random), some_property(random)
    snapshot = compile_snapshot(CATALOGUE, protocols)
    for breach in proved(one, protocols):
        case = Case(breach.circumstance.request, breach.circumstance.facts)
        bit = CATALOGUE.by_id[breach.field_id].bit
        assert breaks(one, snapshot, case, breach.field_id, bit), breach


@settings(max_examples=300, deadline=None)
@given(SEEDS)
def test_nothing_breaks_a_property_that_is_proved(seed: int) -> None:
    random = Random(seed)
    protocols, one = drafts.drafts(random), some_property(random)
    if proved(one, protocols):
        return
    snapshot = compile_snapshot(CATALOGUE, protocols)
    for _ in range(60):
        case = drafts.case(random, protocols)
        assert not is_broken(one, snapshot, case), case


def test_both_answers_occur_often_enough_to_mean_something() -> None:
    """Of a thousand random properties many hold and many break, for every kind of demand."""
    held: dict[str, int] = {}
    broken: dict[str, int] = {}
    for seed in range(1_000):
        random = Random(seed)
        protocols, one = drafts.drafts(random), some_property(random)
        names = ("never", "only_on", "only_when", "only_with", "never_marked", "bars_hold")
        (demand,) = [name for name in names if getattr(one, name) not in (False, frozenset(), ALWAYS, Terms())]
        found = broken if proved(one, protocols) else held
        found[demand] = found.get(demand, 0) + 1
    assert min(*held.values(), *broken.values()) >= 10, (held, broken)
    assert len(held) == len(broken) == 6


@settings(max_examples=100, deadline=None)
@given(SEEDS)
def test_what_happened_before_the_day_of_the_check_breaks_nothing(seed: int) -> None:
    random = Random(seed)
    protocols, one = drafts.drafts(random), some_property(random)
    day = worlds.DAY_ZERO + timedelta(days=random.randint(0, 12))
    for breach in proved(one, protocols, day):
        assert breach.circumstance.request.at.date() >= day


def test_a_restricted_field_is_never_marked_and_so_keeps_that_property() -> None:
    restricted = CATALOGUE.of_sensitivity(Sensitivity.RESTRICTED)
    one = Property("p", worlds.words("p"), Selection(fields=restricted), never_marked=True)
    assert all(proved(one, drafts.drafts(Random(seed))) == () for seed in range(100))


def test_a_field_that_is_never_marked_does_not_stand_for_one_that_is() -> None:
    random = Random(0)
    base = drafts.draft(random, likely=0)
    marked = drafts.replace(base.rules[0], mask=CATALOGUE.everything, withheld_marker=True, basis=Basis.CONSENT)
    protocol = drafts.replace(base, rules=(marked,))
    one = Property("p", worlds.words("p"), Selection(fields=CATALOGUE.everything), never_marked=True)
    (breach, *_) = proved(one, (protocol,))
    assert CATALOGUE.by_id[breach.field_id].sensitivity is not Sensitivity.RESTRICTED
