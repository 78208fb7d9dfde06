"""Resources to fields. `docs/connecting.md` has the same as a table for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.base import Json
from connectors.fhir_r4.elements import Coding, Period, Reference
from connectors.fhir_r4.narrative import plain_text
from connectors.fhir_r4.observations import put_observation
from connectors.fhir_r4.rendering import day, first_token, joined, value_of, who, words
from connectors.fhir_r4.resources import (
    Answer,
    CarePlan,
    Carried,
    ClinicalImpression,
    Condition,
    DiagnosticReport,
    Goal,
    Item,
    Observation,
    QuestionnaireResponse,
)
from connectors.fields import Fields, is_date

FACT_SYSTEM = "https://dolen.example/fhir/fact"
"""Code system of `meta.tag` by which a board says an admission fact: `additional_needs`, `looked_after`, ..."""

_FACTS = frozenset({"additional_needs", "looked_after", "care_and_support"})
_LONGEST_ASSESSORS = 1_000
_MISTAKE = "entered-in-error"


@dataclass(slots=True)
class Mapped:
    """What one resource gave."""

    fields: Fields = field(default_factory=Fields)
    status: str | None = None
    assessed_on: str | None = None
    assessors: Sequence[Reference] = ()
    flags: tuple[str, ...] = ()

    @property
    def removed(self) -> bool:
        """Whether the holder says that it was entered in error."""
        return self.status == _MISTAKE

    @property
    def assessed_by(self) -> str | None:
        """Who assessed, in words."""
        words = joined([who(reference) for reference in self.assessors])
        return None if words is None or len(words) > _LONGEST_ASSESSORS else words


def map_resource(resource: Carried, original: dict[str, Json], *, keeps_original: bool) -> Mapped:
    """Fields of `resource`; of one entered in error only its status, because its values are wrong."""
    mapped = Mapped()
    _map(resource, mapped)
    if mapped.removed:
        mapped.fields = Fields()
    else:
        _put_common(mapped, resource, original, keeps_original=keeps_original)
    mapped.fields.code("health.record_status", mapped.status)
    return mapped


def facts_of(resource: Carried) -> frozenset[str]:
    """Admission facts that the board put into `meta.tag`."""
    tags = () if resource.meta is None else resource.meta.tag
    return frozenset(tag.code for tag in tags if tag.system == FACT_SYSTEM and tag.code in _FACTS)


def _put_common(mapped: Mapped, resource: Carried, original: dict[str, Json], *, keeps_original: bool) -> None:
    fields = mapped.fields
    fields.day("health.assessed_on", mapped.assessed_on)
    if mapped.assessed_on is not None and not is_date(mapped.assessed_on):
        mapped.assessed_on = None
    people = [reference for reference in mapped.assessors if not _is_organisation(reference)]
    places = [reference for reference in mapped.assessors if _is_organisation(reference)]
    fields.text("health.clinician", joined([reference.display for reference in people]))
    fields.text("health.practice", joined([reference.display for reference in places]))
    if resource.text is not None and resource.text.div is not None:
        fields.text("health.narrative", plain_text(resource.text.div))
    fields.document("health.original_document", original, fits=keeps_original)


def _is_organisation(reference: Reference) -> bool:
    return reference.type == "Organization" or "Organization/" in (reference.reference or "")


def _start(period: Period | None) -> str | None:
    return None if period is None else period.start


def _some(*references: Reference | None) -> list[Reference]:
    return [reference for reference in references if reference is not None]


def _map(resource: Carried, mapped: Mapped) -> None:
    match resource:
        case Observation():
            _observation(resource, mapped)
        case Condition():
            _condition(resource, mapped)
        case DiagnosticReport():
            _report(resource, mapped)
        case CarePlan():
            _care_plan(resource, mapped)
        case Goal():
            _goal(resource, mapped)
        case QuestionnaireResponse():
            _response(resource, mapped)
        case ClinicalImpression():
            _impression(resource, mapped)


def _observation(resource: Observation, mapped: Mapped) -> None:
    mapped.status = resource.status
    moment = resource.effectiveDateTime or resource.effectiveInstant or _start(resource.effectivePeriod)
    mapped.assessed_on = day(moment or resource.issued)
    mapped.assessors = resource.performer
    mapped.flags = put_observation(mapped.fields, resource)


def _condition(resource: Condition, mapped: Mapped) -> None:
    verification = resource.verificationStatus
    mapped.status = None if verification is None else _bare_code(verification.coding)
    mapped.assessed_on = day(resource.recordedDate)
    mapped.assessors = _some(resource.asserter or resource.recorder)
    if resource.code is not None:
        mapped.fields.code("health.condition.code", first_token(resource.code))
        mapped.fields.text("health.condition.name", words(resource.code))
    if resource.clinicalStatus is not None:
        mapped.fields.code("health.condition.status", _bare_code(resource.clinicalStatus.coding))
    mapped.fields.day("health.condition.onset", day(resource.onsetDateTime or _start(resource.onsetPeriod)))


def _report(resource: DiagnosticReport, mapped: Mapped) -> None:
    mapped.status = resource.status
    mapped.assessed_on = day(resource.effectiveDateTime or _start(resource.effectivePeriod) or resource.issued)
    mapped.assessors = resource.performer
    mapped.fields.code("health.report.type", first_token(resource.code) or words(resource.code))
    codes = joined(words(code) for code in resource.conclusionCode)
    mapped.fields.text("health.report.conclusion", joined([resource.conclusion, codes]))


def _care_plan(resource: CarePlan, mapped: Mapped) -> None:
    mapped.status = resource.status
    mapped.assessed_on = day(resource.created or _start(resource.period))
    mapped.assessors = _some(resource.author)
    fields = mapped.fields
    titles = joined(words(category) for category in resource.category)
    fields.text("health.care_plan.title", resource.title or titles or resource.description)
    fields.code("health.care_plan.status", None if resource.status == _MISTAKE else resource.status)
    codes = [activity.detail.code for activity in resource.activity if activity.detail is not None]
    fields.codes("health.care_plan.activities", [first_token(code) for code in codes if code is not None])


def _goal(resource: Goal, mapped: Mapped) -> None:
    mapped.status = resource.lifecycleStatus
    mapped.assessed_on = day(resource.statusDate or resource.startDate)
    mapped.assessors = _some(resource.expressedBy)
    mapped.fields.text("health.goal.description", words(resource.description))


def _response(resource: QuestionnaireResponse, mapped: Mapped) -> None:
    mapped.status = resource.status
    mapped.assessed_on = day(resource.authored)
    mapped.assessors = _some(resource.author)
    mapped.fields.text("health.questionnaire.name", resource.questionnaire)
    if resource.item:
        mapped.fields.document("health.questionnaire.answers", [_question(item) for item in resource.item])


def _impression(resource: ClinicalImpression, mapped: Mapped) -> None:
    mapped.status = resource.status
    mapped.assessed_on = day(resource.date or resource.effectiveDateTime or _start(resource.effectivePeriod))
    mapped.assessors = _some(resource.assessor)
    findings = [finding.itemCodeableConcept for finding in resource.finding]
    said = [resource.summary, resource.description, *(words(item) for item in findings if item is not None)]
    mapped.fields.text("health.impression.summary", joined([*said, *(note.text for note in resource.note)], "\n"))


def _bare_code(codings: Sequence[Coding]) -> str | None:
    """Code of a value set that FHIR closes, so that the system adds nothing."""
    return next((coding.code for coding in codings if coding.code is not None), None)


def _question(item: Item) -> dict[str, Json]:
    """One question by its link id, with its answers and what is asked below it."""
    question: dict[str, Json] = {"link_id": item.linkId}
    if item.text is not None:
        question["text"] = item.text
    if item.answer:
        question["answers"] = [_answer(answer) for answer in item.answer]
    if item.item:
        question["items"] = [_question(inner) for inner in item.item]
    return question


def _answer(answer: Answer) -> Json:
    """The answer itself, or with what was asked because of it."""
    value = _answer_value(answer)
    if not answer.item:
        return value
    return {"value": value, "items": [_question(inner) for inner in answer.item]}


def _answer_value(answer: Answer) -> Json:
    if answer.valueBoolean is not None:
        return answer.valueBoolean
    if answer.valueInteger is not None:
        return answer.valueInteger
    if answer.valueDecimal is not None:
        return str(answer.valueDecimal)
    if answer.valueCoding is not None:
        return answer.valueCoding.display or answer.valueCoding.code
    return answer.valueDate or answer.valueUri or who(answer.valueReference) or value_of(answer)
