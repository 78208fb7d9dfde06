"""Running one connector for one holder: every unit is read once and ends in exactly one of six counts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice

from connectors.base import Assessment, Ignored, Rejected, Source, Unit
from connectors.registry import connector
from hub.database import new_id, reading, unit_of_work
from hub.directory.errors import NoDutyPerson
from hub.directory.queries import parties
from hub.notices.model import DUTY, NewNotice, NoticeKind
from hub.notices.write import write_notices
from hub.records.model import Outcome
from hub.sealing.model import agency_key
from hub.syncing import queries
from hub.syncing.dry_run import Seen, foresee
from hub.syncing.errors import NothingAdmitted, UnknownAgency
from hub.syncing.model import RowReport
from hub.syncing.place import Run, Syncing, place
from policies.model import Condition
from policies.snapshot import Snapshot
from policies.values import ValueRefused, check_value

Progress = Callable[[int], None]
"""Called with the number of units read so far."""

# The one thing of an identifier that is kept in clear, so it must look like an address or a word and fit its column:
# a source may write anything there, a name or another number too.
NAMING_SYSTEM = re.compile(r"[A-Za-z](?:[!-?A-~]{0,198}[!-?A-~])?")

_CONDITIONS = {condition.value: condition for condition in Condition}


@dataclass(slots=True)
class _Sorted:
    """One batch by what is to become of its units."""

    good: list[Assessment] = field(default_factory=list)
    bad: list[tuple[str, Assessment | Rejected]] = field(default_factory=list)


def run_sync(
    room: Syncing,
    *,
    agency_id: str,
    kind: str,
    source: Source,
    name: str,
    is_dry_run: bool = False,
    is_push: bool = False,
    admitting: Snapshot | None = None,
    progress: Progress = lambda _count: None,
) -> RowReport:
    """Bring what `source` holds into the records of `agency_id`, and say what became of every unit.

    `name` is how the report calls the source. `admitting` tries another admission rule, in a dry run only. The same
    source again changes nothing. A run that dies half-way leaves whole batches; running it again finishes it.

    Raises:
        UnknownAgency, NoDutyPerson: nobody to bring records for, or to be accountable for them; nothing was read.
        NothingAdmitted: no protocol in force says who belongs with this holder; nothing was read.
        UnreadableSource: the source as a whole cannot be read; batches stored before that are kept.
        BatchNotStored: other writers were in the way again and again; earlier batches are kept.
    """
    if admitting is not None and not is_dry_run:
        raise ValueError("another admission rule is for dry runs")
    snapshot = _checked(room, agency_id) if admitting is None else admitting
    report = RowReport(kind=kind, source=name, is_dry_run=is_dry_run)
    run = Run(id=new_id(), agency_id=agency_id, kind=kind)
    if is_dry_run:
        _foresee_all(room, run, connector(kind).read(source), snapshot=snapshot, report=report, progress=progress)
        return report
    room.keys.ensure([agency_key(agency_id)])
    with unit_of_work(room.engine) as connection:
        queries.begin_run(connection, agency_id=agency_id, run_id=run.id, kind=kind, is_push=is_push, at=room.clock())
    try:
        _place_all(room, run, connector(kind).read(source), snapshot=snapshot, report=report, progress=progress)
    finally:
        _finish(room, run, report)
    return report


def _checked(room: Syncing, agency_id: str) -> Snapshot:
    at = room.clock()
    with reading(room.engine) as connection:
        agency = parties.agency_by_id(connection, agency_id)
        snapshot = room.book.snapshot(connection)
    if agency is None or not agency.is_active:
        raise UnknownAgency(agency_id)
    if agency.duty_person_id is None:
        raise NoDutyPerson(agency_id)
    if not snapshot.admits(agency_id, frozenset(Condition), at=at):
        raise NothingAdmitted(agency_id)
    return snapshot


def _place_all(
    room: Syncing, run: Run, units: Iterator[Unit], *, snapshot: Snapshot, report: RowReport, progress: Progress
) -> None:
    while batch := list(islice(units, room.batch_size)):
        sorted_ = _sort(room, run.agency_id, batch, snapshot=snapshot, report=report)
        if sorted_.good or sorted_.bad:
            _count(report, place(room, run, sorted_.good, sorted_.bad))
        for reason, _ in sorted_.bad:
            report.quarantine(reason)
        progress(report.read)


def _foresee_all(
    room: Syncing, run: Run, units: Iterator[Unit], *, snapshot: Snapshot, report: RowReport, progress: Progress
) -> None:
    seen = Seen()
    while batch := list(islice(units, room.batch_size)):
        sorted_ = _sort(room, run.agency_id, batch, snapshot=snapshot, report=report)
        _count(report, foresee(room, run, sorted_.good, seen) if sorted_.good else [])
        for reason, _ in sorted_.bad:
            report.quarantine(reason)
        progress(report.read)


def _sort(room: Syncing, agency_id: str, batch: list[Unit], *, snapshot: Snapshot, report: RowReport) -> _Sorted:
    """Count what is ignored and out of scope (and keep nothing of it); part the rest into good and bad."""
    sorted_ = _Sorted()
    at = room.clock()
    for unit in batch:
        if isinstance(unit, Ignored):
            report.ignore(unit.unit_type)
        elif isinstance(unit, Rejected):
            sorted_.bad.append((unit.reason.value, unit))
        elif not snapshot.admits(agency_id, _conditions(unit), at=at):
            report.out_of_scope += 1
        elif (fault := _fault_of(room, unit)) is not None:
            sorted_.bad.append((fault, unit))
        else:
            report.flags.update(unit.flags)
            sorted_.good.append(unit)
    return sorted_


def _conditions(unit: Assessment) -> frozenset[Condition]:
    return frozenset(_CONDITIONS[fact] for fact in unit.facts if fact in _CONDITIONS)


def _fault_of(room: Syncing, unit: Assessment) -> str | None:
    """Why this unit cannot be placed, as a code without a value; None when it can."""
    if unit.local_number is None:
        return "no_local_number"
    systems = [unit.local_number.system, *(one.system for one in unit.identifiers if one.system is not None)]
    if not all(NAMING_SYSTEM.fullmatch(system) for system in systems):
        return "naming_system"
    for field_id, value in unit.fields.items():
        known = room.book.catalogue.by_id.get(field_id)
        if known is None:
            return "unknown_field"
        try:
            check_value(known, value)
        except ValueRefused as refused:
            return f"value_{refused.code}"
    return None


def _count(report: RowReport, outcomes: list[Outcome]) -> None:
    report.created += outcomes.count(Outcome.CREATED)
    report.updated += outcomes.count(Outcome.UPDATED)
    report.unchanged += outcomes.count(Outcome.UNCHANGED)


def _finish(room: Syncing, run: Run, report: RowReport) -> None:
    at = room.clock()
    with unit_of_work(room.engine) as connection:
        queries.finish_run(connection, agency_id=run.agency_id, run_id=run.id, report=report.to_store(), at=at)
        if run.brought:
            told = NewNotice(NoticeKind.RECORDS_BROUGHT, run.id, DUTY, agency_id=run.agency_id)
            write_notices(connection, [told], at=at)
