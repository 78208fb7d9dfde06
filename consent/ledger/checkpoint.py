"""Checkpoints of C2SP (c2sp.org/tlog-checkpoint): origin, size and root in three lines."""

from __future__ import annotations

from dataclasses import dataclass

from consent.ledger.strict import NotCanonical, base64_text, decimal, hash_bytes


class CheckpointMalformed(ValueError):
    """A note text that is not a checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: `size` leaves under `root`. Extension lines are kept and mean nothing here."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """The note text, as it is signed."""
        lines = (self.origin, str(self.size), base64_text(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a note text; raises CheckpointMalformed."""
    lines = text.split("\n")
    if len(lines) < 4 or lines.pop() != "" or "" in lines:
        raise CheckpointMalformed("not three lines or more")
    origin, size, root, *extensions = lines
    try:
        return Checkpoint(origin, decimal(size), hash_bytes(root), tuple(extensions))
    except NotCanonical as problem:
        raise CheckpointMalformed(str(problem)) from None
