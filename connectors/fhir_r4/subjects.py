"""Who a resource is about: from its subject to the holder's own number, identifiers and demographics."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pydantic import ValidationError

from connectors import identifiers
from connectors.base import NOTHING_KNOWN, Demographics, Identifier, Json, LocalNumber
from connectors.fhir_r4.elements import IdentifierElement, Reference
from connectors.fhir_r4.resources import Patient
from connectors.fields import is_date
from connectors.reasons import ReasonCode, Unfit

LONGEST_ADDRESS = 2_048
"""Characters of a reference at most; no longer one names anything."""
_LONGEST_NAME = 512
_RESTFUL = re.compile(r"(?:(https?://[^\s?#]+)/)?([A-Z][A-Za-z]{1,63})/([A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?")
_NHS_NUMBER_SYSTEMS = frozenset(
    {
        identifiers.NHS_NUMBER_SYSTEM,
        "http://fhir.nhs.uk/Id/nhs-number",
        "http://fhir.nhs.net/Id/nhs-number",
        "urn:oid:2.16.840.1.113883.2.1.4.1",
    }
)
_UPN_SYSTEM = "https://dolen.example/fhir/Id/upn"
_ULN_SYSTEM = "https://dolen.example/fhir/Id/uln"
# HL7 UK names no system for the two school numbers; boards that hold them send these (docs/connecting.md).
_HOSPITAL_SYSTEM = re.compile(r"https?://[^\s]+/(?:[a-z]+-)?pas-identifier")
_TYPE_SYSTEMS = frozenset({"http://terminology.hl7.org/CodeSystem/v2-0203", "http://hl7.org/fhir/v2/0203"})
_NOT_CURRENT = frozenset({"old", "temp"})
_SEXES = frozenset({"female", "male", "other", "unknown"})


@dataclass(frozen=True, slots=True)
class Person:
    """The patient of a resource, as far as the source tells."""

    local_number: LocalNumber | None
    identifiers: tuple[Identifier, ...] = ()
    demographics: Demographics = NOTHING_KNOWN


@dataclass(frozen=True, slots=True)
class Address:
    """A literal reference taken apart: `base` is None for a relative one."""

    base: str | None
    kind: str
    id: str

    @property
    def number(self) -> LocalNumber:
        """The id as a number of the holder: an id means nothing without the server that gave it."""
        return LocalNumber("Patient" if self.base is None else f"{self.base}/Patient", self.id)


def for_matching(patient: dict[str, Json]) -> dict[str, Json]:
    """What of a Patient is read at all; the rest need not be held while a source is read."""
    return {name: patient[name] for name in ("resourceType", *Patient.model_fields) if name in patient}


def address_of(reference: str) -> Address | None:
    """The parts of a RESTful reference (FHIR R4, section 2.3.0.1); None for any other, such as `urn:uuid:`."""
    match = _RESTFUL.fullmatch(reference) if len(reference) <= LONGEST_ADDRESS else None
    return None if match is None else Address(match.group(1), match.group(2), match.group(3))


def person_of(document: dict[str, Json], number: LocalNumber | None) -> Person:
    """The person that a Patient resource describes; `number` is what the source calls the resource itself.

    The holder's number is the hospital number where there is one, because it outlives servers and exports; the
    resource's own id is kept beside it. Broken parts of a Patient are left out: it is read for matching only.
    """
    if document.get("resourceType") != "Patient":
        raise Unfit(ReasonCode.SUBJECT_NOT_A_PATIENT)
    try:
        patient = Patient.model_validate(document)
    except ValidationError:
        return Person(number)
    found = identified(patient.identifier)
    if found.local_number is None:
        return replace(found, local_number=number, demographics=_demographics(patient))
    own_id = () if number is None else (identifiers.local(number.system, number.value),)
    return replace(found, identifiers=found.identifiers + own_id, demographics=_demographics(patient))


def identified(elements: list[IdentifierElement]) -> Person:
    """NHS number and hospital numbers among `elements`; the smallest by system is the holder's number.

    Every board has systems of its own, Betsi Cadwaladr has three: the same digits there are different people.
    """
    known = [element for element in elements if _is_known(element)]
    nhs = [identifiers.nhs_number(element.value or "") for element in known if element.system in _NHS_NUMBER_SYSTEMS]
    numbers = sorted(
        (element.system or "", (element.value or "").strip()) for element in known if _is_hospital(element)
    )
    school = [identifiers.upn(element.value or "") for element in known if element.system == _UPN_SYSTEM]
    school += [identifiers.uln(element.value or "") for element in known if element.system == _ULN_SYSTEM]
    others = [identifiers.local(system, value) for system, value in numbers[1:]]
    local_number = LocalNumber(*numbers[0]) if numbers else None
    return Person(local_number, tuple(dict.fromkeys([*nhs, *school, *others])))


def from_logical(subject: Reference) -> Person:
    """The person of a reference that carries an identifier only (FHIR R4, section 2.3.0.2)."""
    if subject.identifier is None:
        raise Unfit(ReasonCode.NO_SUBJECT)
    if subject.type not in {None, "Patient"}:
        raise Unfit(ReasonCode.SUBJECT_NOT_A_PATIENT)
    return identified([subject.identifier])


def _is_known(element: IdentifierElement) -> bool:
    return bool(element.value) and len(element.value or "") <= identifiers.LONGEST and element.use not in _NOT_CURRENT


def _is_hospital(element: IdentifierElement) -> bool:
    if element.system is None or len(element.system) > LONGEST_ADDRESS or element.system in _NHS_NUMBER_SYSTEMS:
        return False
    codings = () if element.type is None else element.type.coding
    is_record_number = any(coding.code == "MR" and coding.system in _TYPE_SYSTEMS for coding in codings)
    return is_record_number or _HOSPITAL_SYSTEM.fullmatch(element.system) is not None


def _demographics(patient: Patient) -> Demographics:
    names = sorted(patient.name, key=lambda name: name.use not in {"official", "usual"})
    name = names[0] if names else None
    born = patient.birthDate
    return Demographics(
        given_names=() if name is None else tuple(part for part in name.given if len(part) <= _LONGEST_NAME),
        family_name=None if name is None or len(name.family or "") > _LONGEST_NAME else name.family,
        birth_date=born if born is not None and is_date(born) else None,
        sex=patient.gender if patient.gender in _SEXES else None,
    )
