"""The connector of kind `ssda903`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors import identifiers
from connectors.base import (
    Assessment,
    Demographics,
    Identifier,
    Ignored,
    LocalNumber,
    Rejected,
    ServerSource,
    Source,
    Unit,
    UnreadableSource,
)
from connectors.fields import Fields
from connectors.reasons import ReasonCode, Unfit
from connectors.ssda903.births import Births
from connectors.ssda903.tables import TABLES, Form, ReturnTable, detect
from connectors.tables.cells import day_of, has_formula, whole_of
from connectors.tables.files import TableFile, table_files
from connectors.tables.reading import Row, Table
from connectors.tables.seen import Meeting, Seen

SYSTEM = "ssda903/child"
"""System of the local number: the authority's own CHILD number."""

_CODE = re.compile(r"[A-Z0-9]{1,8}", re.ASCII)
_SEXES = {"1": "male", "2": "female", "m": "male", "f": "female", "u": "unknown"}
_HIGHEST_SDQ = 40


class Ssda903:
    """Looked-after children by the tables of their return; one row of a table is one unit."""

    kind = "ssda903"

    def read(self, source: Source) -> Iterator[Unit]:
        """See `Connector.read`."""
        if isinstance(source, ServerSource):
            raise UnreadableSource("a return is read from files", "give a file, a folder or a ZIP archive")
        files, others = table_files(source, detect)
        yield from others
        births, seen = Births(files), Seen()
        for file in files:
            table = file.table()
            for row in table.rows():
                place = f"{file.file.name}:{row.line}"
                try:
                    yield _unit(row, file, place, births=births, seen=seen, flags=_flags_of(table, file))
                except Unfit as problem:
                    yield Rejected(place, problem.reason, table.original(row))


def _unit(row: Row, file: TableFile, place: str, *, births: Births, seen: Seen, flags: tuple[str, ...]) -> Unit:
    if row.problem is not None:
        raise Unfit(row.problem)
    table, child = TABLES[file.name], row.cells.get("child", "")
    if not child or len(child) > identifiers.LONGEST:
        raise Unfit(ReasonCode.NO_KEY)
    births.check(child, day_of(row.cells.get("dob", "")))
    reference = _reference(table, child, row, file.age)
    fields, odd = _fields(table, row)
    met = seen.meet(reference, repr(sorted(row.cells.items())), age=file.age)
    if met is Meeting.CONFLICT:
        raise Unfit(ReasonCode.CONFLICTING_REPEAT)
    if met is not Meeting.NEW:
        return Ignored(place, "repeat" if met is Meeting.REPEAT else "earlier return")
    numbers = _identifiers(row)
    return Assessment(
        place=place,
        unit_type=table.name,
        local_number=LocalNumber(SYSTEM, child),
        reference=reference,
        fields=fields.values,
        identifiers=numbers,
        demographics=Demographics(
            birth_date=births.of(child), sex=_SEXES.get(row.cells.get("sex", "").lower().removesuffix(".0"))
        ),
        assessed_on=None if table.held_on is None else day_of(row.cells.get(table.held_on, "")),
        facts=table.facts,
        flags=(*flags, *odd, *fields.flags, *identifiers.doubts(numbers)),
    )


def _flags_of(table: Table, file: TableFile) -> tuple[str, ...]:
    """What is odd about the whole file, said with each of its rows."""
    unknown = frozenset(name for name in table.columns if name) - TABLES[file.name].known
    return (("old_encoding",) if table.is_old_encoding else ()) + (("unknown_column",) if unknown else ())


def _reference(table: ReturnTable, child: str, row: Row, age: int) -> str:
    """Name of the row for ever: table, child and the day that keys it, or the year for what each year says anew."""
    keys = [day_of(row.cells.get(key, "")) for key in table.keys]
    if None in keys:
        raise Unfit(ReasonCode.NO_KEY)
    year = [str(age // 10)] if table.is_yearly and age else []
    return "/".join([table.name, child, *year, *(key for key in keys if key is not None)])


def _fields(table: ReturnTable, row: Row) -> tuple[Fields, tuple[str, ...]]:
    """Fields of the row, and flags on codes that can't be codes."""
    fields, odd = Fields(), set[str]()
    for column, (form, field_id) in table.columns.items():
        cell = row.cells.get(column, "")
        if form is Form.CODE:
            cell = cell.removesuffix(".0")
            if cell and _CODE.fullmatch(cell) is None:
                odd.add("unknown_code")
        _put(fields, form, field_id, cell)
    if table.document is not None:
        field_id, columns = table.document
        details = {name: row.cells[name] for name in columns.split() if row.cells.get(name)}
        if details:
            fields.document(field_id, dict(details))
    if not 0 <= (whole_of(row.cells.get("sdq_score", "")) or 0) <= _HIGHEST_SDQ:
        odd.add("sdq_score_out_of_range")
    if has_formula(row.cells):
        odd.add("formula")
    return fields, tuple(sorted(odd))


def _put(fields: Fields, form: Form, field_id: str, cell: str) -> None:
    match form:
        case Form.TEXT:
            fields.text(field_id, cell)
        case Form.CODE:
            fields.code(field_id, cell)
        case Form.DAY:
            fields.day(field_id, day_of(cell))
        case Form.WHOLE:
            fields.integer(field_id, whole_of(cell))
        case Form.LOOSE_DAY:
            fields.day(field_id, _loose_day(cell))


def _loose_day(cell: str) -> str | None:
    """A date, or as much of one as is known: `xx/03/2001` is March 2001, `zz/zz/zzzz` nothing at all."""
    lowered = cell.lower()
    match = re.fullmatch(r"(?:xx/)?(xx|[0-9]{2})/([0-9]{4})", lowered)
    if match is not None:
        return match[2] if match[1] == "xx" else f"{match[2]}-{match[1]}"
    return None if not cell or set(lowered) <= set("zx/") else day_of(cell)


def _identifiers(row: Row) -> tuple[Identifier, ...]:
    """The UPN as it came; `UN1` to `UN7` say why there is none."""
    number = row.cells.get("upn", "")
    if not 0 < len(number) <= identifiers.LONGEST or re.fullmatch(r"UN[0-9]", number.upper()) is not None:
        return ()
    return (identifiers.upn(number),)
