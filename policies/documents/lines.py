"""What flows between partners, put together: one line for each holder, recipient, purpose and basis of a protocol."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.model import Basis, Partner, Protocol, Purpose, Rule


@dataclass(frozen=True, slots=True)
class Flow:
    """All rows of one protocol with the same holder, recipient, purpose and basis; `mask` are their fields."""

    protocol: Protocol
    holder: Partner
    recipient: Partner
    purpose: Purpose
    basis: Basis
    rules: tuple[Rule, ...]
    mask: int


def flows_of(protocols: Iterable[Protocol]) -> tuple[Flow, ...]:
    """Every flow of these protocols, in the order of holder, recipient, purpose, basis and protocol."""
    found: dict[tuple[str, str, str, int, str], list[tuple[Protocol, Rule]]] = {}
    for protocol in protocols:
        for rule in sorted(protocol.rules, key=lambda one: one.id):
            key = (rule.holder, rule.recipient, rule.purpose, list(Basis).index(rule.basis), str(protocol.ref))
            found.setdefault(key, []).append((protocol, rule))
    return tuple(_flow(found[key]) for key in sorted(found))


def _flow(rows: list[tuple[Protocol, Rule]]) -> Flow:
    protocol, first = rows[0]
    mask = 0
    for _, rule in rows:
        mask |= rule.mask
    return Flow(
        protocol=protocol,
        holder=protocol.partners[first.holder],
        recipient=protocol.partners[first.recipient],
        purpose=protocol.purposes[first.purpose],
        basis=first.basis,
        rules=tuple(rule for _, rule in rows),
        mask=mask,
    )


def partners_of(protocols: Iterable[Protocol]) -> tuple[Partner, ...]:
    """Every partner once, by its short name; where protocols say different things of one, the first counts."""
    found: dict[str, Partner] = {}
    for protocol in protocols:
        for name, partner in protocol.partners.items():
            found.setdefault(name, partner)
    return tuple(found[name] for name in sorted(found))
