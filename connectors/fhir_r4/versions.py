"""Telling FHIR versions apart by shape, because nothing in a resource says which one it follows.

Each entry is an element that R4 (4.0.1) does not have, or has in another shape, in that resource type; the names come
from the change tables of HL7 FHIR R4 ("R3 diff") and R5 ("R4 diff").
"""

from __future__ import annotations

from collections.abc import Callable

from connectors.base import Json

_CONTEXT = frozenset({"context"})  # STU3 says context where R4 says encounter
_FOREIGN: dict[str, frozenset[str]] = {
    "Observation": _CONTEXT | {"comment", "related", "triggeredBy", "bodyStructure", "instantiatesCanonical"},
    "Condition": _CONTEXT | {"assertedDate", "participant"},
    "DiagnosticReport": _CONTEXT | {"codedDiagnosis", "image", "supportingInfo", "composition", "study"},
    "CarePlan": _CONTEXT | {"definition", "custodian"},
    "QuestionnaireResponse": _CONTEXT | {"parent"},
    "ClinicalImpression": _CONTEXT | {"performer", "changePattern"},
    "Goal": frozenset({"acceptance", "outcome"}),
    "Procedure": _CONTEXT | {"notDone", "occurrenceDateTime", "occurrencePeriod", "reported"},
    "Encounter": frozenset(
        {"actualPeriod", "admission", "subjectStatus", "plannedStartDate", "virtualService", "incomingReferral"}
    ),
    "Consent": frozenset(
        {"subject", "grantor", "grantee", "controller", "manager", "regulatoryBasis", "decision", "consentingParty"}
    ),
    "Patient": frozenset({"animal"}),
}


def is_foreign(resource: dict[str, Json]) -> bool:
    """Whether `resource` has the shape of STU3 or R5, so that reading it as R4 would half-read it."""
    kind = resource.get("resourceType")
    if not isinstance(kind, str):
        return False
    if not _FOREIGN.get(kind, frozenset()).isdisjoint(resource):
        return True
    check = _SHAPES.get(kind)
    return check is not None and check(resource)


def _parts(resource: dict[str, Json], name: str) -> list[dict[str, Json]]:
    parts = resource.get(name)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _care_plan(plan: dict[str, Json]) -> bool:
    activities = any(
        {"performedActivity", "plannedActivityReference"} & part.keys() for part in _parts(plan, "activity")
    )
    return activities or any(
        isinstance(part.get("reference"), dict) or "concept" in part for part in _parts(plan, "addresses")
    )


def _condition(condition: dict[str, Json]) -> bool:
    return isinstance(condition.get("clinicalStatus"), str) or any(
        "concept" in part for part in _parts(condition, "evidence")
    )


def _report(report: dict[str, Json]) -> bool:
    return any("actor" in part for part in _parts(report, "performer"))


def _goal(goal: dict[str, Json]) -> bool:
    return "lifecycleStatus" not in goal and isinstance(goal.get("status"), str)


def _response(response: dict[str, Json]) -> bool:
    return isinstance(response.get("questionnaire"), dict)


def _questionnaire(questionnaire: dict[str, Json]) -> bool:
    waiting = _parts(questionnaire, "item")
    while waiting:
        item = waiting.pop()
        if "options" in item or "option" in item or isinstance(item.get("enableWhen"), dict):
            return True
        waiting.extend(_parts(item, "item"))
    return False


def _consent(consent: dict[str, Json]) -> bool:
    return isinstance(consent.get("provision"), list) or isinstance(consent.get("policyRule"), str)


def _encounter(encounter: dict[str, Json]) -> bool:
    return isinstance(encounter.get("class"), list)


_SHAPES: dict[str, Callable[[dict[str, Json]], bool]] = {
    "CarePlan": _care_plan,
    "Condition": _condition,
    "Consent": _consent,
    "DiagnosticReport": _report,
    "Encounter": _encounter,
    "Goal": _goal,
    "Questionnaire": _questionnaire,
    "QuestionnaireResponse": _response,
}
