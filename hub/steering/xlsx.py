"""An XLSX workbook as rows of plain text: one visible sheet of plain values, or it is refused.

The reader of workbooks (calamine) gives the value that a formula had when the file was saved, and knows nothing of
columns that are hidden. So the parts are looked over first (`hub.steering.xlsx_parts`), and the reader is handed those
very parts in a new archive: what was looked over is what is read.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import TypeAlias

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from hub.steering.xlsx_parts import Looked, look_over
from policies.documents.table import GridRow, TableRefused

Value: TypeAlias = "int | float | str | bool | time | date | datetime | timedelta"


def xlsx_rows(content: bytes) -> Iterator[GridRow]:
    """The rows of the one sheet, with the faults of cells that hold a formula or an error, or are out of sight.

    Raises:
        TableRefused: for whatever is not a workbook with one visible sheet of plain cells.
    """
    looked = look_over(content)
    sheet = _sheet(looked)
    for at, cells in enumerate(sheet.to_python(skip_empty_area=False)):
        faults = looked.faults.get(at, {})
        width = max([len(cells), *(column + 1 for column in faults)])
        texts = [*(_text(cell) for cell in cells), *([""] * (width - len(cells)))]
        yield GridRow(at + 1, texts, faults)


def _sheet(looked: Looked) -> CalamineSheet:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(looked.archive))
        sheets = workbook.sheets_metadata
        if any(one.visible is not SheetVisibleEnum.Visible for one in sheets):
            raise TableRefused("a hidden sheet", remedy="remove it, or put its rows where they are seen")
        if len(sheets) != 1 or sheets[0].typ is not SheetTypeEnum.WorkSheet:
            raise TableRefused(f"{len(sheets)} sheets, or one that is no table", remedy="keep one sheet, the table")
        sheet = workbook.get_sheet_by_index(0)
        merged = sheet.merged_cell_ranges
    except CalamineError:
        raise TableRefused("the workbook can't be read", remedy="save it anew as XLSX, or as CSV (UTF-8)") from None
    if merged:
        row = merged[0][0][0] + 1
        raise TableRefused("merged cells", remedy="unmerge them, and fill in each row", line=row)
    return sheet


def _text(value: Value) -> str:
    """The cell as its author would write it in a CSV file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
