"""Counts of learners that may leave: none that is small, and none from which a small one follows.

The rules are decisions 0033 and 0036. A row has disjoint counts out of a number of learners that a reader may know
by other ways.
"""

from __future__ import annotations

from collections.abc import Mapping

FEWEST = 5
"""A smaller number of learners is never told."""

STEP = 5
"""What is told is rounded to the nearest multiple of this, so that two runs differ by no small number."""

FEW = "fewer than 5"
"""How it shows; nought is one of them, or a row that shows the others would tell it apart."""

HIDDEN = "not shown"
"""Every count of a row that could leave fewer than 5 learners in none of those that show, or is about fewer than 10."""

_ROUNDED_AWAY = STEP // 2


def shown(counts: Mapping[str, int], *, of: int) -> dict[str, int | str]:
    """These disjoint counts out of `of` learners, as they may be told: rounded.

    INVARIANT: whoever knows `of` and every answer here can't tell which of 0 to 4 a small count is, nor which of the
    numbers that round to it a large one is: each of them goes with the same answer.
    """
    told = {name: _rounded(count) for name, count in counts.items() if count >= FEWEST}
    most = sum(count + _ROUNDED_AWAY for count in told.values())
    if of < 2 * FEWEST or of - most < FEWEST:
        return dict.fromkeys(counts, HIDDEN)
    return {name: told.get(name, FEW) for name in counts}


def at_least(rows: list[dict[str, int | str]]) -> int | None:
    """How many learners are touched at least: what the fullest row that shows says already; None: no row shows any.

    The true total is not told, since rows and total together could be solved for a count that is left out.
    """
    return max((sum(_fewest(one) for one in row.values() if isinstance(one, int)) for row in rows), default=0) or None


def _rounded(count: int) -> int:
    return (count + _ROUNDED_AWAY) // STEP * STEP


def _fewest(told: int) -> int:
    return max(FEWEST, told - _ROUNDED_AWAY)
