"""On which rows an answer rests: what a recipient takes on with it, and whom it is told to."""

from __future__ import annotations

from dataclasses import dataclass

from policies.conditions import Guard, is_guarded, is_met, is_used_up
from policies.facts import AccessRequest, Facts
from policies.model import Basis, ProtocolRef, Rule
from policies.outcome import Decision
from policies.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class RowUse:
    """One row of one protocol version, with those of the allowed fields that rest on it."""

    protocol: ProtocolRef
    rule: Rule
    mask: int


def rows_used(snapshot: Snapshot, request: AccessRequest, facts: Facts, decision: Decision) -> tuple[RowUse, ...]:
    """The rows behind a decision: in force, conditions met, and on the basis that each field was allowed on.

    Where several rows allow a field on that basis, all of them are here: what any of them asks is then kept.
    """
    by_basis = {
        Basis.LEGAL_OBLIGATION: decision.by_obligation,
        Basis.PUBLIC_TASK: decision.by_task,
        Basis.CONSENT: decision.by_consent,
        Basis.OVERRIDE_ONLY: decision.by_override,
    }
    cells = snapshot.cells.get((request.recipient, request.purpose, request.role, request.holder), ())
    return tuple(
        RowUse(cell.protocol, rule, rule.mask & by_basis[rule.basis])
        for cell in cells
        if cell.is_in_force(request.at)
        for rule in cell.rules
        if rule.mask & by_basis[rule.basis] and counts(rule, request, facts)
    )


def counts(rule: Rule, request: AccessRequest, facts: Facts) -> bool:
    """Whether a row counts for this request: its conditions are met, and its reads are not used up."""
    if not is_guarded(rule):
        return True
    guard = Guard(rule.basis, rule.mask, rule.when, rule.obligations.reads)
    return is_met(rule.when, request, facts) and not is_used_up(guard, request, facts)
