"""Protocols compiled to bit masks: one look-up per decision, whatever the number of rules."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from policies.bars import NEVER_PASSED, BarKind
from policies.conditions import Guard, is_guarded, midnight
from policies.coverage import covers
from policies.fields import Catalogue, Sensitivity
from policies.model import Basis, Condition, Office, Protocol, ProtocolRef, Rule, admits

CellKey = tuple[str, str, str, str]
"""Recipient, purpose, role, holder."""


@dataclass(frozen=True, slots=True)
class Cell:
    """All that one protocol version says for one recipient, role, purpose and holder, from `starts_at` until `ends_at`.

    The four masks by basis are of rows that always count, and never overlap; `guarded` are the rows with conditions or
    a limit. `marked` are the fields for which "held, not shared with you" may show, whatever the learner's facts are.
    `covers` says which consent fields a consent under an earlier version is still good for; `passes` which kinds of
    bars an override in this role may pass.
    """

    recipient: str
    role: str
    purpose: str
    holder: str
    protocol: ProtocolRef
    obligation: int
    task: int
    consent: int
    override_only: int
    marked: int
    guarded: tuple[Guard, ...]
    covers: Mapping[ProtocolRef, int]
    passes: frozenset[BarKind]
    ask: Office
    starts_at: datetime
    ends_at: datetime
    rules: tuple[Rule, ...] = field(repr=False)

    def named_on(self, basis: Basis) -> int:
        """Every field that a row of this cell names on this basis, whether or not its conditions are met."""
        plain = {
            Basis.LEGAL_OBLIGATION: self.obligation,
            Basis.PUBLIC_TASK: self.task,
            Basis.CONSENT: self.consent,
            Basis.OVERRIDE_ONLY: self.override_only,
        }[basis]
        return plain | _union(guard.mask for guard in self.guarded if guard.basis is basis)

    def is_in_force(self, at: datetime) -> bool:
        """From midnight UTC of the first day, until midnight UTC in which the review day begins."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class Scope:
    """What an agency may name in a request: its roles, and the purposes of the protocols that it is a partner of."""

    roles: frozenset[str]
    purposes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that decisions need, fixed at one moment. What is not in it is denied."""

    catalogue: Catalogue
    protocols: Mapping[ProtocolRef, Protocol]
    periods: Mapping[ProtocolRef, tuple[datetime, datetime]]
    cells: Mapping[CellKey, tuple[Cell, ...]] = field(repr=False)
    scopes: Mapping[str, Scope]
    purposes: frozenset[str]

    def in_force(self, at: datetime) -> tuple[Cell, ...]:
        """Every cell in force, sorted: what pages and reports go through."""
        return tuple(cell for cells in self.cells.values() for cell in cells if cell.is_in_force(at))

    def current(self, at: datetime) -> tuple[Protocol, ...]:
        """The protocol versions that are in force, by name: what documents about the partnership are made from."""
        periods = self.periods
        return tuple(self.protocols[ref] for ref in sorted(self.protocols) if periods[ref][0] <= at < periods[ref][1])

    def askable(self, *, recipient: str, purpose: str, holder: str, at: datetime) -> int:
        """The fields for which consent may be asked: a protocol in force shares them on consent with some role."""
        mask = 0
        for cell in self.in_force(at):
            if (cell.recipient, cell.purpose, cell.holder) == (recipient, purpose, holder):
                mask |= cell.named_on(Basis.CONSENT)
        return mask

    def admits(self, holder: str, conditions: Set[Condition], *, at: datetime) -> bool:
        """Whether a protocol in force says that somebody of whom these conditions hold belongs with this holder."""
        return any(admits(protocol, holder, conditions) for protocol in self.current(at))


def compile_snapshot(
    catalogue: Catalogue,
    protocols: Iterable[Protocol],
    agencies: Collection[str] | None = None,
    *,
    earlier: Iterable[Protocol] = (),
) -> Snapshot:
    """The snapshot of these protocols; the order in which they come never matters.

    A newer version of a protocol takes over from the older one on its first day. With `agencies` given, a rule from or
    to anybody else permits nothing. `earlier` are versions that permit nothing themselves (suspended ones, say): they
    too took over from versions below them on their first day, their partners keep their own records, and a consent that
    was given under one of them is good for what its successor did not widen.
    """
    ordered = sorted(protocols, key=lambda protocol: protocol.ref)
    everyone = _by_ref({protocol.ref: protocol for protocol in (*earlier, *ordered)})
    periods = periods_of(everyone)
    known = _known(everyone, agencies)
    found: dict[CellKey, list[Cell]] = {}
    siblings = {name: list(group) for name, group in groupby(everyone, key=lambda one: one.ref.id)}
    for protocol in ordered:
        for cell in _cells(catalogue, protocol, period=periods[protocol.ref], others=siblings[protocol.ref.id]):
            if cell.recipient in known and cell.holder in known:
                found.setdefault((cell.recipient, cell.purpose, cell.role, cell.holder), []).append(cell)
    return Snapshot(
        catalogue=catalogue,
        protocols={protocol.ref: protocol for protocol in ordered},
        periods=periods,
        cells={key: tuple(found[key]) for key in sorted(found)},
        scopes={agency: _scope(agency, everyone) for agency in sorted(known)},
        purposes=frozenset(code for protocol in everyone for code in protocol.purposes),
    )


def _by_ref(versions: Mapping[ProtocolRef, Protocol]) -> list[Protocol]:
    return [versions[ref] for ref in sorted(versions)]


def _known(protocols: Iterable[Protocol], agencies: Collection[str] | None) -> frozenset[str]:
    partners = frozenset(agency for protocol in protocols for agency in protocol.partners)
    return partners if agencies is None else frozenset(agencies)


def _scope(agency: str, protocols: Iterable[Protocol]) -> Scope:
    own = [protocol for protocol in protocols if agency in protocol.partners]
    return Scope(
        roles=frozenset(role for protocol in own for role in protocol.partners[agency].roles),
        purposes=frozenset(code for protocol in own for code in protocol.purposes),
    )


def periods_of(protocols: Iterable[Protocol]) -> dict[ProtocolRef, tuple[datetime, datetime]]:
    """From when until when each version permits: until its review, or the first day of a later version of it."""
    ordered = sorted(protocols, key=lambda protocol: protocol.ref)
    periods: dict[ProtocolRef, tuple[datetime, datetime]] = {}
    for _, group in groupby(ordered, key=lambda protocol: protocol.ref.id):
        ends_at: datetime | None = None
        for protocol in reversed(list(group)):
            starts_at, review_at = midnight(protocol.in_force_from), midnight(protocol.review_on)
            periods[protocol.ref] = (starts_at, review_at if ends_at is None else min(review_at, ends_at))
            ends_at = starts_at if ends_at is None else min(starts_at, ends_at)
    return periods


def _cells(
    catalogue: Catalogue, protocol: Protocol, *, period: tuple[datetime, datetime], others: Collection[Protocol]
) -> Iterable[Cell]:
    rows: dict[CellKey, list[Rule]] = {}
    for rule in sorted(protocol.rules, key=lambda rule: rule.id):
        for role in rule.roles:
            rows.setdefault((rule.recipient, rule.purpose, role, rule.holder), []).append(rule)
    shown = catalogue.everything & ~catalogue.of_sensitivity(Sensitivity.RESTRICTED)
    guarded = {id(rule) for rule in protocol.rules if is_guarded(rule)}
    older = [one for one in others if one.ref != protocol.ref]
    for (recipient, purpose, role, holder), rules in rows.items():
        clear = catalogue.everything & ~_ambiguous(rules)
        plain = dict.fromkeys(Basis, 0)
        marked = 0
        for rule in rules:
            if id(rule) not in guarded:
                plain[rule.basis] |= rule.mask & clear
            if rule.withheld_marker:
                marked |= rule.mask & shown
        yield Cell(
            recipient=recipient,
            role=role,
            purpose=purpose,
            holder=holder,
            protocol=protocol.ref,
            obligation=plain[Basis.LEGAL_OBLIGATION],
            task=plain[Basis.PUBLIC_TASK],
            consent=plain[Basis.CONSENT],
            override_only=plain[Basis.OVERRIDE_ONLY],
            marked=marked,
            guarded=_guards((rule for rule in rules if id(rule) in guarded), clear),
            covers=covers(protocol, older, recipient=recipient, purpose=purpose, role=role, holder=holder),
            passes=_passes(protocol, role),
            ask=protocol.partners[holder].ask,
            starts_at=period[0],
            ends_at=period[1],
            rules=tuple(rules),
        )


def _guards(rules: Iterable[Rule], clear: int) -> tuple[Guard, ...]:
    return tuple(Guard(rule.basis, rule.mask & clear, rule.when, rule.obligations.reads) for rule in rules)


def _passes(protocol: Protocol, role: str) -> frozenset[BarKind]:
    return frozenset(one.kind for one in protocol.bars if role in one.roles) - NEVER_PASSED


def _ambiguous(rules: Collection[Rule]) -> int:
    """Fields under two bases, whatever their conditions: files like that do not load, and here they are denied."""
    named = dict.fromkeys(Basis, 0)
    for rule in rules:
        named[rule.basis] |= rule.mask
    once = twice = 0
    for mask in named.values():
        twice |= once & mask
        once |= mask
    return twice


def _union(masks: Iterable[int]) -> int:
    union = 0
    for mask in masks:
        union |= mask
    return union
