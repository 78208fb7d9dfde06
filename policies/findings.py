"""What `dolen policy check` finds in protocols that load: each with file, line, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Check(StrEnum):
    """What was looked at. The parser's own problems are `unreadable`; a `notice` never makes a check fail."""

    UNREADABLE = "unreadable"
    NEVER_APPLIES = "never_applies"
    SHADOWED = "shadowed"
    NOBODY_SEES = "nobody_sees"
    MARKER_TELLS = "marker_tells"
    ASKED_TWICE = "asked_twice"
    UNSIGNED = "unsigned"
    REVIEW = "review"
    NO_WELSH = "no_welsh"
    BROKEN_PROPERTY = "broken_property"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing at one line of a file. Ordered by place, so that the same folder always reports the same text."""

    file: str
    line: int
    check: Check
    problem: str
    remedy: str

    @property
    def place(self) -> str:
        """File and line as editors understand them."""
        return f"{self.file}:{self.line}" if self.line else self.file

    @property
    def fails(self) -> bool:
        """Whether a check with this finding ends with exit code 1."""
        return self.check is not Check.NOTICE
