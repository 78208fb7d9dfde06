"""An information reference table as partners fill it in: its columns, its rows, and what can be wrong with a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MAX_ROWS = 2_000
MAX_CELL = 4_000
SEPARATOR = ";"
FORMULA_SIGNS = "=+-@\uff1d\uff0b\uff0d\uff20"  # and their full-width twins, which some programs read alike

REQUIRED = (
    "id", "from", "to", "roles", "purpose", "fields", "basis", "why_en", "why_cy", "article_6", "powers",
    "confidentiality", "withheld_marker", "no_onward_sharing", "reads", "erase_by", "tell_family",
)  # fmt: skip
OPTIONAL = (
    "article_9", "article_10", "condition", "age_from", "age_until", "levels", "live_tie", "from_on", "until_on",
)  # fmt: skip
COLUMNS = (*REQUIRED, *OPTIONAL)

_SPACES = frozenset(" \t\r\n\xa0")


class TableRefused(Exception):
    """A table as a whole cannot be read; `line` is the line or row, 0 where none is at fault."""

    def __init__(self, problem: str, *, remedy: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy
        self.line = line


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell of a row, and what to do. Never the content of the cell beyond a name."""

    column: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row as a reader found it: its number in the file (the head is row 1), its cells, and faults by place."""

    number: int
    cells: Sequence[str]
    faults: Mapping[int, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row by the names of its columns; cells without text are left out."""

    number: int
    cells: Mapping[str, str]
    faults: tuple[CellFault, ...]


def read_rows(grid: Iterable[GridRow]) -> tuple[TableRow, ...]:
    """The rows below the head, each with what is wrong with its cells. Rows without any text are left out.

    Raises:
        TableRefused: for a head that is not understood, and for more rows than are read.
    """
    rows = [row for row in grid if row.faults or any(cell.strip() for cell in row.cells)]
    if not rows:
        raise TableRefused("the table is empty", remedy=f"write the columns {', '.join(REQUIRED)} in the first row")
    columns = _head(rows[0])
    if len(rows) > MAX_ROWS + 1:
        raise TableRefused(f"more than {MAX_ROWS} rows", remedy="split the table", line=rows[MAX_ROWS + 1].number)
    return tuple(_row(row, columns) for row in rows[1:])


def _head(row: GridRow) -> tuple[str, ...]:
    if row.faults:
        raise _head_refused(row, "the first row has a formula, or is hidden", "write the names of the columns there")
    names = tuple(cell.strip().casefold() for cell in row.cells)
    while names and not names[-1]:
        names = names[:-1]
    if len(names) == 1 and SEPARATOR in names[0]:
        raise _head_refused(row, "the columns are separated by `;`", "save it with commas between the columns")
    for name in names:
        if name not in COLUMNS:
            shown = "".join(sign for sign in name if sign.isprintable())[:40]
            raise _head_refused(row, f"the column `{shown}` is not known", f"known columns: {', '.join(COLUMNS)}")
        if names.count(name) > 1:
            raise _head_refused(row, f"the column `{name}` stands twice", "keep one of the two")
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise _head_refused(row, f"the column `{missing[0]}` is missing", f"add it; needed: {', '.join(REQUIRED)}")
    return names


def _head_refused(row: GridRow, problem: str, remedy: str) -> TableRefused:
    return TableRefused(problem, remedy=remedy, line=row.number)


def _row(row: GridRow, columns: Sequence[str]) -> TableRow:
    cells: dict[str, str] = {}
    faults = [CellFault(_name(columns, at), *fault) for at, fault in sorted(row.faults.items())]
    for at, raw in enumerate(row.cells):
        if at in row.faults or not raw.strip():
            continue
        problem = _problem(raw) if at < len(columns) else ("a cell beyond the last column", "remove it")
        if problem is not None:
            faults.append(CellFault(_name(columns, at), *problem))
        else:
            cells[columns[at]] = _cleaned(raw)
    at_fault = {fault.column for fault in faults}
    for name in REQUIRED:
        if name not in cells and name not in at_fault:
            faults.append(CellFault(name, "the cell is empty", "fill it in"))
    return TableRow(row.number, cells, tuple(faults))


def _name(columns: Sequence[str], at: int) -> str:
    return columns[at] if at < len(columns) else f"column {at + 1}"


def _problem(raw: str) -> tuple[str, str] | None:
    if len(raw) > MAX_CELL:
        return f"the text is longer than {MAX_CELL} characters", "shorten it"
    if raw.strip()[0] in FORMULA_SIGNS:
        return "a formula, or text that a spreadsheet takes for one", "write plain text that begins with a letter"
    if any(sign not in _SPACES and not sign.isprintable() for sign in raw):
        return "a control character, or one that cannot be seen", "remove it, or type the text anew"
    return None


def _cleaned(raw: str) -> str:
    """Text on one line; the apostrophe that keeps a spreadsheet from running it goes."""
    text = " ".join(raw.split())
    return text[1:] if len(text) > 1 and text[0] == "'" and text[1] in FORMULA_SIGNS else text
