"""One decision over 40 fields, against Cedar with the same protocol and facts, parsed once.

Once with consents alone, as most learners have it, and once with all that there can be: a bar, an objection, an
override, conditions and a limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from statistics import median

import cedarpy

from hub.demo.partnership import demo_protocol
from hub.demo.people import EDUCATION, HEALTH
from policies import (
    AccessRequest,
    BarFact,
    BarKind,
    Basis,
    Catalogue,
    ConsentFact,
    Facts,
    ObjectionFact,
    OverrideFact,
    Protocol,
    ReadFact,
    compile_snapshot,
    decide,
    load_catalogue,
)
from policies.model import Period, ReadLimit, When
from policies.protocols import parse_protocol
from tests.bench.homes import GRANTED_GROUPS, PURPOSE, ROLE
from tests.bench.measure import Figure, in_turns, ratio_of
from tests.bench.sizes import Sizes
from tests.unit.policies import cedar

FIELDS = 40
_AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
_AIM_US = 10.0
_AIM_TIMES = 50


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided: a protocol, and what is true of a learner."""

    name: str
    protocol: Protocol
    facts: Facts


def run(sizes: Sizes, _databases: Sequence[str]) -> Iterator[Figure]:
    """Health's fields for education, 40 of them asked for."""
    catalogue = load_catalogue()
    protocol = parse_protocol(demo_protocol(_AT.date()).encode(), catalogue)
    plain = Case("three consents", protocol, Facts(consents=_consents(catalogue, protocol)))
    for case in (plain, _with_everything(catalogue, plain)):
        yield from _measured(case, catalogue, sizes)


def _measured(case: Case, catalogue: Catalogue, sizes: Sizes) -> Iterator[Figure]:
    held = [entry.id for entry in catalogue.fields if entry.id.startswith("health.")][:FIELDS]
    request = AccessRequest(
        recipient=EDUCATION.id, role=ROLE, purpose=PURPOSE, holder=HEALTH.id, wanted=catalogue.mask(held), at=_AT
    )
    snapshot = compile_snapshot(catalogue, [case.protocol])
    oracle = cedar.CedarOracle(catalogue, [case.protocol], case.facts)
    allowed = set(catalogue.ids(decide(snapshot, request, case.facts).allowed))
    if not allowed or allowed != oracle.allowed([request])[0]:
        raise ValueError("the two engines answer differently, so there is nothing to compare")
    batch = [one for _, _, one in oracle.batch([request])]

    def ours() -> None:
        for _ in range(sizes.decisions):
            decide(snapshot, request, case.facts)

    cedars = max(1, sizes.decisions // 100)

    def theirs() -> None:
        for _ in range(cedars):
            cedarpy.is_authorized_batch(batch, oracle.policies, oracle.entities)

    taken = in_turns({"decide": ours, "cedarpy": theirs}, rounds=sizes.rounds)
    mine = [one / sizes.decisions * 1e6 for one in taken["decide"]]
    others = [one / cedars * 1e6 for one in taken["cedarpy"]]
    times = ratio_of(others, mine)
    what = f"decide, {FIELDS} fields, {case.name}"
    yield Figure("decision", what, "", median(mine), "µs", aim=f"< {_AIM_US:.0f} µs", is_met=median(mine) < _AIM_US)
    yield Figure(
        "decision",
        f"cedarpy, {FIELDS} fields in one batch, {case.name}",
        "",
        median(others),
        "µs",
        "decide",
        times,
        f">= {_AIM_TIMES} times",
        times >= _AIM_TIMES,
    )


def _consents(catalogue: Catalogue, protocol: Protocol) -> tuple[ConsentFact, ...]:
    return tuple(
        ConsentFact(
            consent_id=f"c{number}",
            holder=HEALTH.id,
            recipient=EDUCATION.id,
            purpose=PURPOSE,
            mask=catalogue.in_group(group),
            valid_from=_AT - timedelta(days=30),
            valid_until=_AT + timedelta(days=30),
            protocol=protocol.ref,
        )
        for number, group in enumerate(GRANTED_GROUPS)
    )


def _with_everything(catalogue: Catalogue, plain: Case) -> Case:
    """One row with conditions and a limit, one kept for overrides; a bar, an objection, an override, reads and ties."""
    changed = {
        "he-health": {"when": When(age_until=19, live_tie=True)},
        "he-speech": {"basis": Basis.OVERRIDE_ONLY},
        "he-senses": {"when": When(levels=frozenset((1, 2)))},
    }
    rules = [replace(rule, **changed.get(rule.id, {})) for rule in plain.protocol.rules]  # type: ignore[arg-type]
    limited = [
        replace(rule, obligations=replace(rule.obligations, reads=ReadLimit(5, Period.WEEK)))
        if rule.id == "he-health"
        else rule
        for rule in rules
    ]
    names = {"holder": HEALTH.id, "recipient": EDUCATION.id, "purpose": PURPOSE}
    half = catalogue.in_group("health.speech")
    facts = replace(
        plain.facts,
        bars=(BarFact(BarKind.HIDDEN_LOCATION, catalogue.tagged("reveals_location")),),
        objections=(ObjectionFact(**names, mask=catalogue.in_group("health.senses")),),
        overrides=(
            OverrideFact("o1", EDUCATION.id, ROLE, PURPOSE, half, _AT - timedelta(hours=1), _AT + timedelta(hours=1)),
        ),
        reads=tuple(ReadFact(**names, mask=catalogue.everything, at=_AT - timedelta(days=day)) for day in (1, 2)),
        age=9,
        level=2,
        live_ties=frozenset((EDUCATION.id,)),
    )
    return Case(
        "a bar, an objection, an override, conditions and a limit", replace(plain.protocol, rules=tuple(limited)), facts
    )
