"""No small number of learners is told, nor can one be worked out from those that are."""

from __future__ import annotations

from itertools import product

import pytest

from hub.steering.small_numbers import FEW, FEWEST, HIDDEN, at_least, shown

NAMES = ("allowed", "changed", "denied")


def rows_of(learners: int) -> dict[tuple[int | str, ...], list[tuple[int, ...]]]:
    """Every answer about that many learners, with every row of true counts that has it."""
    found: dict[tuple[int | str, ...], list[tuple[int, ...]]] = {}
    for counts in product(range(learners + 1), repeat=len(NAMES)):
        if sum(counts) <= learners:
            answer = tuple(shown(dict(zip(NAMES, counts, strict=True)), of=learners).values())
            found.setdefault(answer, []).append(counts)
    return found


@pytest.mark.parametrize("learners", [1, 3, 4, 5, 7, 9, 10, 12, 15, 19, 23, 26])
def test_whoever_knows_how_many_there_are_cannot_work_a_small_count_out(learners: int) -> None:
    """Every way to subtract at once: all rows of counts are tried, and those with one answer are held together."""
    for answer, possible in rows_of(learners).items():
        for place, said in enumerate(answer):
            small = set(range(min(FEWEST - 1, learners) + 1))
            values = {counts[place] for counts in possible}
            if said == FEW:
                assert values == small, answer
            elif said == HIDDEN:
                assert values >= small, answer
            elif isinstance(said, int):
                assert said >= FEWEST
                assert values == {said}
        rest = {learners - sum(counts) for counts in possible}
        assert len(rest) > 1 or min(rest) >= FEWEST, answer


@pytest.mark.parametrize("learners", [9, 15, 23])
def test_that_so_many_are_touched_at_least_says_nothing_new(learners: int) -> None:
    for answer in rows_of(learners):
        row = dict(zip(NAMES, answer, strict=True))
        assert at_least([row]) == (sum(one for one in answer if isinstance(one, int)) or None)


def test_a_large_count_shows_and_one_that_leaves_few_does_not() -> None:
    assert shown({"allowed": 40, "denied": 0}, of=100) == {"allowed": 40, "denied": FEW}
    assert shown({"allowed": 97, "denied": 3}, of=100) == {"allowed": HIDDEN, "denied": HIDDEN}
    assert shown({"allowed": 100, "denied": 0}, of=100) == {"allowed": HIDDEN, "denied": HIDDEN}
    assert shown({"allowed": 60, "denied": 35}, of=100) == {"allowed": 60, "denied": 35}
