"""Observations to fields: what is measured has a field of its own, the rest goes into the general ones.

INVARIANT: a value goes into one field only (besides the original document). A rule that withholds
`health.observation.value` must not be passed by a height that was put there as well, nor the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connectors.fhir_r4.elements import CodeableConcept, Quantity
from connectors.fhir_r4.rendering import first_token, joined, value_of, words
from connectors.fhir_r4.resources import Component, Observation
from connectors.fields import Fields

FIELD_SYSTEM = "https://dolen.example/fhir/field"
"""Code system whose codes are field ids: a board's code map adds such a coding beside its own."""

_LOINC = "http://loinc.org"
MEASURES = {
    "8302-2": "health.growth.height",
    "8306-3": "health.growth.height",
    "8308-9": "health.growth.height",
    "3137-7": "health.growth.height",
    "29463-7": "health.growth.weight",
    "3141-9": "health.growth.weight",
    "39156-5": "health.growth.bmi",
    "9843-4": "health.growth.head_circumference",
    "8287-5": "health.growth.head_circumference",
    "8867-4": "health.vitals.heart_rate",
    "9279-1": "health.vitals.respiratory_rate",
    "8310-5": "health.vitals.temperature",
    "2708-6": "health.vitals.oxygen_saturation",
    "59408-5": "health.vitals.oxygen_saturation",
}
"""LOINC code to field, for values that are one number."""

_PRESSURE = "health.vitals.blood_pressure"
_PRESSURE_PANELS = frozenset({"85354-9", "55284-4"})
_SYSTOLIC, _DIASTOLIC = "8480-6", "8462-4"

_PER_MINUTE = dict.fromkeys(("/min", "{beats}/min", "{breaths}/min", "beats/min", "beats/minute", "breaths/min"), 0)
_UNITS: dict[str, dict[str, int]] = {
    "health.growth.height": {"cm": 0, "m": 2, "mm": -1},
    "health.growth.weight": {"kg": 0, "g": -3},
    "health.growth.bmi": {"kg/m2": 0, "kg/m^2": 0},
    "health.growth.head_circumference": {"cm": 0, "m": 2, "mm": -1},
    "health.vitals.heart_rate": _PER_MINUTE,
    "health.vitals.respiratory_rate": _PER_MINUTE,
    "health.vitals.temperature": {"Cel": 0, "°C": 0, "C": 0},
    "health.vitals.oxygen_saturation": {"%": 0},
}
"""Units of a field (UCUM) with the power of ten to the field's own; others would need rounding: kept as words."""

TEXT_FIELDS = frozenset(
    {
        "health.speech.receptive_language",
        "health.speech.expressive_language",
        "health.speech.speech_sounds",
        "health.speech.fluency",
        "health.speech.therapy_recommendation",
        "health.hearing.result",
        "health.vision.result",
        "health.motor.gross",
        "health.motor.fine",
        "health.neurodevelopment.conclusion",
        "health.mental_health.summary",
        "health.vitals.blood_pressure",
        "health.impression.summary",
        "health.report.conclusion",
        "health.care_plan.title",
        "health.goal.description",
    }
)
CODE_FIELDS = frozenset({"health.neurodevelopment.status", "health.mental_health.involvement"})
"""Fields that a coding of `FIELD_SYSTEM` may name, beside those of `MEASURES`."""


def put_observation(fields: Fields, observation: Observation) -> tuple[str, ...]:
    """Put what `observation` says into `fields`; gives flags on what was kept as words only."""
    flags: list[str] = []
    field_id = _field_of(observation.code)
    if field_id is not None and _put_named(fields, field_id, observation):
        return ()
    if field_id is not None:
        flags.append(f"kept_as_words:{field_id}")
    fields.code("health.observation.code", first_token(observation.code))
    fields.text("health.observation.name", words(observation.code))
    fields.text("health.observation.value", _all_values(observation))
    fields.code("health.observation.interpretation", _first_of(observation.interpretation))
    return tuple(flags)


def _field_of(code: CodeableConcept) -> str | None:
    """Field that a concept names: by our own code system first, then by LOINC."""
    for coding in code.coding:
        if coding.system == FIELD_SYSTEM and coding.code in TEXT_FIELDS | CODE_FIELDS | set(_UNITS):
            return coding.code
    for coding in code.coding:
        if coding.system == _LOINC and coding.code is not None:
            field_id = _PRESSURE if coding.code in _PRESSURE_PANELS else MEASURES.get(coding.code)
            if field_id is not None:
                return field_id
    return None


def _put_named(fields: Fields, field_id: str, observation: Observation) -> bool:
    """Put the value into the field that its code names; False when it does not fit there."""
    value = _value_for(field_id, observation)
    if value is None:
        return False
    if field_id in CODE_FIELDS:
        fields.code(field_id, value)
    elif field_id in TEXT_FIELDS:
        fields.text(field_id, value)
    else:
        fields.decimal(field_id, value)
    return field_id in fields.values


def _value_for(field_id: str, observation: Observation) -> str | None:
    if observation.dataAbsentReason is not None:
        return None
    if field_id == _PRESSURE and observation.component:
        return _pressure(observation.component)
    if field_id in _UNITS:
        return None if observation.valueQuantity is None else _in_own_unit(field_id, observation.valueQuantity)
    if field_id in CODE_FIELDS and observation.valueCodeableConcept is not None:
        return first_token(observation.valueCodeableConcept)
    return _all_values(observation)


def _in_own_unit(field_id: str, quantity: Quantity) -> str | None:
    """The number in the unit of the field, digits kept; None where that would need more than moving the point."""
    unit = quantity.code or quantity.unit
    power = None if unit is None else _UNITS[field_id].get(unit)
    if quantity.value is None or quantity.comparator is not None or power is None:
        return None
    text = str(quantity.value)
    return text if power == 0 else format(Decimal(text).scaleb(power), "f")


def _pressure(components: Sequence[Component]) -> str | None:
    """Systolic over diastolic, each as the source wrote it; None unless both are there in mmHg."""
    sides = [_side(components, code) for code in (_SYSTOLIC, _DIASTOLIC)]
    return None if None in sides else f"{sides[0]}/{sides[1]} mmHg"


def _side(components: Sequence[Component], code: str) -> str | None:
    for component in components:
        quantity = component.valueQuantity
        named = any(coding.system == _LOINC and coding.code == code for coding in component.code.coding)
        if named and quantity is not None and quantity.value is not None and quantity.comparator is None:
            return str(quantity.value) if (quantity.code or quantity.unit) in {"mm[Hg]", "mmHg"} else None
    return None


def _all_values(observation: Observation) -> str | None:
    """Own value, then every component with its name."""
    parts = [f"{words(part.code) or '?'}: {value_of(part) or '–'}" for part in observation.component]
    return joined([value_of(observation), *parts])


def _first_of(concepts: Sequence[CodeableConcept]) -> str | None:
    return next((text for concept in concepts if (text := first_token(concept) or concept.text) is not None), None)
