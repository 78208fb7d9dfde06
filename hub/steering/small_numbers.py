"""Counts of learners that may leave: none that is small, and none from which a small one follows.

The rule is decision 0033. A row has disjoint counts out of a number of learners that a reader may know by other ways.
"""

from __future__ import annotations

from collections.abc import Mapping

FEWEST = 5
"""A smaller number of learners is never told."""

FEW = "fewer than 5"
"""How it shows; nought is one of them, or a row that shows the others would tell it apart."""

HIDDEN = "not shown"
"""Every count of a row that would leave fewer than 5 learners in none of those that show, or is about fewer than 10."""


def shown(counts: Mapping[str, int], *, of: int) -> dict[str, int | str]:
    """These disjoint counts out of `of` learners, as they may be told.

    INVARIANT: whoever knows `of` and every answer here can't tell which of 0 to 4 a small count is: for each of them
    there is a way to spread the rest that has the same answer.
    """
    told = {name: count for name, count in counts.items() if count >= FEWEST}
    if of < 2 * FEWEST or of - sum(told.values()) < FEWEST:
        return dict.fromkeys(counts, HIDDEN)
    return {name: told.get(name, FEW) for name in counts}


def at_least(rows: list[dict[str, int | str]]) -> int | None:
    """How many learners are touched at least: what the fullest row that shows says already; None: no row shows any.

    The true total is not told, since rows and total together could be solved for a count that is left out.
    """
    return max((sum(one for one in row.values() if isinstance(one, int)) for row in rows), default=0) or None
