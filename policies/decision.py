"""The decision: which fields of one holder's records one recipient may see now. Pure, and it says why.

Normative text: docs/policy-language.md, section "How a decision is made". Everything here is a union or a difference of
masks, so the order of protocols, rules, consents and bars can't matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policies.bars import BarKind
from policies.conditions import is_met, is_used_up
from policies.facts import AccessRequest, BarFact, Facts
from policies.model import Basis, Office, ProtocolRef
from policies.outcome import Decision, ProtocolUse, Reason, intersect
from policies.snapshot import Cell, Snapshot

__all__ = ["OWN_RECORD", "Decision", "ProtocolUse", "Reason", "decide", "intersect"]

OWN_RECORD = "own-record"
"""The purpose for which every known agency may read what it holds itself."""

_Speaking = tuple[Cell, int, int, int, int]
"""A cell with the fields that it shares on each basis, now that its conditions and limits are judged."""


def decide(snapshot: Snapshot, request: AccessRequest, facts: Facts) -> Decision:
    """Fields that `request.recipient` may see of `request.holder`'s records; whatever is not named is denied.

    A bar beats every rule and consent; only an override in a role that may pass its kind opens what a row keeps for
    that. An open objection takes the public task away, not an obligation. A duty is never reported as a consent, and a
    field that is allowed by duty uses no consent.
    """
    unknown = request.wanted & ~snapshot.catalogue.everything
    wanted = request.wanted & snapshot.catalogue.everything
    if request.recipient == request.holder:
        bars = _barred(facts.bars, request)
        return _own_record(snapshot, request, wanted=wanted, unknown=unknown, bars=bars)
    cells = snapshot.cells.get((request.recipient, request.purpose, request.role, request.holder))
    if cells is None:
        return Decision(wanted=request.wanted, unknown=unknown, otherwise=_why_unmatched(snapshot, request))
    at = request.at
    current = [cell for cell in cells if cell.starts_at <= at < cell.ends_at]
    if not current:
        return Decision(wanted=request.wanted, unknown=unknown, otherwise=_why_not_in_force(cells, request))
    return _shared(current, request, facts, wanted=wanted)


def _shared(cells: list[Cell], request: AccessRequest, facts: Facts, *, wanted: int) -> Decision:
    obligation = task = consent = override_only = marked = unmet = limited = 0
    speaking: list[_Speaking] = []
    for cell in cells:
        one: _Speaking = (cell, cell.obligation, cell.task, cell.consent, cell.override_only)
        if cell.guarded:
            one, not_met, used_up = _judged(cell, request, facts)
            unmet |= not_met
            limited |= used_up
        speaking.append(one)
        obligation |= one[1]
        task |= one[2]
        consent |= one[3]
        override_only |= one[4]
        marked |= cell.marked
    bars = _barred(facts.bars, request) if facts.bars else 0
    objections = _objected(facts, request) if facts.objections else 0
    open_to = wanted & ~bars
    by_obligation = obligation & open_to
    by_task = task & ~objections & open_to & ~by_obligation
    need = consent & open_to & ~(by_obligation | by_task)
    granted, expired, not_begun, outgrown, ids = _consented(speaking, facts, request, need) if need else _NO_CONSENT
    allowed = by_obligation | by_task | granted
    by_override = 0
    override_ids: tuple[str, ...] = ()
    if facts.overrides and override_only & wanted & ~allowed:
        by_override, override_ids = _overridden(speaking, facts, request, wanted & ~allowed)
        allowed |= by_override
    barred = wanted & bars & ~by_override
    denied = open_to & ~allowed
    objected = denied & task
    lacking = denied & consent & ~objected
    rest = denied & ~objected & ~lacking
    shown = denied & marked
    return Decision(
        wanted=request.wanted,
        allowed=allowed,
        by_obligation=by_obligation,
        by_task=by_task,
        by_consent=granted,
        by_override=by_override,
        barred=barred,
        objected=objected,
        consent_expired=lacking & expired,
        consent_not_begun=lacking & not_begun & ~expired,
        consent_outgrown=lacking & outgrown & ~expired & ~not_begun,
        consent_missing=lacking & ~expired & ~not_begun & ~outgrown,
        condition_unmet=rest & unmet,
        read_limited=rest & limited & ~unmet,
        override_only=rest & override_only & ~unmet & ~limited,
        unknown=request.wanted & ~wanted,
        withheld_shown=shown,
        whom_to_ask=_offices(cells, shown) if shown else (),
        uses=_uses(speaking, by_obligation, by_task, granted, by_override),
        consent_ids=ids,
        override_ids=override_ids,
    )


_NO_CONSENT: tuple[int, int, int, int, tuple[str, ...]] = (0, 0, 0, 0, ())


def _judged(cell: Cell, request: AccessRequest, facts: Facts) -> tuple[_Speaking, int, int]:
    """The cell with those of its guarded rows that count now; and the fields of rows that are unmet, and used up."""
    masks = {
        Basis.LEGAL_OBLIGATION: cell.obligation,
        Basis.PUBLIC_TASK: cell.task,
        Basis.CONSENT: cell.consent,
        Basis.OVERRIDE_ONLY: cell.override_only,
    }
    unmet = limited = 0
    for guard in cell.guarded:
        if not is_met(guard.when, request, facts):
            unmet |= guard.mask
        elif is_used_up(guard, request, facts):
            limited |= guard.mask
        else:
            masks[guard.basis] |= guard.mask
    one = (
        cell,
        masks[Basis.LEGAL_OBLIGATION],
        masks[Basis.PUBLIC_TASK],
        masks[Basis.CONSENT],
        masks[Basis.OVERRIDE_ONLY],
    )
    return one, unmet, limited


def _barred(bars: Iterable[BarFact], request: AccessRequest, *, passes: frozenset[BarKind] = frozenset()) -> int:
    """Fields that bars take away from this recipient; those of a kind that may be passed are left out."""
    mask = 0
    for bar in bars:
        if bar.recipient in (None, request.recipient) and bar.kind not in passes:
            mask |= bar.mask
    return mask


def _objected(facts: Facts, request: AccessRequest) -> int:
    asked = request.holder, request.recipient, request.purpose
    mask = 0
    for one in facts.objections:
        if (one.holder, one.recipient, one.purpose) == asked:
            mask |= one.mask
    return mask


def _consented(
    speaking: Sequence[_Speaking], facts: Facts, request: AccessRequest, need: int
) -> tuple[int, int, int, int, tuple[str, ...]]:
    """Of the fields that need it: covered now, by a consent that has ended, by one to come, by one that a newer version
    outgrew; and the consents used."""
    granted = expired = not_begun = outgrown = 0
    ids = set()
    for fact in facts.consents:
        if (
            fact.holder != request.holder
            or fact.recipient != request.recipient
            or fact.purpose != request.purpose
            or not fact.mask & need
        ):
            continue
        if fact.valid_until <= request.at:
            expired |= fact.mask
        elif request.at < fact.valid_from:
            not_begun |= fact.mask
        else:
            good = fact.mask & need & _good_for(speaking, fact.protocol)
            outgrown |= fact.mask & need & ~good
            if good:
                granted |= good
                ids.add(fact.consent_id)
    return granted, expired, not_begun, outgrown, tuple(sorted(ids))


def _good_for(speaking: Sequence[_Speaking], protocol: ProtocolRef | None) -> int:
    """Consent fields that a consent given under this protocol version reaches: its own, and what was not widened."""
    if protocol is None:
        return 0
    mask = 0
    for cell, _, _, consent, _ in speaking:
        mask |= consent if cell.protocol == protocol else consent & cell.covers.get(protocol, 0)
    return mask


def _overridden(
    speaking: Sequence[_Speaking], facts: Facts, request: AccessRequest, wanted: int
) -> tuple[int, tuple[str, ...]]:
    """Fields that an override in force opens, and which one: named by it, kept for it by a row, and no hard bar."""
    opened, ids = 0, set()
    for one in facts.overrides:
        asks = (one.recipient, one.role, one.purpose) == (request.recipient, request.role, request.purpose)
        if not asks or not one.valid_from <= request.at < one.valid_until:
            continue
        for cell, _, _, _, override_only in speaking:
            mask = one.mask & override_only & wanted & ~_barred(facts.bars, request, passes=cell.passes)
            if mask:
                opened |= mask
                ids.add(one.override_id)
    return opened, tuple(sorted(ids))


def _uses(
    speaking: Sequence[_Speaking], by_obligation: int, by_task: int, by_consent: int, by_override: int
) -> tuple[ProtocolUse, ...]:
    found = []
    for cell, obligation, task, consent, override_only in speaking:
        mask = obligation & by_obligation | task & by_task | consent & by_consent | override_only & by_override
        if mask:
            found.append(ProtocolUse(cell.protocol, mask))
    return tuple(found)


def _offices(cells: list[Cell], shown: int) -> tuple[Office, ...]:
    if len(cells) == 1:
        return (cells[0].ask,)
    offices = {cell.ask for cell in cells if cell.marked & shown}
    return tuple(sorted(offices, key=lambda office: (office.agency, office.contact, office.title.en, office.title.cy)))


def _own_record(snapshot: Snapshot, request: AccessRequest, *, wanted: int, unknown: int, bars: int) -> Decision:
    refused = _why_not_own(snapshot, request)
    if refused is not None:
        return Decision(wanted=request.wanted, unknown=unknown, otherwise=refused)
    allowed = wanted & ~bars
    return Decision(
        wanted=request.wanted, allowed=allowed, by_own_record=allowed, barred=wanted & bars, unknown=unknown
    )


def _why_not_own(snapshot: Snapshot, request: AccessRequest) -> Reason | None:
    scope = snapshot.scopes.get(request.recipient)
    if scope is None:
        return Reason.UNKNOWN_RECIPIENT
    if request.purpose != OWN_RECORD and request.purpose not in scope.purposes:
        return Reason.UNKNOWN_PURPOSE
    return None if request.role in scope.roles else Reason.UNKNOWN_ROLE


def _why_unmatched(snapshot: Snapshot, request: AccessRequest) -> Reason:
    scope = snapshot.scopes.get(request.recipient)
    if scope is None:
        return Reason.UNKNOWN_RECIPIENT
    if request.holder not in snapshot.scopes:
        return Reason.UNKNOWN_HOLDER
    if request.purpose not in snapshot.purposes:
        return Reason.UNKNOWN_PURPOSE
    return Reason.NO_RULE if request.role in scope.roles else Reason.UNKNOWN_ROLE


def _why_not_in_force(cells: Iterable[Cell], request: AccessRequest) -> Reason:
    if any(cell.ends_at <= request.at for cell in cells):
        return Reason.PROTOCOL_LAPSED
    return Reason.PROTOCOL_NOT_STARTED
