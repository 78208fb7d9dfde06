"""Text in the two languages of Wales, and the faults that a file of this room can have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Words:
    """The same thing in English and Welsh. Both always exist: a file without one of them does not load."""

    en: str
    cy: str

    def say(self, language: Literal["en", "cy"]) -> str:
        """The text in that language."""
        return self.cy if language == "cy" else self.en
