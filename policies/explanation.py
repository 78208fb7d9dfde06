"""Why, field by field: the decision itself, told with the rule, the protocol version and the consent behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from policies.decision import Decision, Reason, decide
from policies.facts import AccessRequest, ConsentFact, Facts, OverrideFact
from policies.model import Basis, ProtocolRef, Rule
from policies.snapshot import Cell, Snapshot


@dataclass(frozen=True, slots=True)
class RuleUse:
    """One row of one protocol version that speaks of a field."""

    protocol: ProtocolRef
    rule: Rule


@dataclass(frozen=True, slots=True)
class FieldReason:
    """Why one field is allowed or denied, and until when an allowed one stays so if nothing else changes."""

    field_id: str
    allowed: bool
    reason: Reason
    is_marked: bool
    rules: tuple[RuleUse, ...]
    consent_ids: tuple[str, ...]
    until: datetime | None
    override_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision with the reasons for each wanted field that the catalogue knows, sorted by field id."""

    decision: Decision
    fields: tuple[FieldReason, ...]


def explain(snapshot: Snapshot, request: AccessRequest, facts: Facts) -> Explanation:
    """Decide by `decide`, and say for every wanted field which rule, protocol and consent that answer rests on."""
    decision = decide(snapshot, request, facts)
    key = (request.recipient, request.purpose, request.role, request.holder)
    cells = tuple(cell for cell in snapshot.cells.get(key, ()) if cell.is_in_force(request.at))
    entries = sorted(snapshot.catalogue.entries(request.wanted), key=lambda entry: entry.id)
    used, overrides = _used(decision, request, facts), _overriding(decision, facts)
    fields = (_field(entry.id, entry.bit, decision, cells, used, overrides) for entry in entries)
    return Explanation(decision, tuple(fields))


def _used(decision: Decision, request: AccessRequest, facts: Facts) -> tuple[ConsentFact, ...]:
    return tuple(
        fact
        for fact in facts.consents
        if fact.consent_id in decision.consent_ids
        and (fact.holder, fact.recipient, fact.purpose) == (request.holder, request.recipient, request.purpose)
        and fact.valid_from <= request.at < fact.valid_until
    )


def _overriding(decision: Decision, facts: Facts) -> tuple[OverrideFact, ...]:
    return tuple(fact for fact in facts.overrides if fact.override_id in decision.override_ids)


def _field(
    field_id: str,
    bit: int,
    decision: Decision,
    cells: tuple[Cell, ...],
    used: tuple[ConsentFact, ...],
    overriding: tuple[OverrideFact, ...],
) -> FieldReason:
    reason = decision.reason(bit)
    speaking = [cell for cell in cells if any(rule.mask & bit for rule in cell.rules)]
    consents = [fact for fact in used if fact.mask & bit] if reason is Reason.CONSENT else []
    overrides = [fact for fact in overriding if fact.mask & bit] if reason is Reason.OVERRIDE else []
    return FieldReason(
        field_id=field_id,
        allowed=bool(decision.allowed & bit),
        reason=reason,
        is_marked=bool(decision.withheld_shown & bit),
        rules=tuple(RuleUse(cell.protocol, rule) for cell in speaking for rule in cell.rules if rule.mask & bit),
        consent_ids=tuple(sorted({fact.consent_id for fact in consents})),
        override_ids=tuple(sorted(fact.override_id for fact in overrides)),
        until=_until(bit, decision, speaking, consents, overrides),
    )


def _until(
    bit: int, decision: Decision, speaking: list[Cell], consents: list[ConsentFact], overrides: list[OverrideFact]
) -> datetime | None:
    """When the basis on which the field is allowed now ends: of several protocols or consents, the last to end."""
    bases = (
        (decision.by_obligation, Basis.LEGAL_OBLIGATION),
        (decision.by_task, Basis.PUBLIC_TASK),
        (decision.by_consent, Basis.CONSENT),
        (decision.by_override, Basis.OVERRIDE_ONLY),
    )
    for mask, basis in bases:
        if mask & bit:
            ends = [max(cell.ends_at for cell in speaking if cell.named_on(basis) & bit)]
            ends += [max(fact.valid_until for fact in consents)] if consents else []
            ends += [max(fact.valid_until for fact in overrides)] if overrides else []
            return min(ends)
    return None
