# ruff: noqa: N815, RUF012  (the names are FHIR's; pydantic copies a default for every instance)
"""The resource types of FHIR R4 that this kind carries, and Patient, as far as they are read.

Required elements and closed value sets are those of HL7 FHIR R4 (4.0.1); a resource without them is refused whole.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from connectors.fhir_r4.elements import (
    Annotation,
    CodeableConcept,
    Coding,
    DateTime,
    Element,
    HumanName,
    IdentifierElement,
    Meta,
    Narrative,
    Number,
    Period,
    Quantity,
    Range,
    Ratio,
    Reference,
)

EventStatus = Literal[
    "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"
]
ReportStatus = EventStatus | Literal["partial", "appended"]
PlanStatus = Literal["draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown"]
GoalStatus = Literal[
    "proposed",
    "planned",
    "accepted",
    "active",
    "on-hold",
    "completed",
    "cancelled",
    "entered-in-error",
    "rejected",
]


class Resource(Element):
    """What every carried type has."""

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9\-.]{1,64}$")] | None = None
    meta: Meta | None = None
    text: Narrative | None = None
    subject: Reference | None = None


class HasValue(Element):
    """`value[x]` of an Observation or of one of its components."""

    valueQuantity: Quantity | None = None
    valueCodeableConcept: CodeableConcept | None = None
    valueString: str | None = None
    valueBoolean: bool | None = None
    valueInteger: int | None = None
    valueRange: Range | None = None
    valueRatio: Ratio | None = None
    valueTime: str | None = None
    valueDateTime: DateTime | None = None
    valuePeriod: Period | None = None
    dataAbsentReason: CodeableConcept | None = None


class Component(HasValue):
    """One of several values of an Observation."""

    code: CodeableConcept


class Observation(Resource, HasValue):
    """A measurement or a finding."""

    status: EventStatus
    code: CodeableConcept
    effectiveDateTime: DateTime | None = None
    effectivePeriod: Period | None = None
    effectiveInstant: DateTime | None = None
    issued: DateTime | None = None
    performer: list[Reference] = []
    interpretation: list[CodeableConcept] = []
    component: list[Component] = []


class Condition(Resource):
    """A diagnosis or a problem."""

    subject: Reference
    clinicalStatus: CodeableConcept | None = None
    verificationStatus: CodeableConcept | None = None
    code: CodeableConcept | None = None
    onsetDateTime: DateTime | None = None
    onsetPeriod: Period | None = None
    recordedDate: DateTime | None = None
    asserter: Reference | None = None
    recorder: Reference | None = None


class DiagnosticReport(Resource):
    """What was concluded from investigations."""

    status: ReportStatus
    code: CodeableConcept
    effectiveDateTime: DateTime | None = None
    effectivePeriod: Period | None = None
    issued: DateTime | None = None
    performer: list[Reference] = []
    conclusion: str | None = None
    conclusionCode: list[CodeableConcept] = []


class ActivityDetail(Element):
    """What is to be done."""

    code: CodeableConcept | None = None
    description: str | None = None


class Activity(Element):
    """One thing of a care plan: told here, or a reference to a request."""

    detail: ActivityDetail | None = None
    reference: Reference | None = None


class CarePlan(Resource):
    """Agreed provision."""

    subject: Reference
    status: PlanStatus
    intent: Literal["proposal", "plan", "order", "option"]
    title: str | None = None
    description: str | None = None
    category: list[CodeableConcept] = []
    period: Period | None = None
    created: DateTime | None = None
    author: Reference | None = None
    activity: list[Activity] = []


class Goal(Resource):
    """What is to be reached."""

    subject: Reference
    lifecycleStatus: GoalStatus
    description: CodeableConcept
    startDate: DateTime | None = None
    statusDate: DateTime | None = None
    expressedBy: Reference | None = None


class Answer(HasValue):
    """One answer to a question."""

    valueDecimal: Number | None = None
    valueDate: DateTime | None = None
    valueUri: str | None = None
    valueCoding: Coding | None = None
    valueReference: Reference | None = None
    item: list[Item] = []


class Item(Element):
    """A question, or a group of them, with its answers; the `linkId` is the key, the text may repeat."""

    linkId: str
    text: str | None = None
    answer: list[Answer] = []
    item: list[Item] = []


class QuestionnaireResponse(Resource):
    """A form that was filled in."""

    status: Literal["in-progress", "completed", "amended", "entered-in-error", "stopped"]
    questionnaire: str | None = None
    authored: DateTime | None = None
    author: Reference | None = None
    item: list[Item] = []


class Finding(Element):
    """One finding of a clinical impression."""

    itemCodeableConcept: CodeableConcept | None = None


class ClinicalImpression(Resource):
    """A clinician's assessment in the round."""

    subject: Reference
    status: Literal[
        "in-progress", "completed", "entered-in-error", "preparation", "not-done", "on-hold", "stopped", "unknown"
    ]
    description: str | None = None
    effectiveDateTime: DateTime | None = None
    effectivePeriod: Period | None = None
    date: DateTime | None = None
    assessor: Reference | None = None
    summary: str | None = None
    finding: list[Finding] = []
    note: list[Annotation] = []


class Patient(Element):
    """Who a resource is about; read for matching only."""

    id: str | None = None
    identifier: list[IdentifierElement] = []
    name: list[HumanName] = []
    gender: str | None = None
    birthDate: DateTime | None = None


Carried = Observation | Condition | DiagnosticReport | CarePlan | QuestionnaireResponse | ClinicalImpression | Goal

CARRIED: dict[str, type[Carried]] = {
    "Observation": Observation,
    "Condition": Condition,
    "DiagnosticReport": DiagnosticReport,
    "CarePlan": CarePlan,
    "QuestionnaireResponse": QuestionnaireResponse,
    "ClinicalImpression": ClinicalImpression,
    "Goal": Goal,
}
"""Resource types that become assessments, by their name."""
