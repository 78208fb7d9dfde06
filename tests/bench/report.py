"""The table, and the same as JSON."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.bench.measure import Figure

_HEAD = ("bench", "what", "database", "figure", "ratio", "to", "aim", "")


def as_text(figures: Sequence[Figure]) -> str:
    """A table for a terminal, with the machine in its first line."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([machine(), "", lines[0], "-" * (sum(widths) + 2 * len(widths)), *lines[1:]])


def as_json(figures: Sequence[Figure]) -> str:
    """One object: when, on what, and every figure."""
    return json.dumps(
        {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": machine(),
            "figures": [figure.as_json() for figure in figures],
        },
        indent=1,
    )


def machine() -> str:
    """What the figures were measured on, and how busy it was: nothing that says whose it is."""
    busy = os.getloadavg()[0]
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {busy:.1f}"


def _row(figure: Figure) -> tuple[str, ...]:
    return (
        figure.bench,
        figure.what,
        figure.database,
        f"{number(figure.value)} {figure.unit}".strip(),
        "" if figure.ratio is None else number(figure.ratio),
        figure.against,
        figure.aim,
        {True: "met", False: "not met", None: ""}[figure.is_met],
    )


def number(value: float) -> str:
    """Three digits that count; thousands set apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"
