"""Units per second through `run_sync`, for each kind of connector, against the connector reading alone."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from connectors.base import source_at
from connectors.registry import connector
from hub.demo.partnership import source_of
from hub.demo.people import KIND_OF
from hub.syncing.model import RowReport
from hub.syncing.run_sync import run_sync
from tests.bench.homes import Home, home, scratch
from tests.bench.measure import Figure, ratio_of, seconds
from tests.bench.sizes import Sizes
from tests.conftest import ROOT

_AIM = 2_000


@dataclass(slots=True)
class _Taken:
    read_alone: list[float]
    first: list[float]
    again: list[float]
    report: RowReport | None = None


def run(sizes: Sizes, databases: Sequence[str]) -> Iterator[Figure]:
    """A bounded part of the real input, where it is; the demo's own small sources otherwise."""
    with scratch() as folder:
        sources = _sources(folder, sizes)
        for database in databases:
            taken = {kind: _Taken([], [], []) for kind in sources}
            for _ in range(sizes.ingest_rounds):
                with home(database) as fresh:
                    for kind, path in sources.items():
                        _once(fresh, kind, path, taken[kind])
            for kind, one in taken.items():
                yield from _figures(database, kind, one)


def _once(fresh: Home, kind: str, path: Path, taken: _Taken) -> None:
    agency = next(agency for agency, its in KIND_OF.items() if its == kind)
    source = source_at(str(path))
    reports: list[RowReport] = []

    def bring() -> None:
        reports.append(run_sync(fresh.hub.syncing, agency_id=agency, kind=kind, source=source, name="bench"))

    fresh.hub.keys.keyrings.get(agency)  # scrypt, once in the life of a process
    taken.read_alone.append(seconds(lambda: sum(1 for _ in connector(kind).read(source))))
    taken.first.append(seconds(bring))
    taken.again.append(seconds(bring))
    taken.report = reports[0]
    if reports[1].created or reports[1].updated:
        raise ValueError("the same source again changed something")


def _figures(database: str, kind: str, taken: _Taken) -> Iterator[Figure]:
    report = taken.report
    if report is None:
        return
    first = [report.read / one for one in taken.first]
    alone = [report.read / one for one in taken.read_alone]
    created = median([report.created / one for one in taken.first])
    is_fhir = kind == "fhir-r4"
    yield Figure(
        "ingest",
        f"{kind}: {report.read:,} units read, {report.created:,} stored",
        database,
        median(first),
        "units/s",
        "reading alone",
        ratio_of(first, alone),
    )
    yield Figure(
        "ingest",
        f"{kind}: records stored",
        database,
        created,
        "records/s",
        aim=f">= {_AIM:,} records/s" if is_fhir else "",
        is_met=created >= _AIM if is_fhir else None,
    )
    yield Figure(
        "ingest",
        f"{kind}: the same again, all unchanged",
        database,
        median([report.read / one for one in taken.again]),
        "units/s",
    )
    yield Figure("ingest", f"{kind}: reading alone", database, median(alone), "units/s")


def _sources(folder: Path, sizes: Sizes) -> dict[str, Path]:
    shared = Path(os.environ.get("DOLEN_SHARED", ROOT.parent / "shared")) / "data"
    if sizes.ingest_rows is None or not shared.is_dir():
        return {kind: source_of(kind) for kind in KIND_OF.values()}
    return {
        "fhir-r4": _synthea(shared, folder / "fhir", sizes.synthea_files),
        "school-census": _census(shared, folder / "census", sizes.ingest_rows),
        "ssda903": _ssda903(shared, folder / "ssda903", sizes.ingest_rows),
    }


def _synthea(shared: Path, to: Path, count: int) -> Path:
    to.mkdir()
    for path in sorted((shared / "health" / "synthea-r4-children").glob("*.json"))[:count]:
        shutil.copyfile(path, to / path.name)
    return to


def _census(shared: Path, to: Path, most: int) -> Path:
    """The first pupils on roll, and the needs of these."""
    to.mkdir()
    of = shared / "education" / "school-census"
    pupils = _rows(of / "2025_spring_pupilonroll.csv")[: most + 1]
    needs = _rows(of / "2025_spring_senneeds.csv")
    kept = {row[0] for row in pupils}
    _write(to / "2025_spring_pupilonroll.csv", pupils)
    _write(to / "2025_spring_senneeds.csv", [row for place, row in enumerate(needs) if place == 0 or row[0] in kept])
    return to


def _ssda903(shared: Path, to: Path, most: int) -> Path:
    to.mkdir()
    for name in ("header.csv", "episodes.csv", "reviews.csv", "oc2.csv"):
        _write(to / name, _rows(shared / "social_care" / "ssda903" / name)[: most + 1])
    return to


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def _write(path: Path, rows: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
