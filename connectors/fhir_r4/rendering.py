"""FHIR values as the text and the codes of record fields."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.fhir_r4.elements import CodeableConcept, Coding, Period, Quantity, Range, Ratio, Reference
from connectors.fhir_r4.resources import HasValue

_UCUM_WORDS = {"mm[Hg]": "mmHg", "Cel": "°C", "{score}": ""}


def token(coding: Coding) -> str | None:
    """A coding as `system|code`, the form that FHIR searches use; the code alone where no system is given."""
    if coding.code is None:
        return None
    return coding.code if coding.system is None else f"{coding.system}|{coding.code}"


def first_token(concept: CodeableConcept) -> str | None:
    """The first code of a concept."""
    return next((text for coding in concept.coding if (text := token(coding)) is not None), None)


def words(concept: CodeableConcept) -> str | None:
    """What a person reads for a concept: its text, else the first display, else the first code."""
    if concept.text is not None:
        return concept.text
    displays = (coding.display for coding in concept.coding if coding.display is not None)
    return next(displays, None) or first_token(concept)


def joined(parts: Iterable[str | None], separator: str = "; ") -> str | None:
    """The parts that are there, or None when none is."""
    text = separator.join(part for part in parts if part)
    return text or None


def amount(quantity: Quantity | None) -> str | None:
    """A quantity in words: comparator, value as the source wrote it, unit."""
    if quantity is None or quantity.value is None:
        return None
    unit = quantity.unit or quantity.code or ""
    return f"{quantity.comparator or ''}{quantity.value} {_UCUM_WORDS.get(unit, unit)}".strip()


def _range(value: Range) -> str | None:
    return joined([amount(value.low), amount(value.high)], " – ")


def _ratio(value: Ratio) -> str | None:
    return joined([amount(value.numerator), amount(value.denominator)], " : ")


def period(value: Period) -> str | None:
    """A period in words, open ends left open."""
    if value.start is None and value.end is None:
        return None
    return f"{value.start or ''} – {value.end or ''}".strip()


def value_of(holder: HasValue) -> str | None:
    """`value[x]` in words, or why it is missing."""
    if holder.valueQuantity is not None:
        return amount(holder.valueQuantity)
    if holder.valueCodeableConcept is not None:
        return words(holder.valueCodeableConcept)
    if holder.valueString is not None:
        return holder.valueString
    if holder.valueBoolean is not None:
        return "true" if holder.valueBoolean else "false"
    if holder.valueInteger is not None:
        return str(holder.valueInteger)
    return _rarer_value(holder)


def _rarer_value(holder: HasValue) -> str | None:
    if holder.valueRange is not None:
        return _range(holder.valueRange)
    if holder.valueRatio is not None:
        return _ratio(holder.valueRatio)
    if holder.valuePeriod is not None:
        return period(holder.valuePeriod)
    if holder.dataAbsentReason is not None:
        reason = words(holder.dataAbsentReason)
        return None if reason is None else f"absent: {reason}"
    return holder.valueDateTime or holder.valueTime


def day(moment: str | None) -> str | None:
    """The date of a FHIR dateTime, as partial as it is."""
    return None if moment is None else moment[:10]


def who(reference: Reference | None) -> str | None:
    """Whom a reference names, in words where the source gives words."""
    return None if reference is None else reference.display or reference.reference
