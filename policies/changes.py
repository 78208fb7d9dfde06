"""What would have to change for a denied field to be allowed: every shortest way, worked out from the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from policies.bars import BarKind
from policies.conditions import meets_age, midnight
from policies.decision import OWN_RECORD, Reason
from policies.facts import AccessRequest, ConsentFact, Facts
from policies.model import Basis, ProtocolRef, Rule, When
from policies.snapshot import Cell, Snapshot


class Change(StrEnum):
    """One thing that would have to be otherwise. A closed set: each has its words in `policies.saying`."""

    CONSENT_GIVEN = "consent_given"
    CONSENT_RENEWED = "consent_renewed"
    CONSENT_WIDENED = "consent_widened"
    CONSENT_BEGINS = "consent_begins"
    OBJECTION_ANSWERED = "objection_answered"
    BAR_LIFTED = "bar_lifted"
    AGE_FITS = "age_fits"
    LEVEL_FITS = "level_fits"
    LIVE_TIE = "live_tie"
    CONDITIONS_HOLD = "conditions_hold"
    OVERRIDE_MADE = "override_made"
    ROW_BEGINS = "row_begins"
    READ_AGAIN = "read_again"
    PROTOCOL_BEGINS = "protocol_begins"
    ROW_AGREED = "row_agreed"
    PARTNER_JOINS = "partner_joins"
    PURPOSE_KNOWN = "purpose_known"
    ROLE_KNOWN = "role_known"

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has to do anything for it but wait."""
        return self in _WAITING


_WAITING = frozenset((Change.CONSENT_BEGINS, Change.ROW_BEGINS, Change.READ_AGAIN, Change.PROTOCOL_BEGINS))


@dataclass(frozen=True, slots=True)
class Step:
    """One change, with what it is about: when it comes by itself, which group, protocol version, ages or levels."""

    change: Change
    at: datetime | None = None
    group: str | None = None
    protocol: ProtocolRef | None = None
    ages: tuple[int | None, int | None] | None = None
    levels: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """Steps that together would make the field allowed, by this row; no row where a new one would have to be agreed.

    At most one step waits for an instant. Then all others are judged at that instant.
    """

    steps: tuple[Step, ...]
    rule_id: str | None = None
    protocol: ProtocolRef | None = None


def ways_open(snapshot: Snapshot, request: AccessRequest, facts: Facts, bit: int) -> tuple[Way, ...]:
    """Every way in which the one field of this bit, which is denied now, would be allowed; the shortest first.

    None for a field that the catalogue does not have. A way that needs all of another one and more is left out.
    """
    if not snapshot.catalogue.everything & bit:
        return ()
    if request.recipient == request.holder:
        return (Way((*_own_steps(snapshot, request), *_unbarred(facts, request, bit))),)
    cells = snapshot.cells.get((request.recipient, request.purpose, request.role, request.holder), ())
    found = [
        way for cell in cells if cell.ends_at > request.at for way in _by_cell(snapshot, cell, request, facts, bit)
    ]
    if not found:
        return (Way((Step(Change.ROW_AGREED), *_unbarred(facts, request, bit))),)
    return _shortest(found)


def _own_steps(snapshot: Snapshot, request: AccessRequest) -> Iterator[Step]:
    scope = snapshot.scopes.get(request.recipient)
    if scope is None:
        yield Step(Change.PARTNER_JOINS)
        return
    if request.purpose != OWN_RECORD and request.purpose not in scope.purposes:
        yield Step(Change.PURPOSE_KNOWN)
    if request.role not in scope.roles:
        yield Step(Change.ROLE_KNOWN)


def _by_cell(snapshot: Snapshot, cell: Cell, request: AccessRequest, facts: Facts, bit: int) -> Iterator[Way]:
    group = snapshot.catalogue.by_ordinal[bit.bit_length() - 1].group
    for rule in cell.rules:
        # A field under two bases is in no mask of the cell, and nothing but a new version opens it.
        if rule.mask & bit and cell.named_on(rule.basis) & bit:
            for wait, at in _instants(cell, rule, request, facts, bit):
                steps = [wait] if wait is not None else []
                then = replace(request, at=at)
                steps += _conditions(rule.when, then, facts)
                steps += _basis(cell, rule, then, facts, bit=bit, group=group)
                steps += _unbarred(facts, then, bit, passed=_passed(cell, rule))
                yield Way(tuple(steps), rule.id, cell.protocol)


def _instants(
    cell: Cell, rule: Rule, request: AccessRequest, facts: Facts, bit: int
) -> Iterator[tuple[Step | None, datetime]]:
    """When the row can count at the earliest, and what is waited for until then; none if it never does any more."""
    at, wait = _begun(cell, rule.when, request.at)
    free = _free_again(rule, replace(request, at=at), facts)
    if free is not None:
        at, wait = free, Step(Change.READ_AGAIN, at=free)
    begins = _begins(cell, rule, replace(request, at=at), facts, bit)
    if begins is not None:
        at, wait = begins, Step(Change.CONSENT_BEGINS, at=begins)
    if _still_counts(cell, rule.when, at):
        yield wait, at


def _begun(cell: Cell, when: When, now: datetime) -> tuple[datetime, Step | None]:
    """When protocol and row have both begun, and the later of the two where that is still to come."""
    at, wait = cell.starts_at, Step(Change.PROTOCOL_BEGINS, at=cell.starts_at, protocol=cell.protocol)
    if when.from_on is not None and midnight(when.from_on) > at:
        at = midnight(when.from_on)
        wait = Step(Change.ROW_BEGINS, at=at)
    return (now, None) if at <= now else (at, wait)


def _still_counts(cell: Cell, when: When, at: datetime) -> bool:
    return at < cell.ends_at and (when.until_on is None or at < midnight(when.until_on))


def _free_again(rule: Rule, request: AccessRequest, facts: Facts) -> datetime | None:
    """The first instant after the request's at which the limit of reads lets another one through; None: it does now."""
    limit = rule.obligations.reads
    if limit is None:
        return None
    since = request.at - limit.per.length
    asked = request.holder, request.recipient, request.purpose
    had = sorted(
        read.at
        for read in facts.reads
        if (read.holder, read.recipient, read.purpose) == asked and read.mask & rule.mask and since < read.at
    )
    return had[len(had) - limit.most] + limit.per.length if len(had) >= limit.most else None


def _consents(request: AccessRequest, facts: Facts, bit: int) -> list[ConsentFact]:
    asked = request.holder, request.recipient, request.purpose
    return [one for one in facts.consents if (one.holder, one.recipient, one.purpose) == asked and one.mask & bit]


def _reaches(cell: Cell, consent: ConsentFact, bit: int) -> bool:
    if consent.protocol is None:
        return False
    return consent.protocol == cell.protocol or bool(cell.covers.get(consent.protocol, 0) & bit)


def _begins(cell: Cell, rule: Rule, request: AccessRequest, facts: Facts, bit: int) -> datetime | None:
    """When a consent that was given already begins to count; None where one counts now, or none is to come."""
    if rule.basis is not Basis.CONSENT:
        return None
    good = [one for one in _consents(request, facts, bit) if _reaches(cell, one, bit)]
    if any(one.valid_from <= request.at < one.valid_until for one in good):
        return None
    return min((one.valid_from for one in good if request.at < one.valid_from < one.valid_until), default=None)


def _conditions(when: When, request: AccessRequest, facts: Facts) -> Iterator[Step]:
    if not meets_age(when, facts.age):
        yield Step(Change.AGE_FITS, ages=(when.age_from, when.age_until))
    if when.levels and facts.level not in when.levels:
        yield Step(Change.LEVEL_FITS, levels=tuple(sorted(when.levels)))
    if when.live_tie and request.recipient not in facts.live_ties:
        yield Step(Change.LIVE_TIE)


def _basis(cell: Cell, rule: Rule, request: AccessRequest, facts: Facts, *, bit: int, group: str) -> Iterator[Step]:
    if rule.basis is Basis.PUBLIC_TASK and _is_objected(request, facts, bit):
        yield Step(Change.OBJECTION_ANSWERED)
    if rule.basis is Basis.CONSENT:
        yield from _consent_step(cell, request, facts, bit=bit, group=group)
    if rule.basis is Basis.OVERRIDE_ONLY:
        yield from () if _is_overridden(request, facts, bit) else (Step(Change.OVERRIDE_MADE),)


def _is_objected(request: AccessRequest, facts: Facts, bit: int) -> bool:
    asked = request.holder, request.recipient, request.purpose
    return any(one.mask & bit and (one.holder, one.recipient, one.purpose) == asked for one in facts.objections)


def _is_overridden(request: AccessRequest, facts: Facts, bit: int) -> bool:
    asked = request.recipient, request.role, request.purpose
    return any(
        one.mask & bit
        and (one.recipient, one.role, one.purpose) == asked
        and one.valid_from <= request.at < one.valid_until
        for one in facts.overrides
    )


def _consent_step(cell: Cell, request: AccessRequest, facts: Facts, *, bit: int, group: str) -> Iterator[Step]:
    about = _consents(request, facts, bit)
    current = [one for one in about if one.valid_from <= request.at < one.valid_until]
    if any(_reaches(cell, one, bit) for one in current):
        return
    if current:
        given_under = max((one.protocol for one in current if one.protocol is not None), default=None)
        yield Step(Change.CONSENT_WIDENED, group=group, protocol=given_under)
    elif any(one.valid_until <= request.at for one in about):
        yield Step(Change.CONSENT_RENEWED, group=group)
    else:
        yield Step(Change.CONSENT_GIVEN, group=group)


def _passed(cell: Cell, rule: Rule) -> frozenset[BarKind]:
    return cell.passes if rule.basis is Basis.OVERRIDE_ONLY else frozenset()


def _unbarred(
    facts: Facts, request: AccessRequest, bit: int, *, passed: frozenset[BarKind] = frozenset()
) -> Iterator[Step]:
    for bar in facts.bars:
        if bar.mask & bit and bar.recipient in (None, request.recipient) and bar.kind not in passed:
            yield Step(Change.BAR_LIFTED)
            return


def _shortest(ways: Iterable[Way]) -> tuple[Way, ...]:
    """One way for each set of steps, and none that asks for all of another's and more."""
    ordered = sorted(ways, key=_order)
    kept: list[Way] = []
    for way in ordered:
        if not any(set(one.steps) <= set(way.steps) for one in kept):
            kept.append(way)
    return tuple(kept)


def _order(way: Way) -> tuple[int, tuple[str, ...], str, str]:
    return len(way.steps), tuple(step.change.value for step in way.steps), str(way.protocol), way.rule_id or ""


_OF_THE_LEARNER = frozenset((Change.AGE_FITS, Change.LEVEL_FITS, Change.LIVE_TIE))

BY_AGREEMENT = (Way((Step(Change.ROW_AGREED),)),)
"""What a recipient is told where no row speaks of a field, or where it must not be known to."""


def told_to_recipient(
    snapshot: Snapshot, request: AccessRequest, facts: Facts, bit: int, reason: Reason
) -> tuple[Way, ...]:
    """The ways that a recipient is told, given the true reason.

    INVARIANT: they are worked out as though there were no bar and nothing known of age, level and ties. That a row has
    such a condition is said, whether or not it is met; so nothing of this learner is in it but what is of sharing.
    """
    if reason.as_told_to_recipient() is Reason.NO_RULE:
        return BY_AGREEMENT
    blank = replace(facts, bars=(), age=None, level=None, live_ties=frozenset())
    return in_general(ways_open(snapshot, request, blank, bit))


def in_general(ways: Iterable[Way]) -> tuple[Way, ...]:
    """The ways, with one step that conditions hold for all that name an age, a level or a tie."""
    return _shortest(_in_general(way) for way in ways)


def _in_general(way: Way) -> Way:
    rest = tuple(step for step in way.steps if step.change not in _OF_THE_LEARNER)
    return way if rest == way.steps else replace(way, steps=(*rest, Step(Change.CONDITIONS_HOLD)))
