"""The decision: which fields of one holder's records one recipient may see now. Pure, and it says why.

Normative text: docs/policy-language.md, section "How a decision is made". Everything here is a union or a difference of
masks, so the order of protocols, rules, consents and bars can't matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policies.bars import BarKind
from policies.conditions import is_met, is_used_up
from policies.facts import AccessRequest, BarFact, Facts, OverrideFact
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
        uses=_uses(speaking, facts, request, by=(by_obligation, by_task, granted, by_override)),
        consent_ids=ids,
        override_ids=override_ids,
    )


_NO_CONSENT: tuple[int, int, int, int, tuple[str, ...]] = (0, 0, 0, 0, ())


def _judged(cell: Cell, request: AccessRequest, facts: Facts) -> tuple[_Speaking, int, int]:
    """The cell with those of its guarded rows that count now; and the fields of rows that are unmet, and used up."""
    by_basis = [cell.obligation, cell.task, cell.consent, cell.override_only]
    unmet = limited = 0
    for guard in cell.guarded:
        if not is_met(guard.when, request, facts):
            unmet |= guard.mask
        elif guard.reads is not None and is_used_up(guard, request, facts):
            limited |= guard.mask
        else:
            by_basis[_BASES.index(guard.basis)] |= guard.mask
    obligation, task, consent, override_only = by_basis
    return (cell, obligation, task, consent, override_only), unmet, limited


_BASES = (Basis.LEGAL_OBLIGATION, Basis.PUBLIC_TASK, Basis.CONSENT, Basis.OVERRIDE_ONLY)


def _barred(bars: Iterable[BarFact], request: AccessRequest, *, passes: frozenset[BarKind] = frozenset()) -> int:
    """Fields that bars take away from this recipient; those of a kind that may be passed are left out."""
    mask = 0
    for bar in bars:
        if bar.recipient in (None, request.recipient) and not (passes and bar.kind in passes):
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
        mask |= consent & _reach(cell, protocol)
    return mask


def _reach(cell: Cell, protocol: ProtocolRef) -> int:
    """Fields of a cell for which a consent under this version is good; the cell's own version reaches them all."""
    own = cell.protocol
    # Compared part by part: this is on the way of every read, and a dataclass makes two tuples of itself to compare.
    return -1 if own.version == protocol.version and own.id == protocol.id else cell.covers.get(protocol, 0)


def _overridden(
    speaking: Sequence[_Speaking], facts: Facts, request: AccessRequest, wanted: int
) -> tuple[int, tuple[str, ...]]:
    """Fields that an override in force opens, and which one: named by it, kept for it by a row, and no hard bar."""
    opened, ids = 0, set()
    for one in _overriding(facts, request):
        for cell, _, _, _, override_only in speaking:
            mask = one.mask & override_only & wanted
            if mask and facts.bars:
                mask &= ~_barred(facts.bars, request, passes=cell.passes)
            if mask:
                opened |= mask
                ids.add(one.override_id)
    return opened, tuple(sorted(ids))


def _overriding(facts: Facts, request: AccessRequest) -> list[OverrideFact]:
    """The overrides in force that were made by this recipient in this role for this purpose."""
    asked = request.recipient, request.role, request.purpose
    return [
        one
        for one in facts.overrides
        if (one.recipient, one.role, one.purpose) == asked and one.valid_from <= request.at < one.valid_until
    ]


def _uses(
    speaking: Sequence[_Speaking], facts: Facts, request: AccessRequest, *, by: tuple[int, int, int, int]
) -> tuple[ProtocolUse, ...]:
    """Which protocols allow what is allowed: of several that speak of a field, those whose own rows open it."""
    by_obligation, by_task, by_consent, by_override = by
    found = []
    for cell, obligation, task, consent, override_only in speaking:
        if len(speaking) > 1:  # alone, it is the one that allows
            by_consent = by[2] and by[2] & _granted_by(cell, facts, request)
            by_override = by[3] and by[3] & ~_barred(facts.bars, request, passes=cell.passes)
        mask = obligation & by_obligation | task & by_task | consent & by_consent | override_only & by_override
        if mask:
            found.append(ProtocolUse(cell.protocol, mask))
    return tuple(found)


def _granted_by(cell: Cell, facts: Facts, request: AccessRequest) -> int:
    """Fields that consents open which stand now and reach this cell."""
    asked = request.holder, request.recipient, request.purpose
    mask = 0
    for fact in facts.consents:
        stands = fact.valid_from <= request.at < fact.valid_until
        if stands and fact.protocol is not None and (fact.holder, fact.recipient, fact.purpose) == asked:
            mask |= fact.mask & _reach(cell, fact.protocol)
    return mask


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
