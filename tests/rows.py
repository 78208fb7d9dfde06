"""The sample protocol with some of its rows changed, as text: for tests of what a row may ask."""

from __future__ import annotations

import re
from pathlib import Path

import policies

SAMPLE = Path(policies.__file__).parent / "samples" / "three-partners.yaml"


def sample_with(**changes: str) -> str:
    """The sample, where each row named by a keyword (`he_speech` for `he-speech`) has this line instead of its
    `obligations`; the line may bring a `when` along."""
    written = SAMPLE.read_text(encoding="utf-8")
    for name, line in changes.items():
        row = re.compile(rf"(  - id: {name.replace('_', '-')}\n(?:(?!  - id: ).*\n)*?)    obligations: .*\n")
        written, count = row.subn(lambda found, line=line: f"{found[1]}    {line}\n", written)
        if count != 1:
            raise ValueError(f"the sample has no row {name}")
    return written


def taken_on(*, reads: str = "as_needed", tell_family: bool = False) -> str:
    """The `obligations` of a row."""
    told = str(tell_family).lower()
    return f"obligations: {{no_onward_sharing: true, reads: {reads}, erase_by: plan_ends, tell_family: {told}}}"
