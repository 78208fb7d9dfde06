"""One unit at a time: a found resource becomes an assessment, is ignored, or is rejected with its reason."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from pydantic import ValidationError

from connectors import identifiers
from connectors.base import Assessment, Ignored, Json, LocalNumber, Rejected, Unit
from connectors.fhir_r4.elements import Reference
from connectors.fhir_r4.mapping import Mapped, facts_of, map_resource
from connectors.fhir_r4.parse import checked_size
from connectors.fhir_r4.resources import CARRIED, Carried
from connectors.fhir_r4.subjects import LONGEST_ADDRESS, Person, address_of, from_logical, person_of
from connectors.fhir_r4.units import Found, kind_of
from connectors.fhir_r4.versions import is_foreign
from connectors.limits import Limits
from connectors.reasons import ReasonCode, Unfit

PatientFinder = Callable[[str], dict[str, Json] | None]
"""Finds a Patient elsewhere in the source by its reference (`Patient/1`, or the whole address)."""


class Assessor:
    """Turns the units of one source into what the hub takes.

    INVARIANT: a reference is yielded as an assessment once per source. A second unit of the same name is ignored when
    it says the same, and rejected when it says something else; so a second run changes nothing.
    """

    def __init__(self, limits: Limits, find_patient: PatientFinder) -> None:
        """`find_patient` is asked for patients that do not stand beside the resource itself."""
        self._limits = limits
        self._find_patient = find_patient
        self._seen: dict[bytes, bytes] = {}

    def unit(self, found: Found) -> Unit:
        """What becomes of `found`."""
        if found.is_request:
            return Ignored(found.place, "request")
        try:
            return self._unit(found)
        except Unfit as problem:
            return Rejected(found.place, problem.reason, self._original(found))
        except ValidationError:
            return Rejected(found.place, ReasonCode.INVALID_RESOURCE, self._original(found))

    def _unit(self, found: Found) -> Unit:
        if found.problem is not None:
            raise Unfit(found.problem)
        kind, document = kind_of(found.document), found.document
        if not isinstance(document, dict) or is_foreign(document):
            raise Unfit(ReasonCode.WRONG_FHIR_VERSION)
        model = CARRIED.get(kind)
        if model is None:
            return Ignored(found.place, kind)
        size = checked_size(document, self._limits)
        resource = model.model_validate(document)
        reference = _reference(kind, resource, found)
        person = self._person(resource.subject, found, document)
        if found.is_older:
            return Ignored(found.place, "older version")
        if self._is_repeat(reference, document):
            return Ignored(found.place, "repeat")
        mapped = map_resource(resource, document, keeps_original=size <= self._limits.document_bytes)
        self._seen[_digest(reference)] = _digest(repr(document))
        return _assessment(found.place, resource, mapped=mapped, person=person, reference=reference)

    def _is_repeat(self, reference: str, document: dict[str, Json]) -> bool:
        before = self._seen.get(_digest(reference))
        if before is not None and before != _digest(repr(document)):
            raise Unfit(ReasonCode.CONFLICTING_REPEAT)
        return before is not None

    def _person(self, subject: Reference | None, found: Found, document: dict[str, Json]) -> Person:
        """The patient that a resource is about.

        Raises:
            Unfit: it names nobody, names something that is no patient, or can't be told to name one.
        """
        if subject is None:
            raise Unfit(ReasonCode.NO_SUBJECT)
        if subject.reference is None:
            return from_logical(subject)
        if len(subject.reference) > LONGEST_ADDRESS:
            raise Unfit(ReasonCode.UNRESOLVED_SUBJECT)
        if subject.reference.startswith("#"):
            return _contained(subject.reference[1:], document)
        key = (found.base, subject.reference, subject.type == "Patient")
        person = found.shelf.persons.get(key)
        if person is None:
            person = self._literal(subject.reference, found, is_patient=subject.type == "Patient")
            found.shelf.persons[key] = person
        return person

    def _literal(self, reference: str, found: Found, *, is_patient: bool) -> Person:
        address = address_of(reference)
        if address is not None and address.base is None and found.base is not None:
            reference, address = f"{found.base}/{reference}", address_of(f"{found.base}/{reference}")
        if address is not None and address.kind != "Patient":
            raise Unfit(ReasonCode.SUBJECT_NOT_A_PATIENT)
        patient = self._patient(reference, found)
        if address is not None:
            return Person(address.number) if patient is None else person_of(patient, address.number)
        number = LocalNumber("urn:ietf:rfc:3986", reference) if found.is_lasting else None
        if patient is not None:
            return person_of(patient, _own_number(patient, found) or number)
        if not is_patient:
            raise Unfit(ReasonCode.UNRESOLVED_SUBJECT)
        return Person(number)

    def _patient(self, reference: str, found: Found) -> dict[str, Json] | None:
        """The resource by its full address, beside it first; by type and id where no address is known."""
        beside = found.shelf.by_url.get(reference) or found.shelf.by_id.get(reference)
        return self._find_patient(reference) if beside is None else beside

    def _original(self, found: Found) -> bytes | None:
        """The unit as JSON for the quarantine, unless it is too large to keep or can't be written."""
        try:
            content = found.raw or json.dumps(found.document, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        except (RecursionError, ValueError):
            return None
        return content if len(content) <= self._limits.original_bytes else None


def _assessment(place: str, resource: Carried, *, mapped: Mapped, person: Person, reference: str) -> Assessment:
    return Assessment(
        place=place,
        unit_type=type(resource).__name__,
        local_number=person.local_number,
        reference=reference,
        fields=mapped.fields.values,
        identifiers=person.identifiers,
        demographics=person.demographics,
        assessed_by=mapped.assessed_by,
        assessed_on=mapped.assessed_on,
        facts=facts_of(resource),
        flags=mapped.flags + mapped.fields.flags + identifiers.doubts(person.identifiers),
        removed=mapped.removed,
    )


def _reference(kind: str, resource: Carried, found: Found) -> str:
    """What names the resource across runs: its id at its server, or its lasting address, or what it says."""
    if resource.id is not None:
        return f"{kind}/{resource.id}" if found.base is None else f"{found.base}/{kind}/{resource.id}"
    if found.full_url is not None and found.is_lasting:
        return found.full_url
    return f"{kind}/sha256:{hashlib.sha256(repr(found.document).encode('utf-8', 'surrogatepass')).hexdigest()}"


def _contained(name: str, document: dict[str, Json]) -> Person:
    """A patient inside the resource has no number of its own outside it."""
    inside = document.get("contained")
    for resource in inside if isinstance(inside, list) else []:
        if isinstance(resource, dict) and resource.get("id") == name:
            return person_of(resource, None)
    raise Unfit(ReasonCode.UNRESOLVED_SUBJECT)


def _own_number(patient: dict[str, Json], found: Found) -> LocalNumber | None:
    """The id of a Patient that is referred to by another name than its id."""
    own_id = patient.get("id")
    address = address_of(f"Patient/{own_id}") if isinstance(own_id, str) else None
    if address is None:
        return None
    return address.number if found.base is None else LocalNumber(f"{found.base}/Patient", address.id)


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).digest()
