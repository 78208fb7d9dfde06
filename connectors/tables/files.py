"""Which files of a source are tables of the kind, told by their columns and never by their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from connectors.base import Ignored, Rejected, Unit
from connectors.limits import Limits
from connectors.reasons import Unfit, UnreadableSource, unreadable
from connectors.sources import SourceFile, StoredSource, files_of, is_whole_source
from connectors.tables.reading import Table, table_of

_ENDINGS = (".csv", ".txt", ".zip")
_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
_TERMS = ("spring", "summer", "autumn")

Detect = Callable[[frozenset[str]], str | None]
"""Name of the table that has these columns, or None where the kind has no such table."""


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file that holds the table `name`; `age` is larger for a newer return or term, 0 where its name tells none."""

    file: SourceFile
    name: str
    age: int
    limits: Limits

    def table(self) -> Table:
        """The table, read anew: what is not being worked on does not stay in memory."""
        try:
            return table_of(self.file.content(), self.limits)
        except Unfit:
            raise UnreadableSource("a file changed while it was read", "read it again when it is complete") from None


def table_files(source: StoredSource, detect: Detect) -> tuple[list[TableFile], list[Unit]]:
    """Tables of the kind, newest first, and one unit for every other file.

    Raises:
        UnreadableSource: the source is one file and holds no table of the kind.
    """
    tables: list[TableFile] = []
    others: list[Unit] = []
    for file in files_of(source):
        name = None
        is_whole = is_whole_source(source, file)
        try:
            if is_whole or file.name.lower().endswith(_ENDINGS):
                name = detect(frozenset(table_of(file.content(), source.limits).columns))
        except Unfit as problem:
            if is_whole:
                raise unreadable("no table can be read from it", problem.reason) from None
            others.append(Rejected(file.name, problem.reason))
            continue
        if name is not None:
            tables.append(TableFile(file, name, age_of(file.name), source.limits))
        elif is_whole:
            raise UnreadableSource("the file holds no table of this kind", "check its columns in docs/connecting.md")
        else:
            others.append(Ignored(file.name, "file"))
    if not tables and all(isinstance(other, Ignored) for other in others):
        raise UnreadableSource("there is no table of this kind here", "check the columns in docs/connecting.md")
    return sorted(tables, key=lambda found: (-found.age, found.file.name)), others


def age_of(name: str) -> int:
    """Year and term that a file name tells (`2024_autumn_...`, `2020-episodes.csv`), as a number that grows."""
    year = _YEAR.search(name)
    if year is None:
        return 0
    lowered = name.lower()
    term = next((number for number, word in enumerate(_TERMS, start=1) if word in lowered), 0)
    return int(year[1]) * 10 + term
