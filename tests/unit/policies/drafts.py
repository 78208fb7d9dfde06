"""Random drafts with everything that a row can say, and random requests and facts about them, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from random import Random

from policies import AccessRequest, BarFact, BarKind, ConsentFact, Facts, ObjectionFact, Protocol, Rule
from policies.facts import OverrideFact, ReadFact
from policies.model import ALWAYS, BarPassage, EraseBy, Obligations, Period, ReadLimit, When
from tests.unit.policies import worlds

CATALOGUE = worlds.CATALOGUE
AGES = (None, 0, 4, 5, 6, 10, 11, 12, 17, 18, 25)


@dataclass(frozen=True, slots=True)
class Case:
    request: AccessRequest
    facts: Facts


def draft(random: Random, name: str = "one", version: int = 1, *, likely: float = 0.4) -> Protocol:
    """One protocol in which no field has two bases for the same parties, as every file that loads."""
    starts = random.randint(0, 5)
    plain = worlds.protocol(random, name, version, starts=starts, ends=starts + random.randint(1, 9))
    rules = tuple(_with_terms(random, rule, likely=likely) for rule in plain.rules)
    kinds = random.sample((BarKind.HIDDEN_LOCATION, BarKind.THIRD_PARTY), random.randint(0, 2))
    bars = tuple(BarPassage(kind, worlds.some_of(random, worlds.ROLES)) for kind in kinds)
    return replace(plain, rules=_beside(random, rules), bars=bars)


def drafts(random: Random, *, likely: float = 0.4) -> tuple[Protocol, ...]:
    """One to three protocols beside each other, the first of them perhaps with a later version."""
    found = [draft(random, name, likely=likely) for name in ("one", "two", "three")[: random.randint(1, 3)]]
    if random.random() < 0.3:
        later = draft(random, "one", 2, likely=likely)
        begins = found[0].in_force_from + timedelta(days=random.randint(1, 4))
        found.append(replace(later, in_force_from=begins, review_on=begins + timedelta(days=random.randint(1, 6))))
    return tuple(found)


def _beside(random: Random, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules, and for some of them another row with the same basis, some of the same fields and other terms."""
    more = []
    for number, rule in enumerate(rules):
        if random.random() < 0.5:
            twin = replace(rule, id=f"t{number}", mask=rule.mask & worlds.some_fields(random, likely=0.7))
            more.append(_with_terms(random, twin, likely=0.6))
    return rules + tuple(more)


def _with_terms(random: Random, rule: Rule, *, likely: float) -> Rule:
    return replace(
        rule,
        when=when(random) if random.random() < likely else ALWAYS,
        obligations=obligations(random, likely=likely),
        withheld_marker=random.random() < 0.4,
        line=random.randint(1, 900),
    )


def when(random: Random) -> When:
    """At least one condition."""
    low, high = sorted(random.sample((0, 5, 11, 18), 2))
    first, last = sorted(random.sample(range(-2, 16), 2))
    found = When(
        age_from=random.choice((None, None, low)),
        age_until=random.choice((None, None, high)),
        levels=frozenset(random.sample((1, 2, 3), random.randint(1, 3))) if random.random() < 0.2 else frozenset(),
        live_tie=random.random() < 0.2,
        from_on=worlds.DAY_ZERO + timedelta(days=first) if random.random() < 0.2 else None,
        until_on=worlds.DAY_ZERO + timedelta(days=last) if random.random() < 0.2 else None,
    )
    return found if found != ALWAYS else When(live_tie=True)


def obligations(random: Random, *, likely: float) -> Obligations:
    limit = ReadLimit(random.randint(1, 3), random.choice((Period.DAY, Period.WEEK)))
    return Obligations(
        no_onward_sharing=random.random() < 0.6,
        reads=limit if random.random() < likely / 2 else None,
        erase_by=random.choice(list(EraseBy)),
        tell_family=random.random() < 0.3,
    )


def case(random: Random, protocols: tuple[Protocol, ...]) -> Case:
    """A request about one of the rows (mostly), and facts that have much to do with it."""
    protocol = random.choice(protocols)
    rule = random.choice(protocol.rules)
    at = worlds.instant(random.randint(-1, 16), random.choice((0, 0, 12)))
    request = AccessRequest(
        rule.recipient, random.choice(worlds.ROLES), rule.purpose, rule.holder, CATALOGUE.everything, at
    )
    some = worlds.some_fields
    bars = tuple(
        BarFact(random.choice(list(BarKind)), some(random, likely=0.2), random.choice((None, rule.recipient, "cwm")))
        for _ in range(random.choice((0, 0, 1, 2)))
    )
    consents = tuple(
        _consent(random, number, random.choice(protocols), rule, request) for number in range(random.randint(0, 2))
    )
    objections = tuple(
        ObjectionFact(rule.holder, rule.recipient, rule.purpose, some(random, likely=0.5))
        for _ in range(random.choice((0, 0, 1)))
    )
    return Case(
        request,
        Facts(
            consents=consents,
            bars=bars,
            objections=objections,
            overrides=tuple(_override(random, request) for _ in range(random.choice((0, 0, 1)))),
            reads=tuple(_read(random, rule, request) for _ in range(random.choice((0, 0, 0, 1, 3, 5)))),
            age=random.choice(AGES),
            level=random.choice((None, 1, 2, 3)),
            live_ties=frozenset(name for name in worlds.AGENCIES if random.random() < 0.5),
        ),
    )


def _consent(random: Random, number: int, protocol: Protocol, rule: Rule, request: AccessRequest) -> ConsentFact:
    begins = request.at - timedelta(days=random.choice((-1, 0, 0, 0, 3)))
    return ConsentFact(
        f"c{number}",
        rule.holder,
        rule.recipient,
        rule.purpose,
        worlds.some_fields(random, likely=0.7),
        begins,
        begins + timedelta(days=random.choice((1, 5, 9))),
        protocol.ref,
    )


def _override(random: Random, request: AccessRequest) -> OverrideFact:
    mask = worlds.some_fields(random, likely=0.7)
    until = request.at + timedelta(hours=1)
    return OverrideFact("o", request.recipient, request.role, request.purpose, mask, request.at, until)


def _read(random: Random, rule: Rule, request: AccessRequest) -> ReadFact:
    ago = timedelta(hours=random.choice((1, 20, 24, 30, 100)))
    return ReadFact(rule.holder, rule.recipient, rule.purpose, worlds.some_fields(random, likely=0.3), request.at - ago)
