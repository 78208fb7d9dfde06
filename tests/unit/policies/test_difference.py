"""The difference of two versions: empty exactly where they mean the same, and the reason of every other decision."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from policies import Basis, Condition, Decision, Protocol, ProtocolRef, Reason, compile_snapshot, decide
from policies.canonical import as_json
from policies.difference import Difference, Kind, difference
from policies.model import Admission, BarPassage, Confidentiality, Power, ReadLimit, Retention, Role, When
from tests.unit.policies import drafts, worlds
from tests.unit.policies.drafts import CATALOGUE

SEEDS = st.integers(min_value=0, max_value=2**32)
MANY = settings(max_examples=200, deadline=None)


def meaning(protocol: Protocol) -> str:
    """What a protocol says, told in another way: each row copied once for each of its roles and fields, as a set."""
    told = as_json(protocol, CATALOGUE)
    rows = set()
    for row in told.pop("information"):
        limit = row["obligations"]["reads"]
        counted = row["fields"] if limit is not None else None
        row["powers"] = sorted(json.dumps(power) for power in row["powers"])
        for role in row["roles"]:
            for field in row["fields"]:
                single = {**row, "id": None, "roles": role, "fields": field, "counted": counted}
                rows.add(json.dumps(single, sort_keys=True))
    del told["id"], told["version"]
    return json.dumps([told, sorted(rows)], sort_keys=True)


def shuffled(random: Random, protocol: Protocol) -> Protocol:
    """The same protocol in another order, with rows renamed, and those without a limit cut in two."""
    rules = []
    for number, rule in enumerate(random.sample(protocol.rules, len(protocol.rules))):
        part = rule.mask & worlds.some_fields(random)
        masks = [part, rule.mask & ~part] if rule.obligations.reads is None else [rule.mask]
        rules += [replace(rule, id=f"n{number}-{at}", mask=mask, line=7) for at, mask in enumerate(masks) if mask]
    return replace(
        protocol,
        rules=tuple(rules),
        partners=dict(reversed(protocol.partners.items())),
        bars=protocol.bars[::-1],
        file="elsewhere.yaml",
        ref=ProtocolRef("other", 9),
    )


@MANY
@given(SEEDS)
def test_order_names_of_rows_and_their_division_are_no_difference(seed: int) -> None:
    random = Random(seed)
    before = drafts.draft(random)
    found = difference(before, shuffled(random, before), CATALOGUE)
    assert (found.rules, found.others, found.asked_again) == ((), (), ())


@MANY
@given(SEEDS, st.booleans())
def test_the_difference_is_empty_exactly_where_two_versions_mean_the_same(seed: int, is_near: bool) -> None:
    random = Random(seed)
    before = drafts.draft(random)
    after = mutated(random, shuffled(random, before)) if is_near else drafts.draft(random)
    assert difference(before, after, CATALOGUE).is_empty == (meaning(before) == meaning(after))


MUTATIONS = {
    "basis": lambda random, rule: replace(rule, basis=random.choice([one for one in Basis if one is not rule.basis])),
    "field": lambda random, rule: replace(rule, mask=rule.mask ^ random.choice(CATALOGUE.fields).bit),
    "marker": lambda _random, rule: replace(rule, withheld_marker=not rule.withheld_marker),
    "role": lambda _random, rule: replace(rule, roles=frozenset(worlds.ROLES) ^ (rule.roles & {"lead"})),
    "purpose": lambda _random, rule: replace(rule, purpose="care" if rule.purpose == "plan" else "plan"),
    "why": lambda _random, rule: replace(rule, why=worlds.words("another reason")),
    "article 6": lambda _random, rule: replace(rule, article_6="6(1)(d)"),
    "article 9": lambda _random, rule: replace(rule, article_9="9(2)(c)"),
    "article 10": lambda _random, rule: replace(rule, article_10="an authority"),
    "schedule 1": lambda _random, rule: replace(rule, condition="a condition"),
    "power": lambda _random, rule: replace(rule, powers=(Power("Children Act 2004", "section 25"),)),
    "confidentiality": lambda _random, rule: replace(rule, confidentiality=Confidentiality.SOCIAL_CARE),
    "when": lambda _random, rule: replace(rule, when=When(age_from=3, age_until=9)),
    "limit": lambda _random, rule: replace(
        rule, obligations=replace(rule.obligations, reads=ReadLimit(9, drafts.Period.YEAR))
    ),
    "onward": lambda _random, rule: replace(
        rule, obligations=replace(rule.obligations, no_onward_sharing=not rule.obligations.no_onward_sharing)
    ),
    "family": lambda _random, rule: replace(
        rule, obligations=replace(rule.obligations, tell_family=not rule.obligations.tell_family)
    ),
}
OTHERS = {
    "review": lambda one: replace(one, review_on=one.review_on + timedelta(days=1)),
    "start": lambda one: replace(one, in_force_from=one.in_force_from - timedelta(days=1)),
    "title": lambda one: replace(one, title=worlds.words("another title")),
    "catalogue": lambda one: replace(one, catalogue=2),
    "role": lambda one: replace(one, roles={**one.roles, "new": Role("new", worlds.words("new"))}),
    "partner": lambda one: replace(one, partners={k: v for k, v in one.partners.items() if k != "cwm"}),
    "partner's role": lambda one: replace(
        one, partners={**one.partners, "afon": replace(one.partners["afon"], roles=frozenset({"lead"}))}
    ),
    "whom to ask": lambda one: replace(
        one,
        partners={
            **one.partners,
            "afon": replace(one.partners["afon"], ask=replace(one.partners["afon"].ask, contact="c@d.example")),
        },
    ),
    "purpose": lambda one: replace(
        one, purposes={**one.purposes, "plan": replace(one.purposes["plan"], words=worlds.words("more"))}
    ),
    "admission": lambda one: replace(
        one, admission=(Admission("afon", frozenset({Condition.ALL}), worlds.words("all")),)
    ),
    "retention": lambda one: replace(one, retention=(Retention("afon", worlds.words("for ever")),)),
    "undertaking": lambda one: replace(one, undertakings=replace(one.undertakings, rights=worlds.words("none"))),
    "bar": lambda one: replace(one, bars=(BarPassage(drafts.BarKind.THIRD_PARTY, frozenset({"nobody"})),)),
}


def mutated(random: Random, protocol: Protocol) -> Protocol:
    """One thing of one row is another; a protocol without rows stays as it is."""
    if not protocol.rules:
        return protocol
    at = random.randrange(len(protocol.rules))
    name = random.choice(list(MUTATIONS))
    changed = MUTATIONS[name](random, protocol.rules[at])
    return replace(protocol, rules=(*protocol.rules[:at], changed, *protocol.rules[at + 1 :]))


@pytest.mark.parametrize("name", MUTATIONS)
def test_no_change_of_a_row_is_missed(name: str) -> None:
    missed = 0
    for seed in range(60):
        random = Random(seed)
        before = drafts.draft(random)
        rule = before.rules[0]
        after = replace(before, rules=(MUTATIONS[name](random, rule), *before.rules[1:]))
        if rule.mask and meaning(before) != meaning(after):
            found = difference(before, after, CATALOGUE)
            assert found.rules
            parties = {(one.holder, one.recipient) for one in found.rules}
            assert parties == {(rule.holder, rule.recipient)}
        else:
            missed += 1
    assert missed < 50, "the change must be a change in most drafts"


@pytest.mark.parametrize("name", OTHERS)
def test_no_change_beside_the_rows_is_missed(name: str) -> None:
    before = drafts.draft(Random(5))
    found = difference(before, OTHERS[name](before), CATALOGUE)
    assert found.others
    assert not found.same_bytes


def test_a_change_says_which_cells_and_what_became_of_them() -> None:
    before = drafts.draft(Random(1), likely=0)
    rule = replace(before.rules[0], mask=CATALOGUE.mask(["f00", "f01"]), roles=frozenset(worlds.ROLES))
    first = replace(before, rules=(rule,))
    second = replace(first, rules=(replace(rule, mask=CATALOGUE.mask(["f01", "f02"])),))
    found = {one.kind: one for one in difference(first, second, CATALOGUE).rules}
    assert (found[Kind.ADDED].fields, found[Kind.REMOVED].fields) == (("f02",), ("f00",))
    assert found[Kind.ADDED].roles == ("clerk", "lead")
    assert found[Kind.ADDED].after[0]["basis"] == rule.basis
    assert Kind.CHANGED not in found


def explains(found: Difference, case: drafts.Case, field_id: str) -> bool:
    request = case.request
    if any(not one.what.startswith(("admission", "retention", "title", "undertakings")) for one in found.others):
        return True
    return any(
        (one.holder, one.recipient, one.purpose) == (request.holder, request.recipient, request.purpose)
        and request.role in one.roles
        and field_id in one.fields
        for one in found.rules
    )


def told(decision: Decision, bit: int) -> tuple[object, bool]:
    """What the recipient gets or is told; that no row ever spoke of a field, or only in vain, is told alike."""
    reason = decision.reason(bit).as_told_to_recipient()
    lapsed = (Reason.PROTOCOL_LAPSED, Reason.PROTOCOL_NOT_STARTED)
    return (Reason.NO_RULE if reason in lapsed else reason), bool(decision.withheld_shown & bit)


@settings(max_examples=250, deadline=None)
@given(SEEDS)
def test_every_decision_that_differs_is_explained_by_the_difference(seed: int) -> None:
    random = Random(seed)
    before = drafts.draft(random, "one", 1)
    after = replace(mutated(random, shuffled(random, before)), ref=ProtocolRef("one", 2))
    assume(not clashes(after))
    found = difference(before, after, CATALOGUE)
    old, new = (compile_snapshot(CATALOGUE, [one], earlier=[before]) for one in (before, after))
    for _ in range(40):
        case = drafts.case(random, (before,))
        first, second = (decide(one, case.request, case.facts) for one in (old, new))
        for entry in CATALOGUE.fields:
            if told(first, entry.bit) != told(second, entry.bit):
                assert explains(found, case, entry.id), (entry.id, case)


def clashes(protocol: Protocol) -> bool:
    """Whether a field has two bases: such a file does not load."""
    seen: dict[tuple[str, ...], Basis] = {}
    for rule in protocol.rules:
        for role in rule.roles:
            for field_id in CATALOGUE.ids(rule.mask):
                key = (rule.holder, rule.recipient, rule.purpose, role, field_id)
                if seen.setdefault(key, rule.basis) is not rule.basis:
                    return True
    return False


def test_the_fields_for_which_families_are_asked_again_are_those_that_a_consent_no_longer_reaches() -> None:
    outgrown = 0
    for seed in range(500):
        random = Random(seed)
        before = drafts.draft(random, "one", 1)
        after = replace(mutated(random, before), ref=ProtocolRef("one", 2))
        if clashes(after):
            continue
        snapshot = compile_snapshot(CATALOGUE, [after], earlier=[before])
        asked = {
            (one.recipient, one.purpose, one.role, one.holder): CATALOGUE.mask(one.fields)
            for one in difference(before, after, CATALOGUE).asked_again
        }
        older = compile_snapshot(CATALOGUE, [before])
        for key, (cell,) in snapshot.cells.items():
            past = older.cells[key][0].named_on(Basis.CONSENT) if key in older.cells else 0
            expected = cell.named_on(Basis.CONSENT) & past & ~cell.covers[before.ref]
            assert asked.get(key, 0) == expected
            outgrown += bool(expected)
    assert outgrown > 10
