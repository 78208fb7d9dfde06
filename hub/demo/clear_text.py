"""Searching files for values that must not lie in them in clear, in any of the ways that software writes text."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

LEAST = 6
"""Shorter values are not searched: they would be found in anything."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One value in one encoding. `name` says which encoding; the value itself is never printed."""

    name: str
    content: bytes
    value: int  # position of the value in the list that was given


@dataclass(frozen=True, slots=True)
class Finding:
    """Where which encoding of which value was found."""

    path: Path
    encoding: str
    value: int


def encodings(value: str) -> Iterator[tuple[str, bytes]]:
    """The value as UTF-8, UTF-16, hex, JSON escapes, and base64 (URL-safe too) in its three alignments."""
    plain = value.encode("utf-8")
    yield "utf-8", plain
    yield "utf-16-le", value.encode("utf-16-le")
    yield "utf-16-be", value.encode("utf-16-be")
    yield "hex", plain.hex().encode()
    yield "hex-upper", plain.hex().upper().encode()
    yield "json", json.dumps(value)[1:-1].encode()
    yield "json-escapes", "".join(f"\\u{unit:04x}" for unit in _utf16(value)).encode()
    for shift in range(3):
        aligned = _aligned(plain, shift)
        yield f"base64+{shift}", aligned
        yield f"base64url+{shift}", aligned.translate(bytes.maketrans(b"+/", b"-_"))


def patterns(values: Iterable[str]) -> list[Pattern]:
    """What to look for; each byte string once."""
    found: dict[bytes, Pattern] = {}
    for place, value in enumerate(values):
        for name, content in encodings(value):
            found.setdefault(content, Pattern(name, content, place))
    return list(found.values())


def search(folder: Path, wanted: list[Pattern]) -> list[Finding]:
    """Every pattern in every regular file below `folder`; also in the names of the files."""
    findings = []
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        content = str(path.relative_to(folder)).encode() + b"\n" + path.read_bytes()
        findings += [Finding(path, one.name, one.value) for one in wanted if one.content in content]
    return findings


def worth_searching(values: Iterable[str]) -> list[str]:
    """Values long enough to be searched, each once, sorted."""
    return sorted({value for value in values if len(value) >= LEAST})


def _utf16(value: str) -> Iterator[int]:
    data = value.encode("utf-16-be")
    return (int.from_bytes(data[at : at + 2], "big") for at in range(0, len(data), 2))


def _aligned(plain: bytes, shift: int) -> bytes:
    """The characters of base64 that depend on nothing but `plain`, when `shift` bytes stand before it."""
    whole = base64.b64encode(b"\0" * shift + plain).rstrip(b"=")
    first = (shift * 8 + 5) // 6
    last = (shift + len(plain)) * 8 // 6
    return whole[first:last]
