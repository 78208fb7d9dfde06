"""CSV (RFC 4180) as it is really sent: with byte-order marks, old encodings, ragged rows; within bounds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from connectors.limits import Limits
from connectors.reasons import ReasonCode, Unfit

_DELIMITERS = ",;\t|"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, and its cells by column name in lower case, without outer blanks."""

    line: int
    cells: Mapping[str, str] = field(repr=False)
    problem: ReasonCode | None = None
    raw: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """A header, and the text below it."""

    columns: tuple[str, ...]
    is_old_encoding: bool
    """Whether the file is not UTF-8 and was read as Windows-1252."""
    _text: str = field(repr=False)
    _delimiter: str
    _limits: Limits

    def rows(self) -> Iterator[Row]:
        """Every row below the header; rows without any content are no rows."""
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=self._delimiter)
        next(reader)
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:  # a cell beyond the reader's own bound of 128 KiB, e.g. a quote that is never closed
                yield Row(reader.line_num, {}, ReasonCode.TOO_LARGE)
                continue
            if any(cell and not cell.isspace() for cell in cells):
                yield self._row(reader.line_num, cells)

    def original(self, row: Row) -> bytes | None:
        """`row` under its header, as CSV in UTF-8, for the quarantine."""
        if not row.raw or sum(map(len, row.raw)) > self._limits.original_bytes:
            return None
        text = io.StringIO(newline="")
        csv.writer(text).writerows([self.columns, row.raw])
        return text.getvalue().encode("utf-8", "replace")

    def _row(self, line: int, cells: list[str]) -> Row:
        problem = _problem(cells, len(self.columns), self._limits)
        if problem is not None:
            return Row(line, {}, problem, tuple(cells))
        values = (cell.strip() for cell in cells)
        return Row(line, dict(zip(self.columns, values, strict=False)), raw=tuple(cells))


def table_of(content: bytes, limits: Limits) -> Table:
    """The table in `content`.

    Raises:
        Unfit: it is empty or binary, no text in UTF-8 or Windows-1252, or its first row is no header.
    """
    text, is_old_encoding = _decoded(content)
    first_line = text[: limits.cell_chars].split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    try:
        names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        raise Unfit(ReasonCode.NOT_A_TABLE) from None
    columns = tuple(name.strip().lower() for name in names)
    named = [name for name in columns if name]
    if not named or len(columns) > limits.row_cells or len(set(named)) < len(named) or _CONTROL.search("".join(named)):
        raise Unfit(ReasonCode.NOT_A_TABLE)
    return Table(columns, is_old_encoding, text, delimiter, limits)


def _decoded(content: bytes) -> tuple[str, bool]:
    if content.startswith(_UTF16):
        raise Unfit(ReasonCode.WRONG_ENCODING)
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252"), True
    except UnicodeDecodeError:
        raise Unfit(ReasonCode.WRONG_ENCODING) from None


def _problem(cells: list[str], width: int, limits: Limits) -> ReasonCode | None:
    """Why a row can't be used. A row that is too short or too long may have its values under the wrong names."""
    if len(cells) > limits.row_cells or any(len(cell) > limits.cell_chars for cell in cells):
        return ReasonCode.TOO_LARGE
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        return ReasonCode.RAGGED_ROW
    return ReasonCode.CONTROL_CHARACTER if any(_CONTROL.search(cell) for cell in cells) else None
