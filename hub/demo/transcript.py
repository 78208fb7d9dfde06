"""The transcript of the story: numbered steps, and checks that end it at the first that fails."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

Write = Callable[[str], None]


class StepFailed(Exception):
    """What a step promised is not so."""


@dataclass(slots=True)
class Transcript:
    """Writes the story line by line to `write`; counts what was checked."""

    write: Write
    checks: int = 0
    _began: float = field(default_factory=monotonic)

    def step(self, number: int, title: str) -> None:
        """Begin a step."""
        self.write(f"\n{number}. {title}   [{monotonic() - self._began:5.1f} s]")

    def say(self, text: str) -> None:
        """One line of what happens."""
        self.write(f"   {text}")

    def check(self, promise: str, *, holds: bool) -> None:
        """Write a promise that holds; raise StepFailed for one that does not."""
        if not holds:
            self.write(f"   FAILED  {promise}")
            raise StepFailed(promise)
        self.checks += 1
        self.write(f"   ok  {promise}")

    def end(self) -> None:
        """Say that every step was shown."""
        self.write(f"\nAll steps shown; {self.checks} checks held. [{monotonic() - self._began:.1f} s]")
