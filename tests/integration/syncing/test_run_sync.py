"""A connector's run: each unit in one count, the same again changes nothing, the bad and the foreign are kept apart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from connectors.base import UnreadableSource, source_at
from consent.tables import ledger_outbox
from hub.database import reading, unit_of_work
from hub.demo.clear_text import patterns, search
from hub.demo.partnership import DATA, SAMPLE, bring_all
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from hub.directory.errors import NoDutyPerson
from hub.directory.model import Agency, Principal, Sector
from hub.directory.register import register_agency
from hub.directory.tables import handle, learner
from hub.notices.tables import notice
from hub.records.tables import record, record_version
from hub.sharing.model import RecordQuery
from hub.syncing.errors import NothingAdmitted, UnknownAgency
from hub.syncing.run_sync import run_sync
from hub.syncing.tables import quarantine, sync_run
from policies.protocols import load_protocol
from policies.snapshot import compile_snapshot
from tests.hubs import World, a_world, fields_of

OBSERVATION = "health.speech.receptive_language"


def count(world: World, table: object) -> int:
    with reading(world.hub.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())  # type: ignore[arg-type]


def push(world: World, document: object) -> dict[str, object]:
    principal = Principal(HEALTH.id, "afon-health-system", "smart", "aln-plan", "clinician")
    report = world.hub.push(principal, "fhir-r4", json.dumps(document).encode())
    return dict(report.as_json())


def patient(number: str = "AFON000199999") -> dict[str, object]:
    identifier = {"system": "https://fhir.afon-health.example/Id/pas-identifier", "value": number}
    return {"resourceType": "Patient", "id": "p", "identifier": [identifier], "birthDate": "2015-01-02"}


def observation(value: object = "Said so", **changed: object) -> dict[str, object]:
    coding = {"system": "https://dolen.example/fhir/field", "code": OBSERVATION}
    body: dict[str, object] = {
        "resourceType": "Observation",
        "id": "o",
        "status": "final",
        "code": {"coding": [coding]},
        "subject": {"reference": "Patient/p"},
        "valueString": value,
    }
    return {**body, **changed}


def bundle(*resources: object) -> dict[str, object]:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]}


def test_the_same_sources_again_change_nothing(world: World) -> None:
    before = (count(world, record), count(world, record_version), count(world, quarantine), count(world, handle))
    reports = bring_all(world.hub)
    assert all(report.created == report.updated == 0 for report in reports)
    assert sum(report.unchanged for report in reports) == before[0]
    assert before == (
        count(world, record),
        count(world, record_version),
        count(world, quarantine),
        count(world, handle),
    )


def test_a_changed_value_makes_a_version_and_the_old_one_stays(world: World) -> None:
    assert push(world, bundle(patient(), observation("first")))["created"] == 1
    assert push(world, bundle(patient(), observation("second")))["updated"] == 1
    assert push(world, bundle(patient(), observation("second")))["unchanged"] == 1
    with reading(world.hub.engine) as connection:
        newest = select(record.c.id).order_by(record.c.changed_at.desc(), record.c.id.desc()).limit(1)
        record_id = connection.execute(newest).scalar_one()
        versions = connection.execute(
            select(record_version.c.version).where(record_version.c.record_id == record_id).order_by("version")
        ).scalars()
        assert list(versions) == [1, 2]


def test_what_the_source_calls_an_error_is_hidden_and_its_versions_are_kept(small_world: World) -> None:
    document = json.loads((DATA / "health" / "changed-assessment.json").read_text())
    small_world.grant()
    assert OBSERVATION in fields_of(small_world.read(), HEALTH.id)
    before = count(small_world, record_version)
    document["entry"][1]["resource"]["status"] = "entered-in-error"
    assert push(small_world, document)["updated"] == 1
    assert count(small_world, record_version) == before + 1
    assert OBSERVATION not in fields_of(small_world.read(), HEALTH.id)


def test_every_unit_is_in_exactly_one_count_and_bad_ones_are_kept_with_a_reason(small_world: World) -> None:
    nobody = observation()
    del nobody["subject"]
    report = push(small_world, bundle(patient(), observation(), nobody, {"resourceType": "Device", "id": "d"}))
    assert report["read"] == 4
    assert (report["created"], report["quarantined"], report["ignored"]) == (1, 1, 2)
    assert report["reasons"] == {"no_subject": 1}
    assert report["ignored_types"] == {"Device": 1, "Patient": 1}


def test_a_unit_without_a_local_number_waits_in_quarantine(small_world: World) -> None:
    logical = {"identifier": {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9994101374"}}
    report = push(small_world, bundle(observation(subject=logical)))
    assert report["reasons"] == {"no_local_number": 1}


def test_the_same_bad_row_is_kept_once(small_world: World) -> None:
    before = count(small_world, quarantine)
    nobody = observation("Said so (CANARY-BAD)")
    del nobody["subject"]
    for _ in range(2):
        assert push(small_world, bundle(nobody))["quarantined"] == 1
    assert count(small_world, quarantine) == before + 1


def test_quarantine_is_sealed_under_the_partners_own_key(small_world: World) -> None:
    nobody = observation("Said so (CANARY-BAD-ROW)")
    del nobody["subject"]
    push(small_world, bundle(nobody))
    assert search(Path(small_world.settings.home).parent, patterns(["CANARY-BAD-ROW"])) == []
    with reading(small_world.hub.engine) as connection:
        sealed = connection.execute(select(quarantine.c.sealed)).scalars().all()
    assert sealed
    assert all(b"CANARY" not in one for one in sealed)


def test_who_is_not_admitted_is_counted_and_not_kept(tmp_path: Path) -> None:
    with a_world("sqlite", tmp_path / "all") as everybody:
        handles = count(everybody, handle)
    strict = SAMPLE.read_text(encoding="utf-8")
    with a_world("sqlite", tmp_path / "strict", protocol=strict) as world:
        report = world.hub.sync(EDUCATION.id, "school-census", source_at(str(DATA / "education")), name="census")
        assert report.out_of_scope == 2
        assert report.read == report.unchanged + report.quarantined + report.out_of_scope
        assert count(world, handle) == handles - 2
        names = ["Dinefwr-Enghraifft", "Penarlag-Enghraifft", "2014-11-02", "2012-03-27"]
        assert search(tmp_path / "strict", patterns(names)) == []


def test_a_dry_run_says_what_a_run_would_do_and_writes_nothing(small_world: World) -> None:
    tables = (record, record_version, quarantine, handle, learner, sync_run, notice, ledger_outbox)
    before = [count(small_world, table) for table in tables]
    for agency, kind, source in (
        (HEALTH.id, "fhir-r4", DATA / "health" / "changed-assessment.json"),
        (SOCIAL_CARE.id, "ssda903", DATA / "social_care"),
    ):
        dry = small_world.hub.sync(agency, kind, source_at(str(source)), is_dry_run=True)
        assert [count(small_world, table) for table in tables] == before
        wet = small_world.hub.sync(agency, kind, source_at(str(source)))
        assert {**dry.as_json(), "dry_run": False} == wet.as_json()
        before = [count(small_world, table) for table in tables]


def test_a_dry_run_may_try_another_admission_rule_and_a_real_one_may_not(small_world: World) -> None:
    strict = compile_snapshot(small_world.hub.catalogue, [load_protocol(SAMPLE, small_world.hub.catalogue)])
    source = source_at(str(DATA / "education"))
    asked = {"agency_id": EDUCATION.id, "kind": "school-census", "source": source, "name": "x", "admitting": strict}
    assert run_sync(small_world.hub.syncing, is_dry_run=True, **asked).out_of_scope == 2  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dry"):
        run_sync(small_world.hub.syncing, **asked)  # type: ignore[arg-type]


def test_nothing_is_read_for_a_partner_without_duty_person_or_admission_rule(small_world: World) -> None:
    source = source_at(str(DATA / "education"))
    with pytest.raises(UnknownAgency):
        small_world.hub.sync("nobody-here", "school-census", source)
    with unit_of_work(small_world.hub.engine) as connection:
        new = Agency("glannau-education", Sector.EDUCATION, "Glannau", "Glannau")
        register_agency(connection, new, at=small_world.hub.clock())
    with pytest.raises((NoDutyPerson, NothingAdmitted)):
        small_world.hub.sync("glannau-education", "school-census", source)
    assert count(small_world, sync_run) == 3


def test_a_source_that_cannot_be_read_leaves_what_there_was(small_world: World, tmp_path: Path) -> None:
    before = count(small_world, record)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableSource):
        small_world.hub.sync(EDUCATION.id, "school-census", source_at(str(tmp_path / "empty")))
    assert count(small_world, record) == before


def test_a_first_load_tells_the_duty_person_once_and_a_change_tells_the_accountable_person_once(world: World) -> None:
    with reading(world.hub.engine) as connection:
        rows = connection.execute(select(notice.c.kind, notice.c.audience, notice.c.agency_id)).all()
        brought = [row for row in rows if row.kind == "records_brought"]
    assert sorted(row.agency_id for row in brought) == sorted([HEALTH.id, EDUCATION.id, SOCIAL_CARE.id])
    before = len([row for row in rows if row.kind == "record_changed"])
    document = json.loads((DATA / "health" / "changed-assessment.json").read_text())
    push(world, document)
    push(world, document)  # the same again is no change
    with reading(world.hub.engine) as connection:
        kinds = connection.execute(select(notice.c.kind)).scalars().all()
    assert kinds.count("record_changed") == before + 1


def test_each_stored_version_has_its_ledger_entry_in_the_handles_stream(world: World) -> None:
    with reading(world.hub.engine) as connection:
        records = set(connection.execute(select(record.c.id)).scalars())
        entries = connection.execute(
            select(ledger_outbox.c.subject_event_id, ledger_outbox.c.stream).where(
                ledger_outbox.c.stream.like("handle:%"), ledger_outbox.c.subject_event_id.in_(records)
            )
        ).all()
    assert {entry.subject_event_id for entry in entries} == records


def test_a_learner_known_to_three_partners_reads_as_one(world: World) -> None:
    holders = {one.holder for one in world.read(RecordQuery()).records}
    assert holders == {HEALTH.id, EDUCATION.id, SOCIAL_CARE.id}
