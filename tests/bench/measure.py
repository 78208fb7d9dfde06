"""Figures, and the rounds that they come from: what is compared takes turns, so that a busy machine hits both."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter

Work = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. `ratio` is to the baseline named in `against`; `aim` is what section 7 asks for."""

    bench: str
    what: str
    database: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    aim: str = ""
    is_met: bool | None = None

    def as_json(self) -> dict[str, object]:
        """All of it, for `--json`."""
        return asdict(self)


def seconds(work: Work) -> float:
    """How long one call takes."""
    began = perf_counter()
    work()
    return perf_counter() - began


def in_turns(works: Mapping[str, Work], *, rounds: int) -> dict[str, list[float]]:
    """Seconds of every work, round by round; each round begins with another one."""
    names = list(works)
    gc.collect()
    taken: dict[str, list[float]] = {name: [] for name in names}
    for round_number in range(rounds):
        turn = round_number % len(names)
        for name in names[turn:] + names[:turn]:
            taken[name].append(seconds(works[name]))
    return taken


def ratio_of(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Median over the rounds of ours by theirs: a slow moment of the machine that hit both drops out."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of them lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
