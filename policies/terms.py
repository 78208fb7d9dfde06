"""Reading what a row asks: its conditions (`when`), and what the recipient takes on (`obligations`)."""

from __future__ import annotations

from policies import reading
from policies.model import EraseBy, Obligations, Period, ReadLimit, When
from policies.strict_yaml import Fault, Node, Scalar

OLDEST = 25
"""Additional learning needs law ends with the 25th birthday (ALN Act section 99)."""
LEVELS = frozenset((1, 2, 3))
AS_NEEDED = "as_needed"
_WHEN = ("age_from", "age_until", "levels", "live_tie", "from_on", "until_on")


def read_obligations(node: Node) -> Obligations:
    """The `obligations` of a row."""
    at = reading.table(node, required=("no_onward_sharing", "reads", "erase_by", "tell_family")).entries
    return Obligations(
        no_onward_sharing=reading.flag(at["no_onward_sharing"]),
        reads=read_limit(at["reads"]),
        erase_by=reading.choice(at["erase_by"], EraseBy),
        tell_family=reading.flag(at["tell_family"]),
    )


def read_limit(node: Node) -> ReadLimit | None:
    """A limit of reads, or None for `as_needed`."""
    if isinstance(node, Scalar):
        if reading.text(node) == AS_NEEDED:
            return None
        raise Fault(node.line, "a limit of reads is needed here", remedy="write `as_needed` or `{most: 3, per: week}`")
    at = reading.table(node, required=("most", "per")).entries
    return ReadLimit(reading.integer(at["most"], least=1, most=1_000), reading.choice(at["per"], Period))


def read_when(node: Node) -> When:
    """The `when` of a row: at least one condition, and none that could never be met."""
    body = reading.table(node, required=(), optional=_WHEN)
    at = body.entries
    if not at:
        raise Fault(node.line, "no condition stands here", remedy="write a condition, or remove `when:`")
    when = When(
        age_from=reading.integer(at["age_from"], least=0, most=OLDEST) if "age_from" in at else None,
        age_until=reading.integer(at["age_until"], least=1, most=OLDEST + 1) if "age_until" in at else None,
        levels=_levels(at["levels"]) if "levels" in at else frozenset(),
        live_tie=reading.flag(at["live_tie"]) if "live_tie" in at else False,
        from_on=reading.day(at["from_on"]) if "from_on" in at else None,
        until_on=reading.day(at["until_on"]) if "until_on" in at else None,
    )
    if when.age_from is not None and when.age_until is not None and when.age_until <= when.age_from:
        raise Fault(at["age_until"].line, "the age band is empty", remedy="let `age_until` be above `age_from`")
    if when.from_on is not None and when.until_on is not None and when.until_on <= when.from_on:
        raise Fault(at["until_on"].line, "the row ends before it begins", remedy="let `until_on` be after `from_on`")
    return when


def _levels(node: Node) -> frozenset[int]:
    return frozenset(reading.integer(item, least=min(LEVELS), most=max(LEVELS)) for item in reading.items(node))
