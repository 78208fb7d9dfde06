"""FHIR R4 in parts: parsing, XML, narratives, versions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.fhir_r4.narrative import plain_text
from connectors.fhir_r4.parse import checked_size, document_of, json_of, text_of
from connectors.fhir_r4.types import RESOURCE_TYPES
from connectors.fhir_r4.versions import is_foreign
from connectors.fhir_r4.xml import xml_of
from connectors.limits import DEFAULT_LIMITS
from connectors.reasons import ReasonCode, Unfit


def _xml(body: str) -> Any:
    return xml_of(body.encode(), DEFAULT_LIMITS)


def test_a_decimal_keeps_every_digit_that_was_written() -> None:
    assert json_of('{"value": 101.50, "precise": 1.0000000000000000001}') == {
        "value": "101.50",
        "precise": "1.0000000000000000001",
    }


def test_no_float_ever_comes_out_and_large_integers_stay_exact() -> None:
    assert json_of("[1, -2, 9007199254740993, 1e3]") == [1, -2, "9007199254740993", "1e3"]


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", "{", "", "[1,]", "1" * 5000, '{"a": 1} x'])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(Unfit) as refusal:
        json_of(text)
    assert refusal.value.reason is ReasonCode.NOT_JSON


@given(
    st.recursive(st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(), st.lists, max_leaves=9)
)
def test_json_without_decimals_is_read_as_it_was_written(document: Any) -> None:
    assert json_of(text_of(json.dumps(document).encode())) == document


def test_a_size_is_never_less_than_what_is_written() -> None:
    document = {"a": ["é" * 100, 12, True, None, {"b": "c"}]}
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    assert checked_size(document, DEFAULT_LIMITS) >= len(written)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (json.loads("[" * 40 + "]" * 40), ReasonCode.TOO_DEEP),
        ({"a": "\x00"}, ReasonCode.CONTROL_CHARACTER),
        ({"\x1b": 1}, ReasonCode.CONTROL_CHARACTER),
        ({"a": "\ud800"}, ReasonCode.WRONG_ENCODING),
        ({"a": "x" * (DEFAULT_LIMITS.text_chars + 1)}, ReasonCode.TOO_LARGE),
    ],
)
def test_a_unit_beyond_the_bounds_is_refused(document: Any, reason: ReasonCode) -> None:
    with pytest.raises(Unfit) as refusal:
        checked_size(document, DEFAULT_LIMITS)
    assert refusal.value.reason is reason


def test_xml_becomes_the_json_of_the_same_resource() -> None:
    body = """<Observation xmlns="http://hl7.org/fhir"><!-- a note --><id value="o1"/>
      <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">Tall &amp; well<br/>so</div></text>
      <contained><Patient><id value="p"/><active value="true"/></Patient></contained>
      <status value="final"/><category><text value="vital"/></category>
      <code><coding><system value="http://loinc.org"/><code value="8302-2"/></coding></code>
      <valueQuantity><value value="101.50"/></valueQuantity><note><text value="n"/></note></Observation>"""
    assert _xml(body) == {
        "resourceType": "Observation",
        "id": "o1",
        "text": {
            "status": "generated",
            "div": '<div xmlns="http://www.w3.org/1999/xhtml">Tall &amp; well<br />so</div>',
        },
        "contained": [{"resourceType": "Patient", "id": "p", "active": True}],
        "status": "final",
        "category": [{"text": "vital"}],
        "code": {"coding": [{"system": "http://loinc.org", "code": "8302-2"}]},
        "valueQuantity": {"value": "101.50"},
        "note": [{"text": "n"}],
    }


def test_an_extension_of_a_primitive_stands_beside_it() -> None:
    body = """<Patient xmlns="http://hl7.org/fhir"><birthDate value="2021-02-10">
      <extension url="http://example.org/time"><valueDateTime value="2021-02-10T11:11:00Z"/></extension></birthDate>
      <gender><extension url="http://example.org/why"><valueCode value="masked"/></extension></gender></Patient>"""
    assert _xml(body) == {
        "resourceType": "Patient",
        "birthDate": "2021-02-10",
        "_birthDate": {
            "extension": [{"url": "http://example.org/time", "valueDateTime": "2021-02-10T11:11:00Z"}],
        },
        "_gender": {"extension": [{"url": "http://example.org/why", "valueCode": "masked"}]},
    }


def test_items_nest_as_lists_at_any_depth() -> None:
    inner = "<item><linkId value='c'/><answer><valueBoolean value='true'/></answer></item>"
    outer = f"<item><linkId value='a'/>{inner}</item>"
    body = f"<QuestionnaireResponse xmlns='http://hl7.org/fhir'>{outer}</QuestionnaireResponse>"
    assert _xml(body)["item"] == [
        {"linkId": "a", "item": [{"linkId": "c", "answer": [{"valueBoolean": True}]}]},
    ]


@given(st.binary(max_size=200) | st.text("<>/&;=\"'!-?[]ab \n:", max_size=200).map(str.encode))
def test_any_bytes_are_xml_or_refused(content: bytes) -> None:
    try:
        outcome: object = xml_of(content, DEFAULT_LIMITS)
    except Unfit as refusal:
        outcome = refusal.reason
    refusals = {ReasonCode.NOT_XML, ReasonCode.FORBIDDEN_XML, ReasonCode.TOO_DEEP}
    assert outcome is None or isinstance(outcome, dict) or outcome in refusals


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("<a>" * 100 + "</a>" * 100, ReasonCode.TOO_DEEP),
        ("<a>" + "<b/>" * 1000 + "</a>", ReasonCode.TOO_LARGE),
        ("<a>" + " " * 20_000 + "</a>", ReasonCode.TOO_LARGE),
        ("<!DOCTYPE a><a/>", ReasonCode.FORBIDDEN_XML),
        ("<a>", ReasonCode.NOT_XML),
    ],
)
def test_xml_beyond_the_bounds_is_refused(content: str, reason: ReasonCode) -> None:
    small = replace(DEFAULT_LIMITS, xml_bytes=10_000, xml_elements=500)
    with pytest.raises(Unfit) as refusal:
        xml_of(content.encode(), small)
    assert refusal.value.reason is reason


def test_a_json_document_beyond_the_bounds_is_refused_unparsed() -> None:
    with pytest.raises(Unfit) as refusal:
        document_of(b"{" * 101, replace(DEFAULT_LIMITS, json_bytes=100))
    assert refusal.value.reason is ReasonCode.TOO_LARGE


@pytest.mark.parametrize(
    ("xhtml", "words"),
    [
        ('<div xmlns="http://www.w3.org/1999/xhtml"><p>One</p><p>two <b>three</b></p></div>', "One\ntwo three"),
        ("<div>a<script>alert(1)</script>b<style>p{}</style>c</div>", "abc"),
        ("<div>1 &lt; 2 &amp; 3</div>", "1 < 2 & 3"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<div>open<script>never closed", "open"),
        ("<img src=x onerror=alert(1)>text", "text"),
        ("no markup", "no markup"),
        ("<div><br/></div>", ""),
    ],
)
def test_a_narrative_keeps_its_words_only(xhtml: str, words: str) -> None:
    assert plain_text(xhtml) == words


@given(st.text("<>/sciptabr !-=\"'&;", max_size=300))
def test_no_tag_survives_a_narrative(xhtml: str) -> None:
    assert "<script>" not in plain_text(xhtml.replace("&", ""))


def test_a_narrative_takes_time_in_step_with_its_length() -> None:
    assert plain_text("<script" * 200_000) == ""


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Observation", "context": {}},
        {"resourceType": "Condition", "clinicalStatus": "active"},
        {"resourceType": "Condition", "evidence": [{"concept": {}}]},
        {"resourceType": "CarePlan", "addresses": [{"reference": {"reference": "#p"}}]},
        {"resourceType": "CarePlan", "activity": [{"plannedActivityReference": {}}]},
        {"resourceType": "Goal", "status": "active"},
        {"resourceType": "QuestionnaireResponse", "questionnaire": {"reference": "Questionnaire/1"}},
        {"resourceType": "Questionnaire", "item": [{"item": [{"linkId": "a", "options": {}}]}]},
        {"resourceType": "DiagnosticReport", "performer": [{"actor": {}}]},
        {"resourceType": "ClinicalImpression", "performer": {}},
        {"resourceType": "Encounter", "class": [{}]},
        {"resourceType": "Consent", "provision": [{}]},
    ],
)
def test_shapes_of_other_versions_are_told(resource: Any) -> None:
    assert is_foreign(resource)


@pytest.mark.parametrize(
    "resource",
    [
        {"resourceType": "Observation", "encounter": {}},
        {"resourceType": "Condition", "clinicalStatus": {"coding": []}, "evidence": [{"code": []}]},
        {"resourceType": "CarePlan", "addresses": [{"reference": "#p"}], "activity": [{"detail": {}}]},
        {"resourceType": "Goal", "lifecycleStatus": "active"},
        {"resourceType": "QuestionnaireResponse", "questionnaire": "http://example.org/q"},
        {"resourceType": "Consent", "provision": {}},
        {"resourceType": "Encounter", "class": {}},
        {"resourceType": "Observation", "component": "not even a list"},
        {"resourceType": 5},
    ],
)
def test_r4_is_not_taken_for_another_version(resource: Any) -> None:
    assert not is_foreign(resource)


def test_the_names_of_resource_types_are_those_of_r4() -> None:
    assert len(RESOURCE_TYPES) == 146
    assert {"Observation", "Bundle", "VisionPrescription"} <= RESOURCE_TYPES
    assert "ActorDefinition" not in RESOURCE_TYPES
