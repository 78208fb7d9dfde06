"""What FHIR XML does not say and FHIR JSON does: which elements repeat, and which are booleans or integers.

Written from the element tables of HL7 FHIR R4 (4.0.1) for the types that this kind carries, Patient and Bundle. An
element of a type that is not here becomes a list when it occurs more than once, which is enough to count it.
"""

from __future__ import annotations

ALWAYS_LISTS = frozenset(
    {"coding", "extension", "modifierExtension", "contained", "given", "prefix", "suffix", "line", "telecom"}
)
"""Elements that repeat in every type that has them."""

_EVENT = "identifier basedOn partOf category performer note"
_LISTS = {
    "Bundle": "link entry",
    "Bundle.entry": "link",
    "Bundle.signature": "type",
    "Patient": "identifier name address contact communication generalPractitioner link photo",
    "Patient.contact": "relationship",
    "Observation": _EVENT + " focus interpretation referenceRange hasMember derivedFrom component",
    "Observation.referenceRange": "appliesTo",
    "Observation.component": "interpretation referenceRange",
    "Observation.component.referenceRange": "appliesTo",
    "Condition": "identifier category bodySite stage evidence note",
    "Condition.stage": "assessment",
    "Condition.evidence": "code detail",
    "DiagnosticReport": "identifier basedOn category performer resultsInterpreter specimen result imagingStudy media"
    " conclusionCode presentedForm",
    "CarePlan": "identifier instantiatesCanonical instantiatesUri basedOn replaces partOf category contributor careTeam"
    " addresses supportingInfo goal activity note",
    "CarePlan.activity": "outcomeCodeableConcept outcomeReference progress",
    "CarePlan.activity.detail": "instantiatesCanonical instantiatesUri reasonCode reasonReference goal performer",
    "QuestionnaireResponse": "basedOn partOf item",
    "QuestionnaireResponse.item": "answer item",
    "QuestionnaireResponse.item.answer": "item",
    "ClinicalImpression": "identifier problem investigation protocol finding prognosisCodeableConcept"
    " prognosisReference supportingInfo note",
    "ClinicalImpression.investigation": "item",
    "Goal": "identifier category target addresses note outcomeCode outcomeReference",
    "OperationOutcome": "issue",
    "OperationOutcome.issue": "location expression",
}
LISTS = {path: frozenset(names.split()) for path, names in _LISTS.items()}
"""Repeating elements by the path of their parent; an item inside an answer or an item has the path of the first."""

META_LISTS = frozenset({"profile", "security", "tag"})

BOOLEANS = frozenset(
    {"active", "deceasedBoolean", "multipleBirthBoolean", "valueBoolean", "userSelected", "preferred", "prohibited"}
    | {"doNotPerform", "asNeededBoolean", "reportedBoolean", "inactive"}
)
INTEGERS = frozenset(
    {"valueInteger", "valuePositiveInt", "valueUnsignedInt", "total", "rank", "multipleBirthInteger", "size", "count"}
    | {"countMax", "frequency", "frequencyMax", "detailInteger", "height", "width", "frames"}
)
PRIMITIVES = frozenset(
    {"birthDate", "gender", "effectiveDateTime", "effectiveInstant", "issued", "onsetDateTime", "onsetString"}
    | {"recordedDate", "authored", "created", "date", "conclusion", "title", "description", "summary", "questionnaire"}
    | {
        "text",
        "linkId",
        "value",
        "system",
        "code",
        "display",
        "unit",
        "family",
        "given",
        "reference",
        "id",
        "start",
        "end",
    }
    | {"valueString", "valueDate", "valueDateTime", "valueDecimal", "lifecycleStatus", "startDate", "intent"}
)
"""Elements that hold one value wherever they occur: without a `value` attribute they carry only extensions."""
