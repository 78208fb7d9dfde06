"""Attacks by what a partner sends: to fill memory, to leave something in clear, to stop a batch."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.database import reading
from hub.demo.people import HEALTH
from hub.directory.model import Principal
from hub.sharing.disclose import MAX_PAGE_BYTES
from hub.sharing.model import RecordQuery
from hub.syncing.model import RowReport
from tests.hubs import World
from tests.integration.attacks.conftest import Target

_HOSPITAL = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
_BOARDS = "https://fhir.afon-health.example/Id/pas-identifier"
_CHILDS = "AFON000160384"  # the hospital number of the child of the story
_BOARD = Principal(HEALTH.id, f"{HEALTH.id}-system", "smart", "aln-plan", "clinician")


def push(world: World, *observations: tuple[str, str], system: str = "urn:x-attack", number: str = "1") -> RowReport:
    """Push observations (id, value) about one patient, who has this hospital number of this naming system."""
    identifier = {"system": system, "value": number, "type": _HOSPITAL}
    patient = {"resourceType": "Patient", "id": "p", "identifier": [identifier]}
    measured = [
        {
            "resourceType": "Observation",
            "id": name,
            "status": "final",
            "code": {"text": "x"},
            "subject": {"reference": "Patient/p"},
            "valueString": value,
            "effectiveDateTime": "2026-01-01",
        }
        for name, value in observations
    ]
    entries = [{"resource": one} for one in (patient, *measured)]
    content = json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()
    return world.hub.push(_BOARD, "fhir-r4", content)


def _everything_in_clear(world: World, *, table: str, column: str) -> list[str]:
    with reading(world.hub.engine) as connection:
        return list(connection.execute(text(f"SELECT {column} FROM {table}")).scalars())


def test_a_naming_system_that_is_none_is_sealed_away_and_stops_nobody(world: World) -> None:
    systems = ("jane.doe@example.org", "Jane Doe 943 476 5919", "urn:x:" + "y" * 400, "http://a.example/" + "é" * 100)
    for attempt, system in enumerate(systems):
        report = push(world, (f"bad-{attempt}", "1"), system=system)
        assert (report.created, report.quarantined, dict(report.reasons)) == (0, 1, {"naming_system": 1})
    assert not set(systems) & set(_everything_in_clear(world, table="identifier", column="system"))
    assert push(world, ("good", "1")).created == 1


def test_a_page_of_huge_documents_ends_early_and_the_next_goes_on(small_world: World) -> None:
    for number in range(13):
        push(small_world, (f"huge-{number}", "v" * 1_800_000))
    with reading(small_world.hub.engine) as connection:
        largest = text("SELECT handle_id FROM record_version ORDER BY length(envelope) DESC LIMIT 1")
        handle = UUID(connection.execute(largest).scalar_one())
    seen, after, sizes = [], None, []
    while True:
        page = small_world.hub.disclose(_BOARD, handle, RecordQuery(after=after))
        seen += [one.record_id for one in page.records]
        sizes.append(len(json.dumps(page.as_json())))
        after = page.next_after
        if after is None:
            break
    assert len(seen) == len(set(seen)) == 13
    assert len(sizes) > 1
    assert max(sizes) < MAX_PAGE_BYTES + 4 * 1024 * 1024


def test_what_is_held_back_does_not_end_a_page(small_world: World) -> None:
    # A short page would tell that something large is there.
    before = [one.record_id for one in small_world.read().records if one.holder == HEALTH.id]
    for attempt in range(13):
        report = push(small_world, (f"huge-{attempt}", "v" * 1_800_000), system=_BOARDS, number=_CHILDS)
        assert report.created == 1
    own = small_world.hub.disclose(_BOARD, small_world.handle(HEALTH.id), RecordQuery())
    assert own.next_after is not None  # for the board itself the page is full
    page = small_world.read(RecordQuery(limit=200))
    assert {one.record_id for one in page.records if one.holder == HEALTH.id} >= set(before)
    assert page.next_after is None


@pytest.mark.parametrize("line", ["x\n", "x\r"])
def test_millions_of_tiny_rows_are_refused_before_any_is_kept(target: Target, line: str) -> None:
    before = _everything_in_clear(target.world, table="quarantine", column="reason")
    content = "UPN,Name\n" + line * 200_000
    answer = target.ask(
        "/v1/assessments", target.token("assessments:write"), json={"kind": "school-census", "content": content}
    )
    assert answer.status_code == 413
    assert _everything_in_clear(target.world, table="quarantine", column="reason") == before


def test_millions_of_tiny_entries_are_refused_before_any_is_kept(target: Target) -> None:
    before = _everything_in_clear(target.world, table="quarantine", column="reason")
    inner = {"resourceType": "Bundle", "type": "collection", "entry": [1] * 30_000}
    outer = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": inner}, {"resource": inner}]}
    headers = {
        "Authorization": f"Bearer {target.token('assessments:write')}",
        "Content-Type": "application/fhir+json",
    }
    answer = target.app.test_client().post("/v1/assessments", data=json.dumps(outer), headers=headers)
    assert answer.status_code == 413
    assert _everything_in_clear(target.world, table="quarantine", column="reason") == before
