"""Shows the sign-in codes of the demo's file mail in the terminal, so that nobody needs to look for files."""

from __future__ import annotations

import re
from pathlib import Path
from threading import Event

from hub.demo.transcript import Write

_CODE = re.compile(r"(?m)^\D{0,80}\b(\d{6})\b\D{0,80}$")
_PAUSE = 0.3


def code_in(path: Path) -> str | None:
    """The six-digit code of a mail file; None for any other mail."""
    found = _CODE.search(path.read_text(encoding="utf-8").split("\n\n", 1)[-1])
    return None if found is None else found.group(1)


def show_codes(folder: Path, until: Event, write: Write) -> None:
    """Write each new code that arrives in `folder`, until `until` is set."""
    seen = set(folder.glob("*.eml"))
    while not until.wait(_PAUSE):
        for path in sorted(set(folder.glob("*.eml")) - seen):
            seen.add(path)
            code = code_in(path)
            if code is not None:
                write(f"  mail: a sign-in code, {code}")
