"""Rows that decide nothing: those that can never apply, and those whose work other rows already do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from policies.bars import NEVER_PASSED, BarKind
from policies.conditions import midnight
from policies.coverage import is_within
from policies.findings import Check, Finding
from policies.model import Basis, Condition, Protocol, Rule
from policies.snapshot import periods_of

TOO_OLD = 25
"""Who is a young person with additional learning needs is under 25 (ALN Act 2018 section 2)."""
_NEEDS_ONLY = frozenset((Condition.ADDITIONAL_NEEDS,))
_STRONGEST_FIRST = (Basis.LEGAL_OBLIGATION, Basis.PUBLIC_TASK, Basis.CONSENT, Basis.OVERRIDE_ONLY)


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row with its protocol, the period in which that is in force, and from when until when the row can count."""

    protocol: Protocol
    rule: Rule
    period: tuple[datetime, datetime]
    starts_at: datetime
    ends_at: datetime

    def finding(self, check: Check, problem: str, remedy: str) -> Finding:
        """A finding at the row's own line."""
        return Finding(self.protocol.file, self.rule.line, check, f"the row `{self.rule.id}` {problem}", remedy)


def placed_rows(protocols: Sequence[Protocol]) -> tuple[PlacedRow, ...]:
    """Every row with the time in which it counts: its protocol's, cut by its own `from_on` and `until_on`."""
    periods = periods_of(protocols)
    return tuple(_placed(one, rule, periods[one.ref]) for one in protocols for rule in one.rules)


def _placed(protocol: Protocol, rule: Rule, period: tuple[datetime, datetime]) -> PlacedRow:
    starts_at, ends_at = period
    if rule.when.from_on is not None:
        starts_at = max(starts_at, midnight(rule.when.from_on))
    if rule.when.until_on is not None:
        ends_at = min(ends_at, midnight(rule.when.until_on))
    return PlacedRow(protocol, rule, period, starts_at, ends_at)


def never_applying(rows: Iterable[PlacedRow]) -> Iterator[Finding]:
    """Rows that nobody's facts and no day can ever make count."""
    for row in rows:
        holder = row.rule.holder
        admitted = [one.any_of for one in row.protocol.admission if one.holder == holder]
        if row.ends_at <= row.starts_at:
            problem = "never applies: its dates lie outside the time in which this version is in force"
            yield row.finding(Check.NEVER_APPLIES, problem, "mend `from_on` and `until_on`, or remove the row")
        elif not admitted:
            problem = f"never applies: `admission` says nothing for `{holder}`, so it holds nobody"
            yield row.finding(Check.NEVER_APPLIES, problem, f"add an entry for `{holder}` under `admission:`")
        elif all(any_of == _NEEDS_ONLY for any_of in admitted) and (row.rule.when.age_from or 0) >= TOO_OLD:
            problem = f"never applies: nobody of {TOO_OLD} or over has additional learning needs in law"
            yield row.finding(Check.NEVER_APPLIES, problem, "mend `age_from`, or remove the row")


def idle_passages(protocols: Iterable[Protocol]) -> Iterator[Finding]:
    """Roles that may pass bars by an override, for which no row keeps anything for an override."""
    for protocol in protocols:
        able = {role for rule in protocol.rules if rule.basis is Basis.OVERRIDE_ONLY for role in rule.roles}
        for passage in protocol.bars:
            for role in sorted(passage.roles - able):
                problem = f"`{role}` may pass bars of the kind `{passage.kind}`, and no row is `override_only` for it"
                remedy = "write the row, or take the role out of `override_by:`"
                yield Finding(protocol.file, protocol.line_of("bars"), Check.NEVER_APPLIES, problem, remedy)


def shadowed(rows: Iterable[PlacedRow]) -> Iterator[Finding]:
    """Rows of which every field is shared with every one of their roles by stronger or equal rows, as freely.

    Of two rows that do the same, the later one is named. A row that is named shadows no other: so all that are named
    can be removed together.
    """
    left = [row for row in rows if row.starts_at < row.ends_at]
    for row in sorted(left, key=_weakest_first):
        others = [other for other in left if other is not row]
        by = _shadows(row, others)
        if by:
            left.remove(row)
            names = ", ".join(f"`{other.protocol.ref}#{other.rule.id}`" for other in by)
            problem = f"is shadowed: all that it shares is shared by {names} on no weaker basis and no stricter terms"
            yield row.finding(Check.SHADOWED, problem, "remove the row, or mend the basis or conditions of the others")


def _weakest_first(row: PlacedRow) -> tuple[int, str, int, int]:
    return -_STRONGEST_FIRST.index(row.rule.basis), row.protocol.ref.id, -row.protocol.ref.version, -row.rule.line


def _shadows(row: PlacedRow, others: Iterable[PlacedRow]) -> list[PlacedRow]:
    """Rows that together cover this one; none where something is left."""
    by: list[PlacedRow] = []
    left = dict.fromkeys(sorted(row.rule.roles), row.rule.mask)
    for other in others:
        helps = [role for role in left if left[role] & other.rule.mask and _stands_before(other, row, role)]
        for role in helps:
            left[role] &= ~other.rule.mask
        if helps:
            by.append(other)
    return [] if any(left.values()) else by


def _stands_before(other: PlacedRow, row: PlacedRow, role: str) -> bool:
    """Whether what `row` shares with this role, `other` shares wherever it names the field."""
    return (
        (other.rule.holder, other.rule.recipient, other.rule.purpose)
        == (row.rule.holder, row.rule.recipient, row.rule.purpose)
        and role in other.rule.roles
        and other.starts_at <= row.starts_at
        and row.ends_at <= other.ends_at
        and is_within(row.rule.when, other.rule.when, days=False)
        and _reads_as_often(other.rule, row.rule)
        and _is_as_strong(other, row, role)
        and (other.rule.withheld_marker or not row.rule.withheld_marker)
    )


def _is_as_strong(other: PlacedRow, row: PlacedRow, role: str) -> bool:
    """A consent reaches its own protocol only; an override may pass bars where a duty can't."""
    if row.rule.basis is Basis.OVERRIDE_ONLY:
        passed = _passed(row.protocol, role)
        if other.rule.basis is Basis.OVERRIDE_ONLY:
            return passed <= _passed(other.protocol, role)
        return other.rule.basis is Basis.LEGAL_OBLIGATION and not passed
    if row.rule.basis is other.rule.basis is Basis.CONSENT:
        return row.protocol.ref == other.protocol.ref
    return _STRONGEST_FIRST.index(other.rule.basis) <= _STRONGEST_FIRST.index(row.rule.basis)


def _passed(protocol: Protocol, role: str) -> frozenset[BarKind]:
    return frozenset(one.kind for one in protocol.bars if role in one.roles) - NEVER_PASSED


def _reads_as_often(other: Rule, rule: Rule) -> bool:
    """Whether a limit of `other` is never used up while `rule` still counts."""
    theirs, own = other.obligations.reads, rule.obligations.reads
    if theirs is None:
        return True
    if own is None or other.mask & ~rule.mask:
        return False
    return theirs.most >= own.most and theirs.per.length <= own.per.length
