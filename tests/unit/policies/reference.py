"""The decision again, slowly: one field at a time, by sets and plain conditions, from the text of the policy language.

Shares nothing with `policies.decision` but the values that go in. Whoever changes one changes the other by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from policies import AccessRequest, Basis, Catalogue, Facts, Protocol, Rule


@dataclass(frozen=True)
class Answer:
    """Field ids by outcome."""

    reasons: dict[str, str]
    allowed: frozenset[str]
    withheld_shown: frozenset[str]
    consents: frozenset[str]


def answer(catalogue: Catalogue, protocols: Iterable[Protocol], request: AccessRequest, facts: Facts) -> Answer:
    protocols = list(protocols)
    reasons: dict[str, str] = {}
    consents: set[str] = set()
    shown: set[str] = set()
    for field in catalogue.fields:
        if not has(request.wanted, field.ordinal):
            continue
        reason, used = field_reason(field.ordinal, protocols, request, facts)
        reasons[field.id] = reason
        consents.update(used)
        if reason not in ALLOWING and is_marked(field, protocols, request, facts):
            shown.add(field.id)
    allowed = frozenset(name for name, reason in reasons.items() if reason in ALLOWING)
    return Answer(reasons, allowed, frozenset(shown), frozenset(consents))


ALLOWING = {"own_record", "legal_obligation", "public_task", "consent"}


def has(mask: int, ordinal: int) -> bool:
    return bin(mask)[2:][::-1][ordinal : ordinal + 1] == "1"


def field_reason(ordinal: int, protocols: list[Protocol], request: AccessRequest, facts: Facts) -> tuple[str, set[str]]:
    named = name_reason(protocols, request)
    if named is not None:
        return named, set()
    barred = has(facts.bars, ordinal)
    if request.recipient == request.holder:
        return ("barred" if barred else "own_record"), set()
    matching = list(matching_rules(protocols, request))
    current = [(protocol, rule) for protocol, rule in matching if is_current(protocol, protocols, request.at)]
    if not matching:
        return "no_rule", set()
    if not current:
        over = [protocol for protocol, _ in matching if has_ended(protocol, protocols, request.at)]
        return ("protocol_lapsed" if over else "protocol_not_started"), set()
    if barred:
        return "barred", set()
    return basis_reason(ordinal, bases_of(ordinal, current), request, facts)


def basis_reason(ordinal: int, bases: set[Basis], request: AccessRequest, facts: Facts) -> tuple[str, set[str]]:
    if Basis.LEGAL_OBLIGATION in bases:
        return "legal_obligation", set()
    objected = has(facts.objections, ordinal)
    if Basis.PUBLIC_TASK in bases and not objected:
        return "public_task", set()
    consents = consents_on(ordinal, request, facts)
    standing = {consent.consent_id for consent in consents if consent.valid_from <= request.at < consent.valid_until}
    if Basis.CONSENT in bases and standing:
        return "consent", standing
    if Basis.PUBLIC_TASK in bases:
        return "objection_open", set()
    if Basis.CONSENT in bases:
        if any(consent.valid_until <= request.at for consent in consents):
            return "consent_expired", set()
        return ("consent_not_begun" if consents else "consent_missing"), set()
    return ("override_only" if Basis.OVERRIDE_ONLY in bases else "no_rule"), set()


def consents_on(ordinal: int, request: AccessRequest, facts: Facts):
    return [
        consent
        for consent in facts.consents
        if consent.holder == request.holder
        and consent.recipient == request.recipient
        and consent.purpose == request.purpose
        and has(consent.mask, ordinal)
    ]


def bases_of(ordinal: int, current: list[tuple[Protocol, Rule]]) -> set[Basis]:
    """Bases by protocol; a protocol that gives the field two bases is ambiguous and gives it none."""
    found: set[Basis] = set()
    for ref in {protocol.ref for protocol, _ in current}:
        own = {rule.basis for protocol, rule in current if protocol.ref == ref and has(rule.mask, ordinal)}
        if len(own) == 1:
            found |= own
    return found


def is_marked(field, protocols: list[Protocol], request: AccessRequest, facts: Facts) -> bool:
    if request.recipient == request.holder or has(facts.bars, field.ordinal) or field.sensitivity == "restricted":
        return False
    return any(
        rule.withheld_marker and has(rule.mask, field.ordinal) and is_current(protocol, protocols, request.at)
        for protocol, rule in matching_rules(protocols, request)
    )


def name_reason(protocols: list[Protocol], request: AccessRequest) -> str | None:
    partners = {agency for protocol in protocols for agency in protocol.partners}
    if request.recipient not in partners:
        return "unknown_recipient"
    if request.holder not in partners:
        return "unknown_holder"
    purposes = {purpose for protocol in protocols for purpose in protocol.purposes}
    if request.holder == request.recipient:
        purposes.add("own-record")
    if request.purpose not in purposes:
        return "unknown_purpose"
    roles = {
        role
        for protocol in protocols
        if request.recipient in protocol.partners
        for role in protocol.partners[request.recipient].roles
    }
    return None if request.role in roles else "unknown_role"


def matching_rules(protocols: list[Protocol], request: AccessRequest) -> Iterator[tuple[Protocol, Rule]]:
    for protocol in protocols:
        for rule in protocol.rules:
            if (
                rule.holder == request.holder
                and rule.recipient == request.recipient
                and rule.purpose == request.purpose
                and request.role in rule.roles
            ):
                yield protocol, rule


def is_current(protocol: Protocol, protocols: list[Protocol], at: datetime) -> bool:
    return begins(protocol) <= at and not has_ended(protocol, protocols, at)


def has_ended(protocol: Protocol, protocols: list[Protocol], at: datetime) -> bool:
    replaced = any(
        other.ref.id == protocol.ref.id and other.ref.version > protocol.ref.version and begins(other) <= at
        for other in protocols
    )
    review = datetime(protocol.review_on.year, protocol.review_on.month, protocol.review_on.day, tzinfo=UTC)
    return replaced or at >= review


def begins(protocol: Protocol) -> datetime:
    day = protocol.in_force_from
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
