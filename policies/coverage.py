"""Which fields of a new protocol version a consent under an older one still covers: those that were not widened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from policies.model import Basis, EraseBy, Obligations, Protocol, ProtocolRef, ReadLimit, Rule, When

_SOONEST_FIRST = (EraseBy.CONSENT_ENDS, EraseBy.PURPOSE_ENDS, EraseBy.PLAN_ENDS, EraseBy.RETENTION)


def covers(
    protocol: Protocol, earlier: Iterable[Protocol], *, recipient: str, purpose: str, role: str, holder: str
) -> Mapping[ProtocolRef, int]:
    """Per earlier version of the same protocol: the consent fields that this version shares on no wider terms.

    INVARIANT: a field is in here only where the older version shared it on consent with the same role, for the same
    purpose in the same words, under conditions and obligations that were no stricter than now. So a consent never
    stretches to what nobody was asked about.
    """
    key = recipient, purpose, role, holder
    now = _consent_rows(protocol, key)
    found: dict[ProtocolRef, int] = {}
    for before in earlier:
        if before.ref.id != protocol.ref.id or before.ref == protocol.ref:
            continue
        if before.purposes.get(purpose) == protocol.purposes.get(purpose):
            found[before.ref] = _covered(now, _consent_rows(before, key))
    return found


def _covered(now: list[Rule], before: list[Rule]) -> int:
    """Fields of which every row that shares them now is no wider than some row that shared them before."""
    covered = wider = 0
    for rule in now:
        same = 0
        for old in before:
            if is_no_wider(rule, old):
                same |= rule.mask & old.mask
        covered |= same
        wider |= rule.mask & ~same
    return covered & ~wider


def is_no_wider(rule: Rule, old: Rule) -> bool:
    """Whether a row asks for at least as much and gives for at most as long as an older one."""
    return obliges_as_much(rule.obligations, old.obligations) and is_within(rule.when, old.when)


def obliges_as_much(new: Obligations, old: Obligations) -> bool:
    """Whether whoever keeps the new obligations keeps the old ones too."""
    return (
        new.no_onward_sharing >= old.no_onward_sharing
        and new.tell_family >= old.tell_family
        and _SOONEST_FIRST.index(new.erase_by) <= _SOONEST_FIRST.index(old.erase_by)
        and _reads_as_seldom(new.reads, old.reads)
    )


def _reads_as_seldom(new: ReadLimit | None, old: ReadLimit | None) -> bool:
    if old is None:
        return True
    return new is not None and new.most <= old.most and new.per.length >= old.per.length


def is_within(new: When, old: When, *, days: bool = True) -> bool:
    """Whether whatever meets `new` meets `old` too; with `days` false, by the learner's facts alone."""
    return (
        _at_least(new.age_from, old.age_from)
        and _at_most(new.age_until, old.age_until)
        and (not old.levels or (bool(new.levels) and new.levels <= old.levels))
        and new.live_tie >= old.live_tie
        and (not days or _days_are_within(new, old))
    )


def _days_are_within(new: When, old: When) -> bool:
    return (old.from_on is None or (new.from_on is not None and new.from_on >= old.from_on)) and (
        old.until_on is None or (new.until_on is not None and new.until_on <= old.until_on)
    )


def _at_least(new: int | None, old: int | None) -> bool:
    return old is None or (new is not None and new >= old)


def _at_most(new: int | None, old: int | None) -> bool:
    return old is None or (new is not None and new <= old)


def _consent_rows(protocol: Protocol, key: tuple[str, str, str, str]) -> list[Rule]:
    recipient, purpose, role, holder = key
    return [
        rule
        for rule in protocol.rules
        if rule.basis is Basis.CONSENT
        and (rule.recipient, rule.purpose, rule.holder) == (recipient, purpose, holder)
        and role in rule.roles
    ]
