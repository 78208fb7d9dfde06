"""One decision over 40 fields, against Cedar with the same protocol, parsed once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from statistics import median

import cedarpy

from hub.demo.partnership import demo_protocol
from hub.demo.people import EDUCATION, HEALTH
from policies import AccessRequest, Catalogue, ConsentFact, Facts, ProtocolRef, compile_snapshot, decide, load_catalogue
from policies.protocols import parse_protocol
from tests.bench.homes import GRANTED_GROUPS, PURPOSE, ROLE
from tests.bench.measure import Figure, in_turns, ratio_of
from tests.bench.sizes import Sizes
from tests.unit.policies import cedar

FIELDS = 40
_AT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
_AIM_US = 10.0


def run(sizes: Sizes, _databases: Sequence[str]) -> Iterator[Figure]:
    """Health's fields for education, 40 of them asked for, three consents in force."""
    catalogue = load_catalogue()
    protocol = parse_protocol(demo_protocol(_AT.date()).encode(), catalogue)
    request, facts = _question(catalogue, protocol.ref)
    snapshot = compile_snapshot(catalogue, [protocol])
    oracle = cedar.CedarOracle(catalogue, [protocol], facts)
    allowed = set(catalogue.ids(decide(snapshot, request, facts).allowed))
    if not allowed or allowed != oracle.allowed([request])[0]:
        raise ValueError("the two engines answer differently, so there is nothing to compare")
    text = "\n".join(cedar.rules(catalogue, [protocol], facts))
    policies, entities = cedarpy.PolicySet.from_str(text), cedarpy.Entities.from_json_str("[]")
    batch = [cedar.cedar_request(request, entry.id) for entry in catalogue.entries(request.wanted)]

    def ours() -> None:
        for _ in range(sizes.decisions):
            decide(snapshot, request, facts)

    cedars = max(1, sizes.decisions // 100)

    def theirs() -> None:
        for _ in range(cedars):
            cedarpy.is_authorized_batch(batch, policies, entities)

    taken = in_turns({"decide": ours, "cedarpy": theirs}, rounds=sizes.rounds)
    mine = [one / sizes.decisions * 1e6 for one in taken["decide"]]
    others = [one / cedars * 1e6 for one in taken["cedarpy"]]
    yield Figure(
        "decision",
        f"decide, {FIELDS} fields",
        "",
        median(mine),
        "µs",
        "cedarpy",
        ratio_of(mine, others),
        f"< {_AIM_US:.0f} µs",
        median(mine) < _AIM_US,
    )
    yield Figure("decision", f"cedarpy, {FIELDS} fields in one batch", "", median(others), "µs")


def _question(catalogue: Catalogue, protocol: ProtocolRef) -> tuple[AccessRequest, Facts]:
    held = [entry.id for entry in catalogue.fields if entry.id.startswith("health.")][:FIELDS]
    consents = tuple(
        ConsentFact(
            consent_id=f"c{number}",
            holder=HEALTH.id,
            recipient=EDUCATION.id,
            purpose=PURPOSE,
            mask=catalogue.in_group(group),
            valid_from=_AT - timedelta(days=30),
            valid_until=_AT + timedelta(days=30),
            protocol=protocol,
        )
        for number, group in enumerate(GRANTED_GROUPS)
    )
    request = AccessRequest(
        recipient=EDUCATION.id, role=ROLE, purpose=PURPOSE, holder=HEALTH.id, wanted=catalogue.mask(held), at=_AT
    )
    return request, Facts(consents=consents)
