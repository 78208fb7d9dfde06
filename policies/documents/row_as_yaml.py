"""One row of a table as lines of a protocol file, and which column each line came from. Text is always quoted."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from policies.documents.table import SEPARATOR, CellFault

_SAFE = re.compile(r"[A-Za-z][A-Za-z0-9_.()-]*(?: [A-Za-z0-9_.()-]+)*|[0-9][0-9()a-z]*", re.ASCII)
_RESERVED = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))
_POWER = re.compile(r"(?P<act>.+?), (?P<section>(?:section|sections|article|regulation|Schedule) .+)")
_READS = re.compile(r"(?P<most>[0-9]{1,4}) per (?P<per>[a-z]{1,10})", re.ASCII)
_FLAGS = frozenset(("withheld_marker", "live_tie", "no_onward_sharing", "tell_family"))
_NUMBERS = frozenset(("age_from", "age_until"))


@dataclass(slots=True)
class Lines:
    """Lines of a row as they are written, and the column of each."""

    text: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)

    def add(self, line: str, column: str) -> None:
        """One more line, from that column."""
        self.text.append(line)
        self.columns.append(column)


def lines_of(cells: Mapping[str, str]) -> Lines:
    """The row as a block of YAML, without indentation of its own; faults where a cell has no such form."""
    lines = Lines()
    for name in ("id", "from", "to"):
        _plain(lines, cells, name, prefix="- " if name == "id" else "  ")
    _listed(lines, cells, "roles")
    _plain(lines, cells, "purpose")
    _listed(lines, cells, "fields")
    _plain(lines, cells, "basis")
    lines.add("  why:", "why_en")
    for language in ("en", "cy"):
        lines.add(f"    {language}: {scalar(cells[f'why_{language}'])}", f"why_{language}")
    for name in ("article_6", "article_9", "article_10", "condition"):
        _plain(lines, cells, name)
    _powers(lines, cells)
    for name in ("confidentiality", "withheld_marker"):
        _plain(lines, cells, name)
    _when(lines, cells)
    _obligations(lines, cells)
    return lines


def scalar(text: str) -> str:
    """Text as one YAML scalar that every reader takes for the same text."""
    if _SAFE.fullmatch(text) and text.casefold() not in _RESERVED:
        return text
    return json.dumps(text, ensure_ascii=False)


def _value(name: str, text: str) -> str:
    if name in _FLAGS and text.casefold() in {"true", "false"}:
        return text.casefold()
    if name in _NUMBERS and re.fullmatch(r"[0-9]{1,3}", text, re.ASCII):
        return text
    return scalar(text)


def _plain(lines: Lines, cells: Mapping[str, str], name: str, *, prefix: str = "  ") -> None:
    if name in cells:
        lines.add(f"{prefix}{name}: {_value(name, cells[name])}", name)


def _parts(lines: Lines, cells: Mapping[str, str], name: str) -> list[str]:
    found = [part.strip() for part in cells[name].split(SEPARATOR) if part.strip()]
    if not found:
        lines.faults.append(
            CellFault(name, "the list is empty", f"write at least one entry; separate by `{SEPARATOR}`")
        )
    return found


def _listed(lines: Lines, cells: Mapping[str, str], name: str) -> None:
    lines.add(f"  {name}:", name)
    for part in _parts(lines, cells, name):
        lines.add(f"    - {scalar(part)}", name)


def _powers(lines: Lines, cells: Mapping[str, str]) -> None:
    lines.add("  powers:", "powers")
    for part in _parts(lines, cells, "powers"):
        found = _POWER.fullmatch(part)
        if found is None:
            problem = "a power without its Act or section"
            remedy = "write e.g. `Children Act 2004, section 25; Education Act 2002, section 175`"
            lines.faults.append(CellFault("powers", problem, remedy))
            return
        lines.add(f"    - act: {scalar(found['act'])}", "powers")
        lines.add(f"      section: {scalar(found['section'])}", "powers")


def _when(lines: Lines, cells: Mapping[str, str]) -> None:
    names = ("age_from", "age_until", "live_tie", "from_on", "until_on")
    first = next((name for name in (*names, "levels") if name in cells), None)
    if first is None:
        return
    lines.add("  when:", first)
    for name in names:
        _plain(lines, cells, name, prefix="    ")
    if "levels" in cells:
        parts = _parts(lines, cells, "levels")
        shown = ", ".join(part if re.fullmatch(r"[0-9]", part, re.ASCII) else scalar(part) for part in parts)
        lines.add(f"    levels: [{shown}]", "levels")


def _obligations(lines: Lines, cells: Mapping[str, str]) -> None:
    lines.add("  obligations:", "no_onward_sharing")
    _plain(lines, cells, "no_onward_sharing", prefix="    ")
    reads = cells["reads"]
    limit = _READS.fullmatch(reads)
    if limit is not None:
        lines.add(f"    reads: {{most: {int(limit['most'])}, per: {limit['per']}}}", "reads")
    elif reads == "as_needed":
        lines.add("    reads: as_needed", "reads")
    else:
        remedy = "write `as_needed` or e.g. `3 per week`"
        lines.faults.append(CellFault("reads", "not a limit of reads", remedy))
    for name in ("erase_by", "tell_family"):
        _plain(lines, cells, name, prefix="    ")
