"""What the rows at hand ask about a learner that is not read for everybody: age and level of need, earlier reads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from policies.model import When
from policies.snapshot import Cell


@dataclass(frozen=True, slots=True)
class Needs:
    """`life`: some row has a condition on age or level. `longest`: the longest period over which a row counts reads."""

    life: bool = False
    longest: timedelta | None = None


NOTHING = Needs()


def needs_of(cells: Iterable[Cell]) -> Needs:
    """What the rows of these cells need; whether a cell is in force makes no difference, so nothing can be missed."""
    guards = [guard for cell in cells for guard in cell.guarded]
    if not guards:
        return NOTHING
    periods = [guard.reads.per.length for guard in guards if guard.reads is not None]
    return Needs(life=any(_asks_life(guard.when) for guard in guards), longest=max(periods, default=None))


def _asks_life(when: When) -> bool:
    return when.age_from is not None or when.age_until is not None or bool(when.levels)
