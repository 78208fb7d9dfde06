"""The same protocols and facts as Cedar policies, decided by an engine that nobody here wrote."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import cedarpy

from policies import AccessRequest, Basis, Catalogue, ConsentFact, Facts, Protocol, Rule


class CedarOracle:
    """Protocols and facts of one world, parsed once; answers requests field by field."""

    def __init__(self, catalogue: Catalogue, protocols: Sequence[Protocol], facts: Facts) -> None:
        self._catalogue = catalogue
        text = "\n".join([*own_record(protocols), *rules(catalogue, protocols, facts), *bars(catalogue, facts)])
        self._policies = cedarpy.PolicySet.from_str(text)
        self._entities = cedarpy.Entities.from_json_str("[]")

    def allowed(self, requests: Sequence[AccessRequest]) -> list[set[str]]:
        """For each request the ids of the wanted fields that Cedar allows."""
        asked = [
            (at, entry.id) for at, request in enumerate(requests) for entry in self._catalogue.entries(request.wanted)
        ]
        batch = [cedar_request(requests[at], field_id) for at, field_id in asked]
        results = cedarpy.is_authorized_batch(batch, self._policies, self._entities)
        found: list[set[str]] = [set() for _ in requests]
        for (at, field_id), result in zip(asked, results, strict=True):
            assert not result.diagnostics.errors
            if result.decision is cedarpy.Decision.Allow:
                found[at].add(field_id)
        return found


def cedar_request(request: AccessRequest, field_id: str) -> dict[str, object]:
    return {
        "principal": {"type": "Agency", "id": request.recipient},
        "action": {"type": "Action", "id": "read"},
        "resource": {"type": "Field", "id": field_id},
        "context": {
            "holder": request.holder,
            "role": request.role,
            "purpose": request.purpose,
            "at": seconds(request.at),
        },
    }


def own_record(protocols: Iterable[Protocol]) -> Iterable[str]:
    """One permit for each agency: its own records, in a role and for a purpose that it has."""
    protocols = list(protocols)
    for agency in sorted({agency for protocol in protocols for agency in protocol.partners}):
        own = [protocol for protocol in protocols if agency in protocol.partners]
        roles = sorted({role for protocol in own for role in protocol.partners[agency].roles})
        purposes = sorted({"own-record", *(purpose for protocol in own for purpose in protocol.purposes)})
        yield (
            f'permit(principal == Agency::"{agency}", action, resource) when {{ context.holder == "{agency}"'
            f" && {json.dumps(roles)}.contains(context.role) && {json.dumps(purposes)}.contains(context.purpose) }};"
        )


def rules(catalogue: Catalogue, protocols: Iterable[Protocol], facts: Facts) -> Iterable[str]:
    protocols = list(protocols)
    for protocol in protocols:
        for rule in protocol.rules:
            yield from permits(catalogue, rule, period(protocol, protocols), facts)


def permits(catalogue: Catalogue, rule: Rule, period: str, facts: Facts) -> Iterable[str]:
    """A duty is one permit; a rule on consent is one for each consent; override only permits nothing."""
    head = f'permit(principal == Agency::"{rule.recipient}", action, resource)'
    when = (
        f'context.holder == "{rule.holder}" && context.purpose == "{rule.purpose}"'
        f" && {json.dumps(sorted(rule.roles))}.contains(context.role) && {period}"
        f" && {among(catalogue, rule.mask)}"
    )
    if rule.basis is Basis.LEGAL_OBLIGATION:
        yield f"{head} when {{ {when} }};"
    elif rule.basis is Basis.PUBLIC_TASK:
        yield f"{head} when {{ {when} }} unless {{ {among(catalogue, facts.objections)} }};"
    elif rule.basis is Basis.CONSENT:
        for consent in facts.consents:
            if consent.holder == rule.holder:
                yield f"{head} when {{ {when} && {covered(catalogue, consent)} }};"


def covered(catalogue: Catalogue, consent: ConsentFact) -> str:
    return (
        f'principal == Agency::"{consent.recipient}" && context.purpose == "{consent.purpose}"'
        f" && context.at >= {seconds(consent.valid_from)} && context.at < {seconds(consent.valid_until)}"
        f" && {among(catalogue, consent.mask)}"
    )


def bars(catalogue: Catalogue, facts: Facts) -> Iterable[str]:
    yield f"forbid(principal, action, resource) when {{ {among(catalogue, facts.bars)} }};"


def among(catalogue: Catalogue, mask: int) -> str:
    names = ", ".join(f'Field::"{name}"' for name in catalogue.ids(mask))
    return f"[{names}].contains(resource)" if names else "false"


def period(protocol: Protocol, protocols: Iterable[Protocol]) -> str:
    later = [
        other for other in protocols if other.ref.id == protocol.ref.id and other.ref.version > protocol.ref.version
    ]
    ends = min([midnight(protocol.review_on), *(midnight(other.in_force_from) for other in later)])
    return f"context.at >= {midnight(protocol.in_force_from)} && context.at < {ends}"


def midnight(day) -> int:
    return seconds(datetime(day.year, day.month, day.day, tzinfo=UTC))


def seconds(at: datetime) -> int:
    return int(at.timestamp())
