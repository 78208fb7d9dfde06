"""The connector of kind `school-census`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

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
from connectors.school_census.joined import Joined
from connectors.school_census.tables import COLUMNS, KEY, PUPILS, Form, detect
from connectors.tables.cells import day_of, has_formula, number_of, truth_of, whole_of
from connectors.tables.files import TableFile, table_files
from connectors.tables.reading import Row, Table
from connectors.tables.seen import Meeting, Seen

SYSTEM = "school-census/pupil"
"""System of the local number: the extract's own key of a pupil, which follows them from school to school."""

_NEED = re.compile(r"[A-Z]{2,5}", re.ASCII)
_PROVISION = re.compile(r"[A-Z]{1,2}", re.ASCII)
_NO_PROVISION = frozenset({"", "N"})
_SEXES = {"M": "male", "F": "female", "U": "unknown"}


class SchoolCensus:
    """Pupils of a school census; one pupil with their needs is one unit, and so is one pupil who left."""

    kind = "school-census"

    def read(self, source: Source) -> Iterator[Unit]:
        """See `Connector.read`."""
        if isinstance(source, ServerSource):
            raise UnreadableSource("a census is read from files", "give a file, a folder or a ZIP archive")
        files, others = table_files(source, detect)
        yield from others
        joined, seen = Joined(files), Seen()
        yield from joined.read()
        for file in files:
            if file.name in COLUMNS:
                yield from _units(file, joined, seen)


def _units(file: TableFile, joined: Joined, seen: Seen) -> Iterator[Unit]:
    table = file.table()
    for row in table.rows():
        place = f"{file.file.name}:{row.line}"
        try:
            yield _unit(row, file, place, table=table, joined=joined, seen=seen)
        except Unfit as problem:
            yield Rejected(place, problem.reason, table.original(row))


def _unit(row: Row, file: TableFile, place: str, *, table: Table, joined: Joined, seen: Seen) -> Unit:
    if row.problem is not None:
        raise Unfit(row.problem)
    pupil = row.cells[KEY[file.name]]
    if not pupil or len(pupil) > identifiers.LONGEST:
        raise Unfit(ReasonCode.NO_KEY)
    fields = _fields(COLUMNS[file.name], row)
    flags = set(_odd(row, is_old_encoding=table.is_old_encoding))
    if file.name == PUPILS:
        flags |= _put_joined(fields, joined, file.age, pupil)
    reference = _reference(file.name, pupil, fields)
    met = seen.meet(reference, repr(sorted(row.cells.items())), age=file.age)
    if met is Meeting.CONFLICT:
        raise Unfit(ReasonCode.CONFLICTING_REPEAT)
    if met is not Meeting.NEW:
        return Ignored(place, "repeat" if met is Meeting.REPEAT else "earlier term")
    numbers = _identifiers(row)
    flags.update(identifiers.doubts(numbers))
    return Assessment(
        place=place,
        unit_type="pupil" if file.name == PUPILS else "leaver",
        local_number=LocalNumber(SYSTEM, pupil),
        reference=reference,
        fields=fields.values,
        identifiers=numbers,
        demographics=_demographics(row),
        facts=_facts(row),
        flags=(*sorted(flags), *fields.flags),
    )


def _reference(name: str, pupil: str, fields: Fields) -> str:
    """A pupil is one record that changes from term to term; leaving a school is one of its own each time."""
    if name == PUPILS:
        return f"pupil/{pupil}"
    return f"leaver/{pupil}/{fields.values.get('education.school')}/{fields.values.get('education.left_on')}"


def _fields(columns: Mapping[str, tuple[Form, str]], row: Row) -> Fields:
    fields = Fields()
    for column, (form, field_id) in columns.items():
        cell = row.cells.get(column, "")
        match form:
            case Form.TEXT:
                fields.text(field_id, cell)
            case Form.CODE:
                fields.code(field_id, cell)
            case Form.DAY:
                fields.day(field_id, day_of(cell))
            case Form.WHOLE:
                fields.integer(field_id, whole_of(cell))
            case Form.NUMBER:
                fields.decimal(field_id, number_of(cell))
            case Form.TRUTH:
                fields.boolean(field_id, truth_of(cell))
    return fields


def _put_joined(fields: Fields, joined: Joined, term: int, pupil: str) -> set[str]:
    """Needs and exclusions from the other tables; gives a flag where a need's code can't be one."""
    needs = joined.needs(term, pupil)
    fields.codes("education.aln.needs", needs)
    fields.code("education.aln.primary_need", needs[0] if needs else None)
    fields.integer("education.exclusions", joined.exclusions(term, pupil))
    return {"unknown_need_code"} if any(_NEED.fullmatch(code) is None for code in needs) else set()


def _odd(row: Row, *, is_old_encoding: bool) -> Iterator[str]:
    provision = row.cells.get("senprovision", "")
    if provision and _PROVISION.fullmatch(provision) is None:
        yield "unknown_provision_code"
    if has_formula(row.cells):
        yield "formula"
    if is_old_encoding:
        yield "old_encoding"


def _facts(row: Row) -> frozenset[str]:
    """Additional needs: some provision is made. `N` says that none is; a blank says nothing."""
    return frozenset() if row.cells.get("senprovision", "") in _NO_PROVISION else frozenset({"additional_needs"})


def _identifiers(row: Row) -> tuple[Identifier, ...]:
    upn, former, uln = (_number(row, name) for name in ("upn", "formerupn", "uniquelearnernumber"))
    numbers = (
        upn and identifiers.upn(upn),
        former and identifiers.upn(former, former=True),
        uln and identifiers.uln(uln),
    )
    return tuple(number for number in numbers if isinstance(number, Identifier))


def _number(row: Row, name: str) -> str:
    number = row.cells.get(name, "")
    return number if len(number) <= identifiers.LONGEST else ""


def _demographics(row: Row) -> Demographics:
    given = (row.cells.get("forename", ""), row.cells.get("middlenames", ""))
    return Demographics(
        given_names=tuple(name for name in given if name),
        family_name=row.cells.get("surname") or None,
        birth_date=day_of(row.cells.get("dob", "")),
        sex=_SEXES.get(row.cells.get("sex", "")),
    )
