"""The connector `fhir-r4` against a FHIR server that nobody here wrote."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.base import Assessment, LocalNumber, ServerSource, Unit, source_at
from connectors.registry import connector
from tests.conftest import unavailable
from tests.integration.connectors import sekmet

CARRIED = {
    "Observation",
    "Condition",
    "DiagnosticReport",
    "CarePlan",
    "QuestionnaireResponse",
    "ClinicalImpression",
    "Goal",
}


@pytest.fixture(scope="module")
def bundles(shared: Path) -> list[Path]:
    """Transaction Bundles of ten Synthea children."""
    return sorted((shared / "data" / "health" / "synthea-r4-children").glob("*.json"))


@pytest.fixture(scope="module")
def server(bundles: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server that holds the ten children."""
    if not sekmet.PROGRAM.is_file():
        unavailable("sekmet-fhir in .venv/peers (requirements-peers.lock)")
    with sekmet.running(tmp_path_factory.mktemp("sekmet")) as base:
        for bundle in bundles:
            sekmet.load(base, bundle)
        yield base


def _sent(bundles: list[Path]) -> Counter[str]:
    """How many resources of each carried type were sent, counted without the connector."""
    entries = [entry for bundle in bundles for entry in json.loads(bundle.read_bytes())["entry"]]
    return Counter(kind for entry in entries if (kind := entry["resource"]["resourceType"]) in CARRIED)


def _read(source: str) -> list[Unit]:
    return list(connector("fhir-r4").read(source_at(source)))


def test_every_assessment_that_was_sent_comes_back_once(server: str, bundles: list[Path]) -> None:
    units = _read(server)
    found = [unit for unit in units if isinstance(unit, Assessment)]
    assert len(found) == len(units)
    assert Counter(unit.unit_type for unit in found) == _sent(bundles)
    assert len(found) == 743
    assert len({unit.reference for unit in found}) == len(found)


def test_the_search_took_several_pages(server: str) -> None:
    pages = {unit.place.split("#")[0] for unit in _read(server) if unit.place.startswith("Observation?")}
    assert len(pages) > 1


def test_a_child_has_the_same_number_from_the_server_as_from_the_file(server: str, bundles: list[Path]) -> None:
    by_file: Counter[LocalNumber | None] = Counter()
    for bundle in bundles:
        units = _read(str(bundle))
        by_file.update(unit.local_number for unit in units if isinstance(unit, Assessment))
    by_server = Counter(unit.local_number for unit in _read(server) if isinstance(unit, Assessment))
    assert by_server == by_file
    assert None not in by_file


def test_values_of_the_server_are_those_of_the_file(server: str, bundles: list[Path]) -> None:
    def heights(source: str) -> Counter[str]:
        units = [unit for unit in _read(source) if isinstance(unit, Assessment)]
        return Counter(
            str(unit.fields["health.growth.height"]) for unit in units if "health.growth.height" in unit.fields
        )

    by_file = sum((heights(str(bundle)) for bundle in bundles), Counter[str]())
    assert heights(server) == by_file
    assert by_file


def test_a_second_reading_gives_the_same(server: str) -> None:
    assert _read(server) == _read(server)


def test_absolute_references_lead_to_the_same_children(bundles: list[Path], tmp_path: Path, server: str) -> None:
    with sekmet.running(tmp_path, absolute_references=True) as base:
        sekmet.load(base, bundles[1])
        found = [unit for unit in connector("fhir-r4").read(ServerSource(base)) if isinstance(unit, Assessment)]
    assert {unit.local_number for unit in found} == {
        unit.local_number for unit in _read(str(bundles[1])) if isinstance(unit, Assessment)
    }
    assert len(found) == sum(_sent([bundles[1]]).values())
