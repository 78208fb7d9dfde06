"""How answers are printed: JSON for programs, lines for people. Nothing from outside reaches a terminal raw."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import click


def plain(text: str) -> str:
    """Text on one line, in which nothing can command a terminal or turn the reading direction."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)


def moment(at: datetime | None) -> str:
    """An instant as people and programs both read it; `-` where there is none."""
    return "-" if at is None else at.isoformat(timespec="seconds").replace("+00:00", "Z")


def say(text: str = "", *, err: bool = False) -> None:
    """One line, or several, on standard output; on standard error what is not part of the answer."""
    click.echo("\n".join(plain(line) for line in text.split("\n")), err=err)


def say_json(value: Mapping[str, object]) -> None:
    """One JSON object on standard output; ASCII, so that any terminal and any pipe carries it."""
    click.echo(json.dumps(value, indent=2, default=_as_text))


def say_pairs(pairs: Iterable[tuple[str, object]], *, indent: str = "  ") -> None:
    """Names and what they stand for, one a line, in two columns."""
    listed = [(plain(name), plain(str(value))) for name, value in pairs]
    width = max((len(name) for name, _ in listed), default=0)
    for name, value in listed:
        click.echo(f"{indent}{name.ljust(width)}  {value}")


def say_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table in columns; its head alone where there are no rows."""
    lines = [list(head), *([plain(str(cell)) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _as_text(value: object) -> str:
    return moment(value) if isinstance(value, datetime) else str(value)
