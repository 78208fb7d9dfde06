"""Whether a row counts for this learner and this reader: its conditions, and how often it was read already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from policies.facts import AccessRequest, Facts
from policies.model import ALWAYS, Basis, ReadLimit, Rule, When


@dataclass(frozen=True, slots=True)
class Guard:
    """A row that does not always count: its fields, basis, conditions and limit."""

    basis: Basis
    mask: int
    when: When
    reads: ReadLimit | None


def is_guarded(rule: Rule) -> bool:
    """Whether a row has a condition or counts reads."""
    return rule.when != ALWAYS or rule.obligations.reads is not None


def is_met(when: When, request: AccessRequest, facts: Facts) -> bool:
    """Whether all that a row asks of the learner is so at the instant of the request; unknown is not."""
    return (
        meets_age(when, facts.age)
        and (not when.levels or facts.level in when.levels)
        and (not when.live_tie or request.recipient in facts.live_ties)
        and (when.from_on is None or midnight(when.from_on) <= request.at)
        and (when.until_on is None or request.at < midnight(when.until_on))
    )


def is_used_up(guard: Guard, request: AccessRequest, facts: Facts) -> bool:
    """Whether the recipient has had as many reads of this row as it may, in the period that ends now."""
    limit = guard.reads
    if limit is None:
        return False
    since = request.at - limit.per.length
    had = 0
    for read in facts.reads:
        is_about = (
            read.mask & guard.mask
            and read.holder == request.holder
            and read.recipient == request.recipient
            and read.purpose == request.purpose
        )
        if is_about and since < read.at:
            had += 1
    return had >= limit.most


def midnight(day: date) -> datetime:
    """When a day begins, for protocols: 00:00 UTC."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def meets_age(when: When, age: int | None) -> bool:
    """Whether an age in completed years is within a row's band; an unknown one is within none but the open one."""
    if when.age_from is None and when.age_until is None:
        return True
    if age is None:
        return False
    return (when.age_from is None or when.age_from <= age) and (when.age_until is None or age < when.age_until)
