"""The decision: which fields of one holder's records one recipient may see now. Pure, and it says why.

Normative text: docs/policy-language.md, section "How a decision is made". Everything here is a union or a difference of
masks, so the order of protocols, rules, consents and bars can't matter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from policies.model import AccessRequest, ConsentFact, Facts, Office, ProtocolRef
from policies.snapshot import Cell, Snapshot

OWN_RECORD = "own-record"
"""The purpose for which every known agency may read what it holds itself."""


class Reason(StrEnum):
    """Why a field is allowed (the first four) or denied."""

    OWN_RECORD = "own_record"
    LEGAL_OBLIGATION = "legal_obligation"
    PUBLIC_TASK = "public_task"
    CONSENT = "consent"
    BARRED = "barred"
    OBJECTION_OPEN = "objection_open"
    CONSENT_EXPIRED = "consent_expired"
    CONSENT_NOT_BEGUN = "consent_not_begun"
    CONSENT_MISSING = "consent_missing"
    OVERRIDE_ONLY = "override_only"
    NO_RULE = "no_rule"
    PROTOCOL_LAPSED = "protocol_lapsed"
    PROTOCOL_NOT_STARTED = "protocol_not_started"
    UNKNOWN_RECIPIENT = "unknown_recipient"
    UNKNOWN_HOLDER = "unknown_holder"
    UNKNOWN_PURPOSE = "unknown_purpose"
    UNKNOWN_ROLE = "unknown_role"
    UNKNOWN_FIELD = "unknown_field"

    @property
    def allows(self) -> bool:
        """Whether this reason lets the field be shown."""
        return self in _ALLOWING

    def as_told_to_recipient(self) -> Reason:
        """The reason that a recipient may be told: that a bar exists is itself a secret."""
        return Reason.NO_RULE if self is Reason.BARRED else self


_ALLOWING = frozenset((Reason.OWN_RECORD, Reason.LEGAL_OBLIGATION, Reason.PUBLIC_TASK, Reason.CONSENT))


@dataclass(frozen=True, slots=True)
class ProtocolUse:
    """Which of the allowed fields one protocol version allows; a field can stand in several."""

    protocol: ProtocolRef
    mask: int


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, as masks over catalogue ordinals. Nothing outside `allowed` may be opened.

    The masks by basis never overlap and together are `allowed`; the masks of denial never overlap each other or
    `allowed`. `withheld_shown` is by catalogue and protocol alone: it says nothing about whether a value exists.
    """

    wanted: int = 0
    allowed: int = 0
    by_own_record: int = 0
    by_obligation: int = 0
    by_task: int = 0
    by_consent: int = 0
    barred: int = 0
    objected: int = 0
    consent_expired: int = 0
    consent_not_begun: int = 0
    consent_missing: int = 0
    override_only: int = 0
    unknown: int = 0
    otherwise: Reason = Reason.NO_RULE
    withheld_shown: int = 0
    whom_to_ask: tuple[Office, ...] = ()
    uses: tuple[ProtocolUse, ...] = ()
    consent_ids: tuple[str, ...] = ()

    def reason(self, bit: int) -> Reason:
        """Why the one field of this bit is allowed or denied."""
        for reason, mask in self._by_reason():
            if mask & bit:
                return reason
        return self.otherwise

    def reasons(self) -> dict[int, Reason]:
        """Why, for every wanted field, by ordinal."""
        ordinals = (at for at in range(self.wanted.bit_length()) if self.wanted >> at & 1)
        return {ordinal: self.reason(1 << ordinal) for ordinal in ordinals}

    def _by_reason(self) -> tuple[tuple[Reason, int], ...]:
        return (
            (Reason.OWN_RECORD, self.by_own_record),
            (Reason.LEGAL_OBLIGATION, self.by_obligation),
            (Reason.PUBLIC_TASK, self.by_task),
            (Reason.CONSENT, self.by_consent),
            (Reason.UNKNOWN_FIELD, self.unknown),
            (Reason.BARRED, self.barred),
            (Reason.OBJECTION_OPEN, self.objected),
            (Reason.CONSENT_EXPIRED, self.consent_expired),
            (Reason.CONSENT_NOT_BEGUN, self.consent_not_begun),
            (Reason.CONSENT_MISSING, self.consent_missing),
            (Reason.OVERRIDE_ONLY, self.override_only),
        )


def decide(snapshot: Snapshot, request: AccessRequest, facts: Facts) -> Decision:
    """Fields that `request.recipient` may see of `request.holder`'s records; whatever is not named is denied.

    A bar beats every rule and consent. An open objection takes the public task away, not an obligation. A duty is never
    reported as a consent, and a field that is allowed by duty uses no consent.
    """
    unknown = request.wanted & ~snapshot.catalogue.everything
    wanted = request.wanted & snapshot.catalogue.everything
    if request.recipient == request.holder:
        return _own_record(snapshot, request, wanted=wanted, unknown=unknown, bars=facts.bars)
    cells = snapshot.cells.get((request.recipient, request.purpose, request.role, request.holder))
    if cells is None:
        return Decision(wanted=request.wanted, unknown=unknown, otherwise=_why_unmatched(snapshot, request))
    at = request.at
    current = [cell for cell in cells if cell.starts_at <= at < cell.ends_at]
    if not current:
        return Decision(wanted=request.wanted, unknown=unknown, otherwise=_why_not_in_force(cells, request))
    return _shared(current, request, facts, wanted=wanted)


def _shared(cells: list[Cell], request: AccessRequest, facts: Facts, *, wanted: int) -> Decision:
    obligation = task = consent = override_only = marked = 0
    for cell in cells:
        obligation |= cell.obligation
        task |= cell.task
        consent |= cell.consent
        override_only |= cell.override_only
        marked |= cell.marked
    open_to = wanted & ~facts.bars
    by_obligation = obligation & open_to
    by_task = task & ~facts.objections & open_to & ~by_obligation
    need = consent & open_to & ~(by_obligation | by_task)
    granted, expired, not_begun, ids = _consented(facts.consents, request, need) if need else (0, 0, 0, ())
    allowed = by_obligation | by_task | granted
    denied = open_to & ~allowed
    objected = denied & task
    lacking = denied & consent & ~objected
    shown = denied & marked
    return Decision(
        wanted=request.wanted,
        allowed=allowed,
        by_obligation=by_obligation,
        by_task=by_task,
        by_consent=granted,
        barred=wanted & facts.bars,
        objected=objected,
        consent_expired=lacking & expired,
        consent_not_begun=lacking & not_begun & ~expired,
        consent_missing=lacking & ~expired & ~not_begun,
        override_only=denied & override_only & ~objected & ~lacking,
        unknown=request.wanted & ~wanted,
        withheld_shown=shown,
        whom_to_ask=_offices(cells, shown) if shown else (),
        uses=_uses(cells, by_obligation=by_obligation, by_task=by_task, by_consent=granted),
        consent_ids=ids,
    )


def _consented(
    consents: Iterable[ConsentFact], request: AccessRequest, need: int
) -> tuple[int, int, int, tuple[str, ...]]:
    """Of the fields that need it: covered now, by a consent that has ended, by one to come; and the consents used."""
    granted = expired = not_begun = 0
    ids = set()
    for fact in consents:
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
            granted |= fact.mask & need
            ids.add(fact.consent_id)
    return granted, expired, not_begun, tuple(sorted(ids))


def _uses(cells: list[Cell], *, by_obligation: int, by_task: int, by_consent: int) -> tuple[ProtocolUse, ...]:
    found = [
        ProtocolUse(cell.protocol, mask)
        for cell in cells
        if (mask := cell.obligation & by_obligation | cell.task & by_task | cell.consent & by_consent)
    ]
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


def intersect(theirs: Decision, readers: Decision) -> Decision:
    """What somebody may be shown of what another person sees: that person's decision and the reader's own.

    The answer is `theirs`, cut to the fields that the reader may see; a marker stays where the reader may see the field
    or its marker. What else was denied to them is left out: it is not the reader's to know.
    """
    seen = readers.allowed
    allowed = theirs.allowed & seen
    shown = theirs.withheld_shown & (seen | readers.withheld_shown)
    uses = (ProtocolUse(use.protocol, use.mask & seen) for use in theirs.uses)
    by_consent = theirs.by_consent & seen
    return replace(
        Decision(wanted=theirs.wanted & readers.wanted, otherwise=theirs.otherwise),
        allowed=allowed,
        by_own_record=theirs.by_own_record & seen,
        by_obligation=theirs.by_obligation & seen,
        by_task=theirs.by_task & seen,
        by_consent=by_consent,
        withheld_shown=shown,
        whom_to_ask=theirs.whom_to_ask if shown else (),
        uses=tuple(use for use in uses if use.mask),
        consent_ids=theirs.consent_ids if by_consent else (),
    )
