"""CSV (RFC 4180) as it is really sent: with byte-order marks, old encodings, ragged rows; within bounds."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.limits import Limits
from connectors.reasons import ReasonCode, Unfit

if TYPE_CHECKING:
    from _csv import Reader

_DELIMITERS = ",;\t|"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_OLD = "cp1252"
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
    encoding: str
    _content: bytes = field(repr=False)
    _delimiter: str
    _limits: Limits

    @property
    def is_old_encoding(self) -> bool:
        """Whether the file is not UTF-8 and is read as Windows-1252."""
        return self.encoding == _OLD

    def rows(self) -> Iterator[Row]:
        """Every row below the header; rows without any content are no rows."""
        reader = _reader(self._content, self.encoding, self._delimiter)
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
    encoding = _encoding(content)
    first_line = content[: limits.cell_chars].split(b"\n", 1)[0]
    delimiter = max(_DELIMITERS, key=lambda sign: first_line.count(sign.encode()))
    try:
        names = next(_reader(content, encoding, delimiter), [])
    except csv.Error:
        raise Unfit(ReasonCode.NOT_A_TABLE) from None
    columns = tuple(name.strip().lower() for name in names)
    named = [name for name in columns if name]
    if not named or len(columns) > limits.row_cells or len(set(named)) < len(named) or _CONTROL.search("".join(named)):
        raise Unfit(ReasonCode.NOT_A_TABLE)
    return Table(columns, encoding, content, delimiter, limits)


def _reader(content: bytes, encoding: str, delimiter: str) -> Reader:
    """Rows of `content`, decoded piece by piece: a large table is not held twice."""
    return csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline=""), delimiter=delimiter)


def _encoding(content: bytes) -> str:
    """The encoding in which all of `content` can be read."""
    for encoding in () if content.startswith(_UTF16) else ("utf-8-sig", _OLD):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise Unfit(ReasonCode.WRONG_ENCODING)


def _problem(cells: list[str], width: int, limits: Limits) -> ReasonCode | None:
    """Why a row can't be used. A row that is too short or too long may have its values under the wrong names."""
    if len(cells) > limits.row_cells or any(len(cell) > limits.cell_chars for cell in cells):
        return ReasonCode.TOO_LARGE
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        return ReasonCode.RAGGED_ROW
    return ReasonCode.CONTROL_CHARACTER if any(_CONTROL.search(cell) for cell in cells) else None
