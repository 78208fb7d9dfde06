"""Which units of a source were met before, so that a reference is yielded once and a second run changes nothing."""

from __future__ import annotations

import hashlib
from enum import StrEnum


class Meeting(StrEnum):
    """How a unit stands to those before it."""

    NEW = "new"
    REPEAT = "repeat"
    """The same once more."""
    EARLIER = "earlier"
    """An older state of one that came before it: newer files are read first."""
    CONFLICT = "conflict"
    """Another content under the same reference in files of the same age."""


class Seen:
    """References met so far, with what they said and how old that was; digests only."""

    def __init__(self) -> None:
        """Nothing was met yet."""
        self._met: dict[bytes, tuple[bytes, int]] = {}

    def meet(self, reference: str, content: str, *, age: int) -> Meeting:
        """How this unit stands to those before; a new one is remembered. `age` is larger for newer files."""
        key, digest = _digest(reference), _digest(content)
        before = self._met.get(key)
        if before is None:
            self._met[key] = (digest, age)
            return Meeting.NEW
        if before[1] != age:
            return Meeting.EARLIER
        return Meeting.REPEAT if before[0] == digest else Meeting.CONFLICT


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
