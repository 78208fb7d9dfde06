"""Receipts as files: the proof format of C2SP (c2sp.org/tlog-proof)."""

from __future__ import annotations

from dataclasses import dataclass

from consent.ledger.strict import NotCanonical, base64_bytes, base64_text, decimal, hash_bytes

HEADER = "c2sp.org/tlog-proof@v1"
MAX_BYTES = 64 * 1024
MAX_PATH = 64


class ProofMalformed(ValueError):
    """Bytes that are not a proof file in its one form."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof file: opaque extra data, the leaf's index, its path, and the checkpoint's signed note as it stands."""

    extra: bytes | None
    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def text(self) -> bytes:
        """The file's bytes."""
        extra = [] if self.extra is None else [f"extra {base64_text(self.extra)}"]
        lines = [HEADER, *extra, f"index {self.index}", *map(base64_text, self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint


def parse_proof(data: bytes) -> Proof:
    """Read a proof file; raises ProofMalformed. The checkpoint in it is not looked at."""
    if len(data) > MAX_BYTES:
        raise ProofMalformed("larger than 64 KiB")
    head, separator, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError:
        raise ProofMalformed("not plain text") from None
    if not separator or lines.pop(0) != HEADER or not lines:
        raise ProofMalformed("not a tlog-proof of version 1")
    try:
        return _read(lines, checkpoint)
    except NotCanonical as problem:
        raise ProofMalformed(str(problem)) from None


def _read(lines: list[str], checkpoint: bytes) -> Proof:
    extra = None
    if lines[0].startswith("extra "):
        extra = base64_bytes(lines.pop(0).removeprefix("extra "))
    if not lines or not lines[0].startswith("index "):
        raise ProofMalformed("no index")
    index = decimal(lines.pop(0).removeprefix("index "))
    if len(lines) > MAX_PATH:
        raise ProofMalformed("a path of more than 64 hashes")
    return Proof(extra, index, tuple(map(hash_bytes, lines)), checkpoint)
