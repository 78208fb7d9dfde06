"""What becomes of FHIR R4 resources: fields, subjects, names, bundles."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connectors.base import Assessment, IdentifierKind, Ignored, LocalNumber, MemorySource, Rejected, Unit
from connectors.fhir_r4.mapping import FACT_SYSTEM
from connectors.fhir_r4.observations import FIELD_SYSTEM, MEASURES
from connectors.reasons import ReasonCode
from connectors.registry import connector

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [
        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "999 791 5143"},
        {"system": "https://fhir.bcuhb.nhs.wales/Id/west-pas-identifier", "value": "W1"},
        {"system": "https://fhir.abuhb.nhs.wales/Id/pas-identifier", "value": "A1"},
        {"system": "https://fhir.abuhb.nhs.wales/Id/pas-identifier", "value": "OLD", "use": "old"},
        {"system": "http://example.org/insurance", "value": "X"},
    ],
    "name": [{"family": "Maiden"}, {"use": "official", "family": "Jones", "given": ["Mari", "Haf"]}],
    "gender": "female",
    "birthDate": "2015-03",
}


def _read(document: Any) -> list[Unit]:
    return list(connector("fhir-r4").read(MemorySource("push.json", json.dumps(document).encode())))


def _bundle(*resources: dict[str, Any], kind: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": resource} for resource in resources]}


def _one(resource: dict[str, Any], *beside: dict[str, Any]) -> Assessment:
    found = [unit for unit in _read(_bundle(*beside, resource)) if isinstance(unit, Assessment)]
    assert len(found) == 1
    return found[0]


def _refused(resource: dict[str, Any], *beside: dict[str, Any]) -> ReasonCode:
    rejected = [unit for unit in _read(_bundle(*beside, resource)) if isinstance(unit, Rejected)]
    assert len(rejected) == 1
    assert rejected[0].original == json.dumps(resource, separators=(",", ":")).encode()
    return rejected[0].reason


def _observation(**parts: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"text": "Something"},
        "subject": {"reference": "Patient/p1"},
        **parts,
    }


def _loinc(code: str, **parts: Any) -> dict[str, Any]:
    return _observation(code={"coding": [{"system": "http://loinc.org", "code": code}]}, **parts)


def _values(assessment: Assessment) -> dict[str, Any]:
    """Fields without those that every resource has."""
    always = {"health.original_document", "health.record_status"}
    return {field_id: value for field_id, value in assessment.fields.items() if field_id not in always}


@pytest.mark.parametrize(
    ("code", "quantity", "field_id", "value"),
    [
        ("8302-2", {"value": 101.5, "code": "cm"}, "health.growth.height", "101.5"),
        ("8302-2", {"value": 1.015, "code": "m"}, "health.growth.height", "101.5"),
        ("8302-2", {"value": 1, "code": "m"}, "health.growth.height", "100"),
        ("29463-7", {"value": 3250, "code": "g"}, "health.growth.weight", "3.250"),
        ("39156-5", {"value": 16.2, "code": "kg/m2"}, "health.growth.bmi", "16.2"),
        ("9843-4", {"value": 35, "unit": "cm"}, "health.growth.head_circumference", "35"),
        ("8867-4", {"value": 88, "code": "/min"}, "health.vitals.heart_rate", "88"),
        ("9279-1", {"value": 26, "code": "/min"}, "health.vitals.respiratory_rate", "26"),
        ("8310-5", {"value": 36.5, "code": "Cel"}, "health.vitals.temperature", "36.5"),
        ("2708-6", {"value": 95, "code": "%"}, "health.vitals.oxygen_saturation", "95"),
    ],
)
def test_what_is_measured_has_a_field_and_unit_of_its_own(
    code: str, quantity: dict[str, Any], field_id: str, value: str
) -> None:
    assert _values(_one(_loinc(code, valueQuantity=quantity))) == {field_id: value}


@pytest.mark.parametrize(
    "quantity",
    [{"value": 72, "code": "[in_i]"}, {"value": 100}, {"value": 100, "code": "cm", "comparator": ">"}, {"code": "cm"}],
)
def test_a_measure_that_would_need_guessing_is_kept_in_words(quantity: dict[str, Any]) -> None:
    unit = _one(_loinc("8302-2", valueQuantity=quantity))
    assert "health.growth.height" not in unit.fields
    assert unit.flags == ("kept_as_words:health.growth.height",)
    assert unit.fields["health.observation.code"] == "http://loinc.org|8302-2"


def _side(code: str, value: float) -> dict[str, Any]:
    return {
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "code": "mm[Hg]"},
    }


def test_blood_pressure_is_one_value_of_two_sides() -> None:
    unit = _one(_loinc("85354-9", component=[_side("8462-4", 64), _side("8480-6", 101.0)]))
    assert _values(unit) == {"health.vitals.blood_pressure": "101.0/64 mmHg"}


def test_half_a_blood_pressure_is_kept_in_words() -> None:
    unit = _one(_loinc("85354-9", component=[_side("8480-6", 101)]))
    assert unit.fields["health.observation.value"] == "http://loinc.org|8480-6: 101 mmHg"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"valueString": "well"}, "well"),
        ({"valueBoolean": False}, "false"),
        ({"valueInteger": 0}, "0"),
        ({"valueCodeableConcept": {"coding": [{"code": "a", "display": "A thing"}]}}, "A thing"),
        ({"valueQuantity": {"value": 0.0, "unit": "mg"}}, "0.0 mg"),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 2}}}, "1 – 2"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1 : 128"),
        ({"valueDateTime": "2024-05"}, "2024-05"),
        ({"valuePeriod": {"start": "2024"}}, "2024 –"),
        ({"dataAbsentReason": {"text": "asleep"}}, "absent: asleep"),
    ],
)
def test_every_kind_of_value_is_kept_in_words(value: dict[str, Any], words: str) -> None:
    assert _one(_observation(**value)).fields["health.observation.value"] == words


def test_a_board_maps_its_own_codes_to_fields() -> None:
    coding = [{"system": "http://example.org/local", "code": "SLT-1"}]
    mapped = [*coding, {"system": FIELD_SYSTEM, "code": "health.speech.receptive_language"}]
    assert _values(_one(_observation(code={"coding": mapped}, valueString="two-word level"))) == {
        "health.speech.receptive_language": "two-word level"
    }
    unknown = [*coding, {"system": FIELD_SYSTEM, "code": "health.original_document"}]
    assert "health.observation.value" in _one(_observation(code={"coding": unknown}, valueString="x")).fields


def test_a_value_is_in_one_field_only_beside_the_original() -> None:
    unit = _one(_loinc("8302-2", valueQuantity={"value": 123.25, "code": "cm"}))
    holding = [field_id for field_id, value in unit.fields.items() if "123.25" in json.dumps(value)]
    assert sorted(holding) == ["health.growth.height", "health.original_document"]


def test_the_original_is_kept_whole_with_decimals_as_written() -> None:
    document = _observation(valueQuantity={"value": 101.5}, extension=[{"url": "u", "valueDecimal": 1.10}])
    text = json.dumps(document).replace("1.1}", "1.10}")
    (unit,) = connector("fhir-r4").read(MemorySource("push", text.encode()))
    assert isinstance(unit, Assessment)
    expected = {**document, "valueQuantity": {"value": "101.5"}, "extension": [{"url": "u", "valueDecimal": "1.10"}]}
    assert unit.fields["health.original_document"] == expected


def test_what_was_entered_in_error_is_removed_and_gives_no_value() -> None:
    unit = _one(_loinc("8302-2", valueQuantity={"value": 1, "code": "m"}, status="entered-in-error"))
    assert unit.removed
    assert dict(unit.fields) == {"health.record_status": "entered-in-error"}


def test_a_condition_gives_code_name_status_and_onset() -> None:
    condition = {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [{"system": "s", "code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "408856003", "display": "Autism"}]},
        "subject": {"reference": "Patient/p1"},
        "onsetDateTime": "2019-04",
        "asserter": {"display": "Dr A"},
    }
    assert _values(_one(condition)) == {
        "health.condition.code": "http://snomed.info/sct|408856003",
        "health.condition.name": "Autism",
        "health.condition.status": "active",
        "health.condition.onset": "2019-04",
        "health.clinician": "Dr A",
    }


def test_a_questionnaire_keeps_questions_by_link_id_with_what_is_asked_below_an_answer() -> None:
    response = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": "http://example.org/q",
        "subject": {"reference": "Patient/p1"},
        "item": [
            {"linkId": "a", "text": "Same", "answer": [{"valueBoolean": False, "item": [{"linkId": "a.1"}]}]},
            {"linkId": "b", "text": "Same", "answer": [{"valueDecimal": 3.10}, {"valueCoding": {"display": "Often"}}]},
        ],
    }
    assert _one(response).fields["health.questionnaire.answers"] == [
        {"link_id": "a", "text": "Same", "answers": [{"value": False, "items": [{"link_id": "a.1"}]}]},
        {"link_id": "b", "text": "Same", "answers": ["3.1", "Often"]},
    ]


def test_plans_goals_reports_and_impressions_are_carried() -> None:
    subject = {"reference": "Patient/p1"}
    plan = {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "subject": subject,
        "title": "Feeding",
        "activity": [{"detail": {"code": {"coding": [{"system": "s", "code": "1"}]}}}, {"reference": {}}],
    }
    goal = {
        "resourceType": "Goal",
        "lifecycleStatus": "active",
        "description": {"text": "Walk"},
        "subject": subject,
    }
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": "EEG"},
        "subject": subject,
        "conclusion": "Normal",
    }
    impression = {
        "resourceType": "ClinicalImpression",
        "status": "completed",
        "subject": subject,
        "summary": "Well",
        "assessor": {"reference": "Organization/1", "display": "Clinic"},
    }
    assert _values(_one(plan)) == {
        "health.care_plan.title": "Feeding",
        "health.care_plan.status": "active",
        "health.care_plan.activities": ["s|1"],
    }
    assert _values(_one(goal)) == {"health.goal.description": "Walk"}
    assert _values(_one(report)) == {"health.report.type": "EEG", "health.report.conclusion": "Normal"}
    assert _values(_one(impression)) == {"health.impression.summary": "Well", "health.practice": "Clinic"}


def test_admission_facts_come_from_tags_of_our_own_system_only() -> None:
    tags = [
        {"system": FACT_SYSTEM, "code": "additional_needs"},
        {"system": FACT_SYSTEM, "code": "royalty"},
        {"system": "http://example.org", "code": "looked_after"},
    ]
    assert _one(_observation(meta={"tag": tags})).facts == {"additional_needs"}


def test_the_hospital_number_is_the_holders_own_and_the_rest_is_kept_beside() -> None:
    unit = _one(_observation(), PATIENT)
    assert unit.local_number == LocalNumber("https://fhir.abuhb.nhs.wales/Id/pas-identifier", "A1")
    assert [(number.kind, number.value, number.is_valid, number.is_test) for number in unit.identifiers] == [
        (IdentifierKind.NHS_NUMBER, "9997915143", True, True),
        (IdentifierKind.LOCAL, "W1", True, False),
        (IdentifierKind.LOCAL, "p1", True, False),
    ]
    assert unit.demographics.family_name == "Jones"
    assert unit.demographics.given_names == ("Mari", "Haf")
    assert (unit.demographics.birth_date, unit.demographics.sex) == ("2015-03", "female")


def test_without_a_hospital_number_the_id_at_its_server_is_the_number() -> None:
    assert _one(_observation()).local_number == LocalNumber("Patient", "p1")
    absolute = _observation(subject={"reference": "https://board.example/fhir/Patient/p1/_history/3"})
    assert _one(absolute).local_number == LocalNumber("https://board.example/fhir/Patient", "p1")


def test_the_same_id_at_two_servers_is_two_children() -> None:
    numbers = {
        _one(_observation(subject={"reference": f"https://{host}.example/fhir/Patient/p1"})).local_number
        for host in ("east", "west")
    }
    assert len(numbers) == 2


def test_relative_references_belong_to_the_server_of_their_entry() -> None:
    base = "https://board.example/fhir"
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [
            {"fullUrl": f"{base}/Patient/p1", "resource": PATIENT},
            {"fullUrl": f"{base}/Observation/o1", "resource": _observation()},
            {"fullUrl": "https://other.example/fhir/Observation/o1", "resource": _observation()},
        ],
    }
    _, first, second = _read(bundle)
    assert isinstance(first, Assessment)
    assert isinstance(second, Assessment)
    assert first.reference == f"{base}/Observation/o1"
    assert first.local_number == LocalNumber("https://fhir.abuhb.nhs.wales/Id/pas-identifier", "A1")
    assert second.local_number == LocalNumber("https://other.example/fhir/Patient", "p1")


def test_references_by_uuid_find_the_patient_beside() -> None:
    bundle = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": "urn:uuid:a", "resource": PATIENT},
            {"fullUrl": "urn:uuid:b", "resource": _observation(subject={"reference": "urn:uuid:a"})},
        ],
    }
    _, unit = _read(bundle)
    assert isinstance(unit, Assessment)
    assert unit.local_number == LocalNumber("https://fhir.abuhb.nhs.wales/Id/pas-identifier", "A1")


def test_a_name_that_only_holds_a_transaction_together_is_no_number() -> None:
    nameless = {"resourceType": "Patient", "birthDate": "2015"}

    def number(kind: str) -> LocalNumber | None:
        entries = [
            {"fullUrl": "urn:uuid:a", "resource": nameless},
            {"fullUrl": "urn:uuid:b", "resource": _observation(subject={"reference": "urn:uuid:a"})},
        ]
        unit = _read({"resourceType": "Bundle", "type": kind, "entry": entries})[1]
        assert isinstance(unit, Assessment)
        return unit.local_number

    assert number("transaction") is None
    assert number("collection") == LocalNumber("urn:ietf:rfc:3986", "urn:uuid:a")


def test_a_contained_patient_has_a_number_only_if_it_says_one() -> None:
    contained = {"resourceType": "Patient", "id": "x", "birthDate": "2015-01-01"}
    unit = _one(_observation(contained=[contained], subject={"reference": "#x"}))
    assert (unit.local_number, unit.demographics.birth_date) == (None, "2015-01-01")
    known = {**contained, "identifier": PATIENT["identifier"]}
    assert _one(_observation(contained=[known], subject={"reference": "#x"})).local_number is not None


def test_a_logical_reference_is_enough() -> None:
    subject = {"identifier": {"system": "https://fhir.pthb.nhs.wales/Id/pas-identifier", "value": "7"}}
    assert _one(_observation(subject=subject)).local_number == LocalNumber(subject["identifier"]["system"], "7")


@pytest.mark.parametrize(
    ("subject", "reason"),
    [
        (None, ReasonCode.NO_SUBJECT),
        ({"display": "A child"}, ReasonCode.NO_SUBJECT),
        ({"reference": "Group/herd"}, ReasonCode.SUBJECT_NOT_A_PATIENT),
        ({"reference": "https://board.example/fhir/Device/1"}, ReasonCode.SUBJECT_NOT_A_PATIENT),
        ({"reference": "#nowhere"}, ReasonCode.UNRESOLVED_SUBJECT),
        ({"reference": "urn:uuid:nowhere"}, ReasonCode.UNRESOLVED_SUBJECT),
        ({"reference": "the little one"}, ReasonCode.UNRESOLVED_SUBJECT),
        ({"reference": "Patient/" + "p" * 5000}, ReasonCode.UNRESOLVED_SUBJECT),
    ],
)
def test_a_resource_about_nobody_is_rejected(subject: Any, reason: ReasonCode) -> None:
    resource = _observation()
    del resource["subject"]
    assert _refused(resource if subject is None else {**resource, "subject": subject}) is reason


@pytest.mark.parametrize(
    "parts",
    [
        {"status": "done"},
        {"status": None},
        {"code": "8302-2"},
        {"effectiveDateTime": "01/05/2024"},
        {"effectiveDateTime": "2024-05-01T10:00:00"},
        {"valueQuantity": {"value": "tall"}},
        {"valueBoolean": "true"},
        {"id": "not an id"},
    ],
)
def test_a_resource_that_is_no_r4_is_rejected_whole(parts: dict[str, Any]) -> None:
    assert _refused(_observation(**parts)) is ReasonCode.INVALID_RESOURCE


def test_a_day_that_does_not_exist_is_left_out_and_flagged() -> None:
    unit = _one(_observation(effectiveDateTime="2023-02-30", valueString="x"))
    assert unit.assessed_on is None
    assert unit.flags == ("left_out:health.assessed_on",)


def test_one_resource_of_another_version_tells_of_its_whole_bundle() -> None:
    foreign = _observation(context={"reference": "Encounter/1"})
    units = _read(_bundle(PATIENT, _observation(), foreign, kind="transaction"))
    assert [unit.reason for unit in units if isinstance(unit, Rejected)] == [ReasonCode.WRONG_FHIR_VERSION] * 3
    searched = _read(_bundle(PATIENT, {**_observation(), "id": "o2"}, foreign, kind="searchset"))
    assert sum(isinstance(unit, Rejected) for unit in searched) == 1


def test_the_same_resource_again_is_counted_and_another_of_its_name_rejected() -> None:
    same, other = _observation(), _observation(valueString="something else")
    units = _read(_bundle(same, same, other))
    assert isinstance(units[0], Assessment)
    assert units[1] == Ignored("push.json#entry[1]", "repeat")
    assert isinstance(units[2], Rejected)
    assert units[2].reason is ReasonCode.CONFLICTING_REPEAT


def test_a_history_gives_its_newest_version() -> None:
    def entry(version: str) -> dict[str, Any]:
        full_url = "https://board.example/fhir/Observation/o1"
        return {"fullUrl": full_url, "resource": _observation(valueString=version)}

    gone = {"fullUrl": "https://board.example/fhir/Observation/o2", "request": {"method": "DELETE", "url": "x"}}
    bundle = {"resourceType": "Bundle", "type": "history", "entry": [entry("new"), entry("old"), gone]}
    first, second, third = _read(bundle)
    assert isinstance(first, Assessment)
    assert first.fields["health.observation.value"] == "new"
    assert second == Ignored("push.json#entry[1]", "older version")
    assert third == Ignored("push.json#entry[2]", "request")


def test_bundles_in_bundles_are_opened_to_a_depth() -> None:
    document = _observation()
    for _ in range(3):
        document = _bundle(document)
    (unit,) = _read(document)
    assert unit.place == "push.json#entry[0].entry[0].entry[0]"
    for _ in range(2):
        document = _bundle(document)
    (deep,) = _read(document)
    assert isinstance(deep, Rejected)
    assert deep.reason is ReasonCode.TOO_DEEP


def test_lines_stand_for_themselves() -> None:
    good = json.dumps(_observation())
    content = f"{good}\n{{broken\n\n{json.dumps(PATIENT)}\n".encode()
    units = list(connector("fhir-r4").read(MemorySource("export.ndjson", content)))
    assert [unit.place for unit in units] == ["export.ndjson:1", "export.ndjson:2", "export.ndjson:4"]
    assert isinstance(units[0], Assessment)
    assert units[0].local_number == LocalNumber("https://fhir.abuhb.nhs.wales/Id/pas-identifier", "A1")
    assert units[1] == Rejected("export.ndjson:2", ReasonCode.NOT_JSON, b"{broken")


def test_a_resource_without_a_name_is_named_by_what_it_says() -> None:
    nameless = _observation(valueString="a")
    del nameless["id"]
    assert _one(nameless).reference == _one(nameless).reference
    assert _one(nameless).reference != _one({**nameless, "valueString": "b"}).reference


def test_a_document_too_large_to_hold_is_kept_by_its_fields() -> None:
    report = _observation(valueString="x", note=[{"text": "n" * 2_000_000}])
    unit = _one(report)
    assert "health.original_document" not in unit.fields
    assert unit.flags == ("left_out:health.original_document",)


def test_every_measure_has_a_unit_to_be_held_against() -> None:
    for code, field_id in MEASURES.items():
        assert field_id not in _one(_loinc(code, valueQuantity={"value": 1, "code": "furlong"})).fields


@pytest.mark.parametrize("odd", [{}, [], [1], {"a": {}}, 5, None, True, "word"])
@pytest.mark.parametrize("part", ["type", "entry", "id", "total", "link"])
def test_no_part_of_a_bundle_can_be_odd_enough_to_stop_a_reading(part: str, odd: Any) -> None:
    units = _read({**_bundle(PATIENT, _observation()), part: odd})
    assert all(unit.place.startswith("push.json") for unit in units)


@pytest.mark.parametrize("odd", [{}, [], [1], {"a": {}}, 5, None, True, "word", [None], [[]], [{"a": []}]])
@pytest.mark.parametrize(
    "part", ["status", "code", "subject", "performer", "component", "valueQuantity", "text", "meta", "contained", "id"]
)
def test_no_part_of_a_resource_can_be_odd_enough_to_stop_a_reading(part: str, odd: Any) -> None:
    patient, unit = _read(_bundle(PATIENT, _observation(**{part: odd})))
    assert isinstance(patient, Ignored)
    assert isinstance(unit, Assessment | Rejected)


@pytest.mark.parametrize("odd", [{}, [], [1], 5, None, True, "word", [None], [[]], [{"value": []}], [{"value": "1"}]])
@pytest.mark.parametrize("part", ["identifier", "name", "gender", "birthDate", "id"])
def test_an_odd_patient_still_has_its_number(part: str, odd: Any) -> None:
    base = "https://board.example/fhir"
    entries = [
        {"fullUrl": f"{base}/Patient/p1", "resource": {**PATIENT, part: odd}},
        {"fullUrl": f"{base}/Observation/o1", "resource": _observation()},
    ]
    unit = _read({"resourceType": "Bundle", "type": "searchset", "entry": entries})[1]
    assert isinstance(unit, Assessment)
    assert unit.local_number is not None
