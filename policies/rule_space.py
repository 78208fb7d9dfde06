"""The rule space of a protocol: every row taken apart into single cells, and the terms on which each is shared.

One cell is one holder, recipient, purpose, role and field. There are finitely many, and what no cell has is not shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import rfc8785

from policies.canonical import as_json
from policies.fields import Catalogue
from policies.model import Protocol
from policies.values import Json

Terms = Mapping[str, Json]
"""What one row says beside whom it is between and which fields it names."""


class Place(NamedTuple):
    """One cell of the rule space."""

    holder: str
    recipient: str
    purpose: str
    role: str
    field_id: str


def cells(protocol: Protocol, catalogue: Catalogue) -> Mapping[Place, tuple[Terms, ...]]:
    """Every cell that the protocol shares, and the terms of each row that does, in one order."""
    told = as_json(protocol, catalogue)["information"]
    found: dict[Place, dict[bytes, Terms]] = {}
    for rule in _listed(told):
        if isinstance(rule, dict):
            terms = _terms(rule)
            key = rfc8785.dumps(dict(terms))
            for place in _places(rule):
                found.setdefault(place, {})[key] = terms
    return {place: tuple(terms[key] for key in sorted(terms)) for place, terms in found.items()}


_WHERE = ("id", "from", "to", "roles", "purpose", "fields")


def _terms(rule: Mapping[str, Json]) -> Terms:
    """What the row says of each of its fields. A limit counts reads of all its fields, so they belong to it."""
    terms = {key: value for key, value in rule.items() if key not in _WHERE}
    terms["powers"] = sorted(_listed(rule["powers"]), key=rfc8785.dumps)
    obligations = rule["obligations"]
    if isinstance(obligations, dict) and obligations["reads"] is not None:
        terms["obligations"] = {**obligations, "reads_count": rule["fields"]}
    return terms


def _places(rule: Mapping[str, Json]) -> Iterable[Place]:
    for role in _texts(rule["roles"]):
        for field_id in _texts(rule["fields"]):
            yield Place(str(rule["from"]), str(rule["to"]), str(rule["purpose"]), role, field_id)


def _texts(value: Json) -> list[str]:
    return [str(item) for item in _listed(value)]


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
