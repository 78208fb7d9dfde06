"""No small number of learners is told, nor can one be worked out from those that are."""

from __future__ import annotations

from itertools import product

import pytest

from hub.steering.small_numbers import FEW, FEWEST, HIDDEN, STEP, at_least, shown

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
                assert said % STEP == 0
                assert values == set(range(max(FEWEST, said - 2), said + 3)), answer
        rest = {learners - sum(counts) for counts in possible}
        assert len(rest) > 1 or min(rest) >= FEWEST, answer


@pytest.mark.parametrize("learners", [5, 9, 10, 11, 12, 14, 17, 20, 23])
def test_the_difference_of_two_drafts_is_no_small_number(learners: int) -> None:
    """Two drafts that differ in one row: whatever both answers say, five differences or more are possible."""
    possible: dict[int | str, set[int]] = {}
    for answer, rows in rows_of(learners).items():
        possible.setdefault(answer[0], set()).update(counts[0] for counts in rows)
    for before, after in product(possible.values(), repeat=2):
        assert len({two - one for one in before for two in after}) >= FEWEST


@pytest.mark.parametrize("learners", [10, 14, 20])
def test_nor_when_all_three_counts_of_both_runs_are_held_together(learners: int) -> None:
    """As long as one count alone moved: what the two others say is the same learners twice."""
    rows = rows_of(learners)
    for (first, before), (second, after) in product(rows.items(), repeat=2):
        if first[1:] != second[1:] or first[0] == second[0] == HIDDEN:
            continue
        others: dict[tuple[int, ...], set[int]] = {}
        for counts in before:
            others.setdefault(counts[1:], set()).add(counts[0])
        found = {counts[0] - one for counts in after for one in others.get(counts[1:], ())}
        assert len(found) >= FEWEST, (first, second)


@pytest.mark.parametrize("learners", [9, 15, 23])
def test_that_so_many_are_touched_at_least_says_nothing_new(learners: int) -> None:
    for answer, possible in rows_of(learners).items():
        row = dict(zip(NAMES, answer, strict=True))
        certain = sum(min(counts[at] for counts in possible) for at, said in enumerate(answer) if isinstance(said, int))
        assert at_least([row]) == (certain or None)


def test_a_large_count_shows_rounded_and_one_that_leaves_few_does_not() -> None:
    assert shown({"allowed": 40, "denied": 0}, of=100) == {"allowed": 40, "denied": FEW}
    assert shown({"allowed": 43, "denied": 57}, of=150) == {"allowed": 45, "denied": 55}
    assert shown({"allowed": 42, "denied": 5}, of=100) == {"allowed": 40, "denied": 5}
    assert shown({"allowed": 97, "denied": 3}, of=100) == {"allowed": HIDDEN, "denied": HIDDEN}
    assert shown({"allowed": 100, "denied": 0}, of=100) == {"allowed": HIDDEN, "denied": HIDDEN}
    assert shown({"allowed": 60, "denied": 30}, of=100) == {"allowed": 60, "denied": 30}
    assert shown({"allowed": 60, "denied": 35}, of=100) == {"allowed": HIDDEN, "denied": HIDDEN}
