"""The data types of FHIR R4 that this kind reads, only as far as it reads them. Unknown members are dropped."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BaseModel, ConfigDict, StringConstraints

DateTime: TypeAlias = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])"
        r"(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9]))?)?)?$"
    ),
]
"""`dateTime` of FHIR R4 (section 2.24): a date may be partial, a time has a zone."""

Number: TypeAlias = (
    int | Annotated[str, StringConstraints(pattern=r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$")]
)
"""`decimal` of FHIR R4, kept as the source wrote it."""


class Element(BaseModel):
    """A part of a resource: strict in what it reads, silent about the rest."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


class Coding(Element):
    """A code in a code system."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class CodeableConcept(Element):
    """A notion by codes, by words, or both."""

    coding: list[Coding] = []
    text: str | None = None


class Period(Element):
    """From and until, either end open."""

    start: DateTime | None = None
    end: DateTime | None = None


class IdentifierElement(Element):
    """A business identifier, as FHIR writes it."""

    use: str | None = None
    type: CodeableConcept | None = None
    system: str | None = None
    value: str | None = None
    period: Period | None = None


class Reference(Element):
    """A pointer to another resource: literal, logical (by identifier), or in words only."""

    reference: str | None = None
    type: str | None = None
    identifier: IdentifierElement | None = None
    display: str | None = None


class Quantity(Element):
    """A measured amount."""

    value: Number | None = None
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


class Range(Element):
    """Between two amounts."""

    low: Quantity | None = None
    high: Quantity | None = None


class Ratio(Element):
    """One amount to another."""

    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Annotation(Element):
    """A note."""

    text: str


class Narrative(Element):
    """Words in XHTML that stand for the resource."""

    div: str | None = None


class Meta(Element):
    """Tags of a resource."""

    tag: list[Coding] = []


class HumanName(Element):
    """A name of a person."""

    use: str | None = None
    family: str | None = None
    given: list[str] = []
