"""Progress is drawn on a terminal, after two seconds, now and then, and nothing of it stays."""

from __future__ import annotations

import io
from collections.abc import Sequence

from hub.cli.progress import progress_on


class Screen(io.StringIO):
    """What is drawn; a terminal or not."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


def drawn(instants: Sequence[float], *, is_terminal: bool = True) -> list[str]:
    """What stands on the screen, one drawing after the other, when told at these seconds."""
    screen, times = Screen(is_terminal=is_terminal), iter([0.0, *instants])
    with progress_on(screen, clock=lambda: next(times)) as progress:
        for count, _ in enumerate(instants, start=1):
            progress(count * 1000)
    return [part.strip() for part in screen.getvalue().split("\r") if part.strip()] + (
        ["(wiped)"] if screen.getvalue().endswith(" \r") else []
    )


def test_what_is_quick_draws_nothing() -> None:
    assert drawn([0.5, 1.0, 1.9]) == []


def test_what_takes_longer_is_drawn_now_and_then_and_wiped() -> None:
    assert drawn([1.0, 2.0, 2.1, 2.5]) == ["2,000 units, 1,000 a second", "4,000 units, 1,600 a second", "(wiped)"]


def test_where_there_is_no_terminal_nothing_is_drawn() -> None:
    assert drawn([10.0, 20.0], is_terminal=False) == []
