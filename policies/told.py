"""One field, explained: in full for whoever runs the hub, and what of it a recipient and a family may be told.

All three come of the same decision. What a recipient is told says nothing of bars, age, level and ties; what a family
member is told says nothing of bars, nor of what anybody else decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from policies.changes import Way, in_general, told_to_recipient, ways_open
from policies.explanation import FieldReason, RuleUse, explain
from policies.facts import AccessRequest, Facts
from policies.outcome import Reason
from policies.snapshot import Snapshot

CLOSED = "closed"
"""What a family is told where the reason may not be: it is closed now, and this page does not say why."""


@dataclass(frozen=True, slots=True)
class FieldExplained:
    """Why one field of one holder is allowed or denied, and what would have to change for a denied one.

    `code` is a `Reason` value, or `CLOSED`. `rules` are the rows that speak of the field, `consent_ids` and
    `override_ids` what an allowed one rests on, `until` when that ends.
    """

    field_id: str
    holder: str
    allowed: bool
    code: str
    is_marked: bool
    rules: tuple[RuleUse, ...]
    consent_ids: tuple[str, ...] = ()
    override_ids: tuple[str, ...] = ()
    until: datetime | None = None
    ways: tuple[Way, ...] = ()


Ways = Callable[[FieldReason, int], tuple[Way, ...]]
"""What would have to change for a denied field, which is given with its bit."""


def in_full(snapshot: Snapshot, request: AccessRequest, facts: Facts) -> tuple[FieldExplained, ...]:
    """For whoever runs the hub: everything, bars too, sorted by field id."""
    return tuple(_explained(snapshot, request, facts, lambda _, bit: ways_open(snapshot, request, facts, bit)))


def to_recipient(snapshot: Snapshot, request: AccessRequest, facts: Facts) -> tuple[FieldExplained, ...]:
    """For the recipient itself. A bar and an unmet condition look like a field that no row names."""

    def ways(field: FieldReason, bit: int) -> tuple[Way, ...]:
        return told_to_recipient(snapshot, request, facts, bit, field.reason)

    return tuple(_as_no_rule(one) for one in _explained(snapshot, request, facts, ways))


def to_family(snapshot: Snapshot, request: AccessRequest, facts: Facts, *, own: Facts) -> tuple[FieldExplained, ...]:
    """For somebody with standing. `own` are the facts with this person's own consents and objections, and no others.

    INVARIANT: what is said of a denied field follows from the protocols and from `own`: a bar, somebody else's answer,
    an unmet condition and a used-up limit are all `CLOSED` where this person's own answers would have opened it.
    """
    mine = {one.field_id: one for one in in_full(snapshot, request, _of_one(own))}
    ids = frozenset(one.consent_id for one in own.consents)
    full = _explained(snapshot, request, facts, lambda *_: ())
    return tuple(_to_family(one, mine[one.field_id], ids) for one in full)


def _of_one(own: Facts) -> Facts:
    return replace(own, bars=(), overrides=(), reads=())


def _to_family(true: FieldExplained, mine: FieldExplained, own_consents: frozenset[str]) -> FieldExplained:
    if true.allowed:
        given = tuple(one for one in true.consent_ids if one in own_consents)
        return replace(true, consent_ids=given, override_ids=(), is_marked=False)
    if mine.allowed or mine.code == Reason.CONDITION_UNMET:
        return replace(mine, allowed=False, code=CLOSED, is_marked=False, consent_ids=(), until=None, ways=())
    return replace(mine, is_marked=False, ways=in_general(mine.ways))


def _as_no_rule(one: FieldExplained) -> FieldExplained:
    code = Reason(one.code).as_told_to_recipient()
    return one if code is not Reason.NO_RULE else replace(one, code=code.value, rules=())


def _explained(snapshot: Snapshot, request: AccessRequest, facts: Facts, ways: Ways) -> Iterator[FieldExplained]:
    by_id = snapshot.catalogue.by_id
    for field in explain(snapshot, request, facts).fields:
        yield FieldExplained(
            field_id=field.field_id,
            holder=request.holder,
            allowed=field.allowed,
            code=field.reason.value,
            is_marked=field.is_marked,
            rules=field.rules,
            consent_ids=field.consent_ids,
            override_ids=field.override_ids,
            until=field.until,
            ways=() if field.allowed else ways(field, by_id[field.field_id].bit),
        )
