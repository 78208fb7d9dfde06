"""Looking over the parts of an XLSX archive: sizes, what may be in it, formulas, hidden rows and columns."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, TypeAlias, cast
from xml.etree.ElementTree import ParseError  # the exception only; parsing is defusedxml's

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from policies.documents.table import TableRefused

MAX_PARTS = 200
MAX_UNPACKED = 20 * 1024 * 1024
MAX_SHEET_ROWS = 5_000
MAX_SHEET_COLUMNS = 256
MAX_ELEMENTS = 1_000_000

_OLD = b"\xd0\xcf\x11\xe0"
# What a workbook may carry besides its table, and what each is called when it is refused.
_REFUSED_PARTS = (
    (re.compile(r"vbaproject|macrosheets|/vba", re.IGNORECASE), "macros"),
    (re.compile(r"externallink|connections\.xml|querytables|/model/", re.IGNORECASE), "links to other files or data"),
    (re.compile(r"embeddings|activex|ctrlprops|customui|webextension", re.IGNORECASE), "embedded objects"),
)
_READ = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|xl/(?:workbook|sharedStrings|styles)\.xml|xl/_rels/workbook\.xml\.rels"
    r"|xl/worksheets/[^/]+\.xml"
)
_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})", re.ASCII)
_ROW = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
FORMULA = ("a formula", "write the value itself: paste as values")
ERROR = ("a cell that shows an error", "write the value itself")
HIDDEN_ROW = ("a hidden row", "show the row, or remove it")

Faults: TypeAlias = "dict[int, dict[int, tuple[str, str]]]"


@dataclass(frozen=True, slots=True)
class Looked:
    """A new archive of the parts that are read, and the faults of cells by row and column, both from 0."""

    archive: bytes
    faults: Faults


def look_over(content: bytes) -> Looked:
    """The parts that are read, once nothing in the archive is refused.

    Raises:
        TableRefused: for what is no XLSX archive, is too large when unpacked, or carries more than a table.
    """
    if content.startswith(_OLD):
        raise TableRefused("an old or password-protected workbook", remedy="save it as XLSX without a password")
    parts = _unpacked(content)
    walk = _Walk()
    for name, part in parts.items():
        if name.startswith("xl/worksheets/"):
            walk.through(part)
    return Looked(_packed(parts), {row: dict(cells) for row, cells in walk.faults.items()})


def _unpacked(content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = [part.filename for part in archive.infolist()]
            _check(names)
            return _read_all(archive, [name for name in names if _READ.fullmatch(name)])
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, OSError):
        raise TableRefused("not an XLSX workbook", remedy="save it anew as XLSX, or as CSV (UTF-8)") from None


def _check(names: list[str]) -> None:
    if len(names) > MAX_PARTS or len(set(names)) < len(names):
        raise TableRefused("more in the file than a table", remedy="copy the table alone into a new workbook")
    for pattern, what in _REFUSED_PARTS:
        if any(pattern.search(name) for name in names):
            raise TableRefused(f"the workbook has {what}", remedy="copy the table alone into a new workbook")


def _read_all(archive: zipfile.ZipFile, names: list[str]) -> dict[str, bytes]:
    """INVARIANT: never more than the bound is unpacked, whatever the archive says of its sizes."""
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED
    for name in names:
        with archive.open(name) as part:
            parts[name] = part.read(left + 1)
        left -= len(parts[name])
        if left < 0:
            problem = f"the workbook is larger than {MAX_UNPACKED // (1024 * 1024)} MiB when unpacked"
            raise TableRefused(problem, remedy="copy the table alone into a new workbook")
    if "xl/workbook.xml" not in parts:
        raise TableRefused("not an XLSX workbook", remedy="save it anew as XLSX, or as CSV (UTF-8)")
    return parts


def _packed(parts: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return made.getvalue()


@dataclass(slots=True)
class _Walk:
    """One pass over the elements of sheets, counting places as a reader of workbooks does."""

    faults: defaultdict[int, dict[int, tuple[str, str]]] = field(default_factory=lambda: defaultdict(dict))
    row: int = -1
    column: int = -1
    elements: int = 0

    def through(self, part: bytes) -> None:
        self.row = self.column = -1
        try:
            for event, element in iterparse(io.BytesIO(part), events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    self._enter(cast("Any", element))
                else:
                    element.clear()
        except (ParseError, DefusedXmlException, ValueError):
            raise TableRefused("the workbook can't be read", remedy="save it anew as XLSX, or as CSV (UTF-8)") from None

    def _enter(self, element: Any) -> None:
        self.elements += 1
        if self.elements > MAX_ELEMENTS:
            raise TableRefused("more in the sheet than a table", remedy="copy the table alone into a new workbook")
        name = str(element.tag).rpartition("}")[2]
        if name == "row":
            self._row(element)
        elif name == "c":
            self._cell(element)
        elif name == "f":
            self.faults[self.row][self.column] = FORMULA
        elif name == "col" and _is_set(element.get("hidden")):
            raise TableRefused("a hidden column", remedy="show the column, or remove it")

    def _row(self, element: Any) -> None:
        place = _place(element)
        if place is not None and _ROW.fullmatch(place) is None:
            raise _no_place()
        self.row = self.row + 1 if place is None else int(place) - 1
        self.column = -1
        if not 0 <= self.row < MAX_SHEET_ROWS:
            raise TableRefused(f"a row beyond row {MAX_SHEET_ROWS}", remedy="remove what stands below the table")
        if _is_set(element.get("hidden")):
            self.faults[self.row][0] = HIDDEN_ROW

    def _cell(self, element: Any) -> None:
        # A place that is not understood here would be understood otherwise by the reader behind: as a cell far away.
        place = _place(element)
        found = None if place is None else _CELL.fullmatch(place)
        if place is not None and found is None:
            raise _no_place()
        self.column = self.column + 1 if found is None else _number(found[1])
        self.row = self.row if found is None else int(found[2]) - 1
        if not (0 <= self.row < MAX_SHEET_ROWS and self.column < MAX_SHEET_COLUMNS):
            problem = f"a cell beyond row {MAX_SHEET_ROWS} or column {MAX_SHEET_COLUMNS}"
            raise TableRefused(problem, remedy="remove what stands beside and below the table")
        if element.get("t") == "e":
            self.faults[self.row][self.column] = ERROR


def _place(element: Any) -> str | None:
    """What an element says of its place, in whatever namespace; None where it says nothing."""
    for name, value in element.attrib.items():
        if str(name).rpartition("}")[2] == "r":
            return str(value)
    return None


def _no_place() -> TableRefused:
    return TableRefused("a cell or row whose place can't be read", remedy="save it anew as XLSX, or as CSV (UTF-8)")


def _is_set(flag: str | None) -> bool:
    return flag is not None and flag.casefold() in {"1", "true", "on"}


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
