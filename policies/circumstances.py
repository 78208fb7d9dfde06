"""Under which circumstances a row decides: a request and facts that bring it about, found by enumeration.

The space is finite. What a decision goes by changes only at the first and last days of rows and protocols, at the ages
and levels that rows name, and with each of: a live tie, a consent, an objection, an override, a bar, a read. So one
instant, age and level of every stretch stands for all of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import product

from policies.bars import NEVER_PASSED, BarKind
from policies.conditions import is_met, midnight
from policies.facts import AccessRequest, BarFact, ConsentFact, Facts, ObjectionFact, OverrideFact, ReadFact
from policies.idle_rows import PlacedRow
from policies.model import Basis, Rule, When
from policies.terms import LEVELS, OLDEST

_SHORTLY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Speech:
    """A row that speaks of one field to one role, among all rows that do so for the same parties and purpose."""

    row: PlacedRow
    role: str
    bit: int
    rivals: tuple[PlacedRow, ...]

    @property
    def passes(self) -> frozenset[BarKind]:
        """Kinds of bars that an override in this role may pass under the row's protocol."""
        return frozenset(one.kind for one in self.row.protocol.bars if self.role in one.roles) - NEVER_PASSED

    @property
    def obligations(self) -> tuple[PlacedRow, ...]:
        """Rows that allow the field to whoever meets their conditions: nobody's act takes them away."""
        return tuple(one for one in self.rivals if one.rule.basis is Basis.LEGAL_OBLIGATION)


@dataclass(frozen=True, slots=True)
class Circumstance:
    """A request and facts about the learner: given to `decide`, they bring about what was looked for."""

    request: AccessRequest
    facts: Facts


def when_allowed(speech: Speech, *, since: datetime, unmet: When | None = None) -> Circumstance | None:
    """Circumstances in which the row allows the field, at `since` or later; where `unmet` is given, it is not met."""
    for at in _instants(speech, speech.row, since, extra=unmet):
        for request, facts in _learners(speech, at, extra=unmet):
            is_excused = unmet is not None and is_met(unmet, request, facts)
            if is_met(speech.row.rule.when, request, facts) and not is_excused:
                return Circumstance(request, _permitted(speech, facts, at))
    return None


def when_decisive(speech: Speech, *, since: datetime) -> Circumstance | None:
    """Circumstances in which the field is allowed on the basis of this row, and on no stronger one."""
    if speech.row.rule.basis is Basis.LEGAL_OBLIGATION:
        return when_allowed(speech, since=since)
    if speech.row.rule.basis is Basis.OVERRIDE_ONLY and speech.passes:
        return when_passing(speech, min(speech.passes), since=since)
    for at in _instants(speech, speech.row, since):
        for request, facts in _learners(speech, at):
            if not is_met(speech.row.rule.when, request, facts):
                continue
            reads = _exhausting(speech, request, facts)
            if reads is not None:
                facts = replace(facts, reads=reads)
                return Circumstance(request, _permitted(speech, facts, at))
    return None


def when_passing(speech: Speech, kind: BarKind, *, since: datetime) -> Circumstance | None:
    """Circumstances in which an override under this row opens the field although a bar of this kind is on it."""
    found = when_allowed(speech, since=since)
    if found is None:
        return None
    return Circumstance(found.request, replace(found.facts, bars=(BarFact(kind, speech.bit),)))


def when_marked(speech: Speech, *, since: datetime) -> Circumstance | None:
    """Circumstances in which the field is denied and shown as withheld by this row, whose conditions don't matter."""
    rule = speech.row.rule
    whole = replace(speech.row, starts_at=speech.row.period[0], ends_at=speech.row.period[1])
    for at in _instants(speech, whole, since):
        for request, facts in _learners(speech, at):
            speaking = _speaking(speech.obligations, request, facts)
            limits = [one.rule.obligations.reads for one in speaking]
            if None not in limits:
                most = max((limit.most for limit in limits if limit is not None), default=0)
                reads = _reads(rule, speech.bit, at - _SHORTLY, times=most)
                return Circumstance(request, replace(facts, reads=reads, objections=(_objection(speech),)))
    return None


def _instants(speech: Speech, row: PlacedRow, since: datetime, *, extra: When | None = None) -> Iterator[datetime]:
    """Every instant of the row's time at which something may begin to be different."""
    marks = {since, row.starts_at}
    for rival in speech.rivals:
        marks |= {rival.starts_at, rival.ends_at}
    if extra is not None:
        marks |= {midnight(day) for day in (extra.from_on, extra.until_on) if day is not None}
    yield from sorted(at for at in marks if max(since, row.starts_at) <= at < row.ends_at)


def _learners(speech: Speech, at: datetime, *, extra: When | None = None) -> Iterator[tuple[AccessRequest, Facts]]:
    """One learner of every kind that the rows tell apart, and the request about each."""
    rule = speech.row.rule
    request = AccessRequest(rule.recipient, speech.role, rule.purpose, rule.holder, speech.bit, at)
    whens = [rival.rule.when for rival in speech.rivals] + ([extra] if extra is not None else [])
    ties = frozenset((rule.recipient,))
    levels = (None, *sorted(LEVELS)) if any(when.levels for when in whens) else (None,)
    tied = (frozenset[str](), ties) if any(when.live_tie for when in whens) else (frozenset[str](),)
    for age, level, live_ties in product(_ages(whens), levels, tied):
        yield request, Facts(age=age, level=level, live_ties=live_ties)


def _ages(whens: Collection[When]) -> tuple[int | None, ...]:
    marks = {mark for when in whens for mark in (when.age_from, when.age_until) if mark is not None}
    if not marks:
        return (None,)
    return (None, *sorted(age for age in {0, OLDEST, *marks, *(mark - 1 for mark in marks)} if age >= 0))


def _speaking(rows: Collection[PlacedRow], request: AccessRequest, facts: Facts) -> list[PlacedRow]:
    return [
        one for one in rows if one.period[0] <= request.at < one.period[1] and is_met(one.rule.when, request, facts)
    ]


def _exhausting(speech: Speech, request: AccessRequest, facts: Facts) -> tuple[ReadFact, ...] | None:
    """Earlier reads that use up every obligation that speaks, and not the row; None where there are none such.

    Each obligation is used up by reads of fields that the row lacks, or by reads too old for the row; else by reads of
    the field itself, which count for all of them alike and must be fewer than the row allows.
    """
    own, lately = speech.row.rule.obligations.reads, request.at - _SHORTLY
    found: list[ReadFact] = []
    shared = 0
    for one in _speaking(speech.obligations, request, facts):
        limit = one.rule.obligations.reads
        if limit is None:
            return None
        if own is None or limit.most < own.most:
            shared = max(shared, limit.most)
        elif one.rule.mask & ~speech.row.rule.mask:
            found += _reads(one.rule, one.rule.mask & ~speech.row.rule.mask, lately, times=limit.most)
        elif limit.per.length > own.per.length:
            found += _reads(one.rule, speech.bit, request.at - own.per.length, times=limit.most)
        else:
            return None
    return (*found, *_reads(speech.row.rule, speech.bit, lately, times=shared))


def _reads(rule: Rule, mask: int, at: datetime, *, times: int) -> tuple[ReadFact, ...]:
    return (ReadFact(rule.holder, rule.recipient, rule.purpose, mask, at),) * times


def _permitted(speech: Speech, facts: Facts, at: datetime) -> Facts:
    """The facts, with whatever the row's basis needs, and with an objection where only a weaker basis is looked at."""
    rule, basis = speech.row.rule, speech.row.rule.basis
    until = at + timedelta(days=1)
    if basis is Basis.CONSENT:
        under = speech.row.protocol.ref
        consent = ConsentFact("c", rule.holder, rule.recipient, rule.purpose, speech.bit, at, until, under)
        facts = replace(facts, consents=(consent,))
    if basis is Basis.OVERRIDE_ONLY:
        override = OverrideFact("o", rule.recipient, speech.role, rule.purpose, speech.bit, at, until)
        facts = replace(facts, overrides=(override,))
    if basis in (Basis.CONSENT, Basis.OVERRIDE_ONLY):
        facts = replace(facts, objections=(_objection(speech),))
    return facts


def _objection(speech: Speech) -> ObjectionFact:
    rule = speech.row.rule
    return ObjectionFact(rule.holder, rule.recipient, rule.purpose, speech.bit)
