"""Tables as files, made by another program or by somebody who means harm: read as plain text, or refused and told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from hub.steering.table_files import rows_of_file
from hub.steering.xlsx_parts import MAX_UNPACKED
from policies.documents.table import REQUIRED, TableRefused, TableRow, read_rows

HEAD = list(REQUIRED)
ROW = ["row-two", "afon", "bryn", "alnco", "aln-plan", "plan.outcome", "consent", "To help", "I helpu", "6(1)(a)"]
ROW += ["Children Act 2004, section 25", "none", "true", "true", "3 per week", "plan_ends", "false"]


def workbook(path: Path, write: Callable[[Any, Any], None] = lambda _book, _sheet: None) -> Path:
    """A good table, and what a test adds to it."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ROW)
        write(book, sheet)
    return path


def refused(path: Path) -> TableRefused:
    with pytest.raises(TableRefused) as told:
        read_rows(rows_of_file(path))
    assert told.value.remedy
    return told.value


def rows(path: Path) -> tuple[TableRow, ...]:
    return read_rows(rows_of_file(path))


def repacked(path: Path, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None) -> Path:
    """The same workbook with parts changed, left out (None) or added."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            part = change(name, before.read(name))
            if part is not None:
                after.writestr(name, part)
        for name, part in (extra or {}).items():
            after.writestr(name, part)
    path.write_bytes(made.getvalue())
    return path


def in_sheet(old: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    def change(name: str, part: bytes) -> bytes:
        if name != "xl/worksheets/sheet1.xml":
            return part
        assert old in part
        return part.replace(old, new, 1)

    return change


def test_a_workbook_says_what_the_same_csv_says(tmp_path: Path) -> None:
    csv = tmp_path / "table.csv"
    lines = [",".join(f'"{cell}"' for cell in line) for line in (HEAD, ROW)]
    csv.write_text("\ufeff" + "\r\n".join(lines), encoding="utf-8")
    assert rows(workbook(tmp_path / "table.xlsx")) == rows(csv)
    assert rows(csv)[0].faults == ()


def test_numbers_dates_and_flags_of_a_workbook_are_written_as_people_write_them(tmp_path: Path) -> None:
    def write(book: Any, sheet: Any) -> None:
        sheet.write_row(0, len(HEAD), ["age_from", "from_on"])
        sheet.write_row(1, len(HEAD), [3])
        sheet.write_datetime(1, len(HEAD) + 1, date(2027, 2, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_boolean(1, HEAD.index("tell_family"), True)

    (row,) = rows(workbook(tmp_path / "table.xlsx", write))
    assert (row.cells["age_from"], row.cells["from_on"], row.cells["tell_family"]) == ("3", "2027-02-01", "true")


@pytest.mark.parametrize("value", ["health.condition.name", 5, ""])
def test_a_formula_is_seen_behind_the_value_that_it_had(tmp_path: Path, value: object) -> None:
    def write(_book: Any, sheet: Any) -> None:
        sheet.write_formula(1, HEAD.index("why_en"), '=WEBSERVICE("https://evil.example/")', None, value)
        sheet.write_row(2, 0, ["row-three", *ROW[1:]])

    bad, good = rows(workbook(tmp_path / "table.xlsx", write))
    assert [(fault.column, fault.problem) for fault in bad.faults] == [("why_en", "a formula")]
    assert (bad.number, good.faults) == (2, ())


def test_a_formula_in_a_cell_without_an_address_is_seen_too(tmp_path: Path) -> None:
    """Addresses of cells may be left out; then a reader counts, and so must whoever looks for formulas."""
    path = workbook(tmp_path / "table.xlsx", lambda _b, sheet: sheet.write_formula(1, 7, "=1+1", None, "To help"))

    def change(name: str, part: bytes) -> bytes:
        return part.replace(b' r="H2"', b"") if name == "xl/worksheets/sheet1.xml" else part

    (row,) = rows(repacked(path, change))
    assert [(fault.column, fault.problem) for fault in row.faults] == [("why_en", "a formula")]


def test_a_cell_that_shows_an_error_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "table.xlsx", lambda _b, sheet: sheet.write_number(1, 7, 4))
    (row,) = rows(repacked(path, in_sheet(b'<c r="H2"><v>4</v>', b'<c r="H2" t="e"><v>#REF!</v>')))
    assert [(fault.column, fault.problem) for fault in row.faults] == [("why_en", "a cell that shows an error")]


def test_text_that_a_spreadsheet_takes_for_a_formula_is_told(tmp_path: Path) -> None:
    path = workbook(tmp_path / "table.xlsx", lambda _b, sheet: sheet.write_string(1, 7, "=1+1"))
    assert [fault.column for fault in rows(path)[0].faults] == ["why_en"]


def test_a_hidden_row_is_told_and_a_hidden_column_or_sheet_refuses_the_file(tmp_path: Path) -> None:
    (row,) = rows(workbook(tmp_path / "a.xlsx", lambda _b, sheet: sheet.set_row(1, None, None, {"hidden": True})))
    assert [fault.problem for fault in row.faults] == ["a hidden row"]
    hidden = workbook(tmp_path / "b.xlsx", lambda _b, sheet: sheet.set_column(3, 3, None, None, {"hidden": True}))
    assert refused(hidden).problem == "a hidden column"
    sheets = workbook(tmp_path / "c.xlsx", lambda book, _s: book.add_worksheet("kept back").hide())
    assert refused(sheets).problem == "a hidden sheet"
    very = workbook(tmp_path / "d.xlsx", lambda book, _s: book.add_worksheet("kept back").very_hidden())
    assert refused(very).problem == "a hidden sheet"
    assert "2 sheets" in refused(workbook(tmp_path / "e.xlsx", lambda book, _s: book.add_worksheet())).problem


def test_merged_cells_are_refused_with_their_row(tmp_path: Path) -> None:
    told = refused(workbook(tmp_path / "a.xlsx", lambda _b, sheet: sheet.merge_range(4, 0, 5, 2, "one")))
    assert (told.problem, told.line) == ("merged cells", 5)


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/macrosheets/sheet1.xml", "macros"),
        ("xl/externalLinks/externalLink1.xml", "links to other files"),
        ("xl/connections.xml", "links to other files"),
        ("xl/queryTables/queryTable1.xml", "links to other files"),
        ("xl/embeddings/oleObject1.bin", "embedded objects"),
        ("xl/activeX/activeX1.xml", "embedded objects"),
    ],
)
def test_a_workbook_that_carries_more_than_a_table_is_refused(tmp_path: Path, part: str, problem: str) -> None:
    path = repacked(workbook(tmp_path / "a.xlsx"), lambda _name, content: content, {part: b"x"})
    assert problem in refused(path).problem


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    bomb = {"xl/worksheets/sheet2.xml": b"<worksheet>" + b" " * (MAX_UNPACKED * 3) + b"</worksheet>"}
    path = repacked(workbook(tmp_path / "a.xlsx"), lambda _name, content: content, bomb)
    assert path.stat().st_size < 1_000_000
    assert "when unpacked" in refused(path).problem


def test_an_archive_that_lies_of_its_sizes_is_refused(tmp_path: Path) -> None:
    """Two entries of one name: the one that is looked over and the one that is read would differ."""
    path = workbook(tmp_path / "a.xlsx")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"<worksheet/>")
    assert "more in the file than a table" in refused(path).problem


def test_entities_and_broken_markup_are_refused(tmp_path: Path) -> None:
    for at, planted in enumerate(
        (b'<!DOCTYPE x [<!ENTITY a "b">]><worksheet', b"<worksheet><broken", b"\x00<worksheet")
    ):
        path = workbook(tmp_path / f"{at}.xlsx")
        assert "can't be read" in refused(repacked(path, in_sheet(b"<worksheet", planted))).problem


def test_a_cell_at_the_far_end_of_a_sheet_does_not_fill_the_memory(tmp_path: Path) -> None:
    far = workbook(tmp_path / "a.xlsx", lambda _b, sheet: sheet.write_string(1_048_575, 16_383, "x"))
    assert "beyond" in refused(far).problem
    wide = workbook(tmp_path / "b.xlsx", lambda _b, sheet: sheet.write_string(3, 16_383, "x"))
    assert "beyond" in refused(wide).problem


@pytest.mark.parametrize("place", ["A99999999999999999999", "xfd1048576", "zzz4999", "A0", "$A$2", "", "A٢"])
def test_a_place_that_the_reader_behind_would_understand_otherwise_is_refused(tmp_path: Path, place: str) -> None:
    """A place that is unreadable here was taken for a cell far away there, and filled the memory."""
    path = workbook(tmp_path / "table.xlsx")
    told = refused(repacked(path, in_sheet(b' r="A2"', f' r="{place}"'.encode())))
    assert "place can't be read" in told.problem


@pytest.mark.parametrize("place", ["٢", "-1", "99999999999999999999", " 2"])
def test_a_row_whose_place_cannot_be_read_is_refused(tmp_path: Path, place: str) -> None:
    path = workbook(tmp_path / "table.xlsx")
    told = refused(repacked(path, in_sheet(b'<row r="1"', f'<row r="{place}"'.encode())))
    assert "place can't be read" in told.problem


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_file_of_fifty_megabytes_is_not_read_to_its_end(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"huge{suffix}"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    assert "larger than" in refused(path).problem


@pytest.mark.parametrize(
    ("name", "content", "problem", "line"),
    [
        ("a.csv", ",".join(HEAD).encode("utf-16"), "UTF-16", 1),
        ("a.csv", (",".join(HEAD) + "\n").encode() + b"caf\xe9", "not UTF-8", 2),
        ("a.csv", (",".join(HEAD) + "\na\x00b").encode(), "not text", 2),
        ("a.csv", (",".join(HEAD) + '\n"a"b,c').encode(), "not CSV", 2),
        ("a.csv", (",".join(HEAD) + '\n"never closed').encode(), "not CSV", 2),
        ("a.csv", (",".join(HEAD) + "\n" + "x" * 200_000).encode(), "not CSV", 2),
        ("a.csv", b"", "empty", 0),
        ("a.xlsx", b"", "not an XLSX", 0),
        ("a.xlsx", b"PK\x03\x04" + b"\x00" * 100, "not an XLSX", 0),
        ("a.xlsx", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "password-protected", 0),
        ("a.ods", b"PK", "neither a .csv nor a .xlsx", 0),
    ],
)
def test_what_is_no_table_is_refused_with_its_line(
    tmp_path: Path, name: str, content: bytes, problem: str, line: int
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    told = refused(path)
    assert (problem in told.problem, told.line) == (True, line), told.problem


def test_a_workbook_of_which_a_part_is_missing_is_refused(tmp_path: Path) -> None:
    for at, missing in enumerate(("xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/_rels/workbook.xml.rels")):
        path = workbook(tmp_path / f"{at}.xlsx")
        told = refused(repacked(path, lambda name, part, gone=missing: None if name == gone else part))
        assert "XLSX" in told.remedy
