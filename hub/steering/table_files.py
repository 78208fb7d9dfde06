"""Tables that partners send, CSV or XLSX, as rows of plain text. Nothing in them is ever run, followed or trusted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from hub.steering.xlsx import xlsx_rows
from policies.documents.table import MAX_CELL, GridRow, TableRefused

MAX_CSV_BYTES = 2 * 1024 * 1024
MAX_XLSX_BYTES = 5 * 1024 * 1024


def rows_of_file(path: Path) -> list[GridRow]:
    """The rows of the one table in this file.

    Raises:
        TableRefused: with the line or row, for a file that is not such a table.
    """
    kind = path.suffix.casefold()
    if kind == ".csv":
        return list(_csv_rows(_bytes_of(path, MAX_CSV_BYTES)))
    if kind == ".xlsx":
        return list(xlsx_rows(_bytes_of(path, MAX_XLSX_BYTES)))
    raise TableRefused("neither a .csv nor a .xlsx file", remedy="save the table as CSV (UTF-8) or as XLSX")


def _bytes_of(path: Path, most: int) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError:
        raise TableRefused("the file can't be read", remedy="check that it is there, and who may read it") from None
    if len(content) > most:
        problem = f"the file is larger than {most // (1024 * 1024)} MiB"
        raise TableRefused(problem, remedy="keep the table alone in the file, or split it")
    return content


def _csv_rows(content: bytes) -> Iterator[GridRow]:
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    number = 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:
            problem = f"not CSV, or a cell of more than {MAX_CELL} characters"
            remedy = "put text with commas or quotes into double quotes, and a quote inside it twice"
            raise TableRefused(problem, remedy=remedy, line=reader.line_num) from None
        if cells is None:
            return
        number += 1
        yield GridRow(number, cells, {})


def _text(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise TableRefused("the file is UTF-16", remedy="save it as CSV UTF-8", line=1)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableRefused("the file is not UTF-8 text", remedy="save it as CSV UTF-8", line=line) from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise TableRefused("the file is not text", remedy="save it as CSV UTF-8", line=line)
    return text
