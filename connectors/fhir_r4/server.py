"""FHIR from a server, by search with paging, which may end early, turn in circles, or lead elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.base import Json, Unit, UnreadableSource
from connectors.fhir_r4.assessing import Assessor
from connectors.fhir_r4.http import Server
from connectors.fhir_r4.resources import CARRIED
from connectors.fhir_r4.subjects import for_matching
from connectors.fhir_r4.units import Found, units_in
from connectors.sources import ServerSource

_COUNT = 200
_MOST_IDS = 50


def read_server(source: ServerSource) -> Iterator[Unit]:
    """Every resource of the carried types that the server gives; other types are not asked for.

    Patients are fetched by id and only those that a resource is about, so no more of them than needed leaves there.

    Raises:
        UnreadableSource: not reachable, refuses, speaks another FHIR version, or does not hand out all that it counts.
    """
    with Server(source) as server:
        patients = _Patients(server)
        assessor = Assessor(source.limits, patients)
        for kind in _types_of(server):
            for page, bundle in enumerate(_pages(server, kind), start=1):
                place = Found(f"{kind}?page={page}", bundle, base=server.base)
                units = list(units_in(place, source.limits))
                patients.fetch(units)
                yield from (assessor.unit(found) for found in units)


def _types_of(server: Server) -> list[str]:
    """Carried types that the server has; all of them where it does not say (its /metadata is then no statement).

    Raises:
        UnreadableSource: it says that it speaks another FHIR version.
    """
    statement = server.statement()
    if statement is None:
        return list(CARRIED)
    version = statement.get("fhirVersion")
    if not isinstance(version, str) or not version.startswith("4.0"):
        raise UnreadableSource("the server does not speak FHIR R4 (wrong_fhir_version)", "give its R4 (4.0.1) address")
    rest = statement.get("rest")
    modes = [mode for mode in rest if isinstance(mode, dict)] if isinstance(rest, list) else []
    listed = [entry for mode in modes for entry in _list_of(mode, "resource") if isinstance(entry, dict)]
    offered = {str(entry.get("type")) for entry in listed}
    return [kind for kind in CARRIED if kind in offered] if listed else list(CARRIED)


def _list_of(document: dict[str, Json], name: str) -> list[Json]:
    value = document.get(name)
    return value if isinstance(value, list) else []


def _pages(server: Server, kind: str) -> Iterator[dict[str, Json]]:
    """Every page of one search.

    Some servers count more than they give and name no next page (Medplum's router does): those are asked again by
    offset, and where that brings nothing new the reading ends with an error rather than with less than there is.
    """
    first = f"{server.base}/{kind}?_count={_COUNT}"
    url, seen, names = first, {first}, set[str]()
    for _ in range(server.limits.pages):
        bundle = server.bundle(url)
        before = len(names)
        names.update(_names(bundle))
        yield bundle
        following = server.next_of(bundle, url)
        if following is None:
            total = bundle.get("total")
            if not isinstance(total, int) or len(names) >= total:
                return
            following = f"{first}&_offset={len(names)}"
            if len(names) == before:
                raise _incomplete(kind)
        if following in seen:
            raise UnreadableSource(f"the pages of {kind} turn in a circle", "report it to the server's makers")
        seen.add(following)
        url = following
    raise UnreadableSource(f"{kind} has more pages than the limits allow", "ask the server's makers for larger pages")


def _incomplete(kind: str) -> UnreadableSource:
    return UnreadableSource(
        f"the server counts more {kind} than it hands out, and names no next page",
        "what came was read; have its paging repaired, or export the rest as NDJSON",
    )


def _names(bundle: dict[str, Json]) -> Iterator[str]:
    """Names of the resources that were asked for; what was included or is a warning is not part of the count."""
    for entry in _list_of(bundle, "entry"):
        if not isinstance(entry, dict):
            continue
        search, resource = entry.get("search"), entry.get("resource")
        mode = search.get("mode") if isinstance(search, dict) else None
        if isinstance(resource, dict) and mode not in ("include", "outcome"):
            yield f"{resource.get('resourceType')}/{resource.get('id')}"


class _Patients:
    """Patients of the server by reference, fetched for one page at a time."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._known: dict[str, dict[str, Json] | None] = {}

    def __call__(self, reference: str) -> dict[str, Json] | None:
        return self._known.get(reference)

    def fetch(self, units: list[Found]) -> None:
        """Ask for the patients of `units` that are not known yet."""
        prefix = f"{self._server.base}/Patient/"
        wanted = {f"{prefix}{patient_id}" for patient_id in _patient_ids(units, prefix)}
        missing = sorted(wanted - self._known.keys())
        for start in range(0, len(missing), _MOST_IDS):
            some = missing[start : start + _MOST_IDS]
            self._known.update(dict.fromkeys(some))
            ids = ",".join(url.removeprefix(prefix) for url in some)
            for resource in _resources(self._server.bundle(f"{prefix[:-1]}?_id={ids}&_count={_MOST_IDS}")):
                if resource.get("resourceType") == "Patient":
                    self._known[f"{prefix}{resource.get('id')}"] = for_matching(resource)


def _patient_ids(units: list[Found], prefix: str) -> Iterator[str]:
    for found in units:
        subject = found.document.get("subject") if isinstance(found.document, dict) else None
        reference = subject.get("reference") if isinstance(subject, dict) else None
        if isinstance(reference, str):
            relative = reference.removeprefix(prefix.removesuffix("Patient/"))
            kind, _, patient_id = relative.partition("/")
            if kind == "Patient" and patient_id and all(sign.isalnum() or sign in "-." for sign in patient_id):
                yield patient_id


def _resources(bundle: dict[str, Json]) -> Iterator[dict[str, Json]]:
    for entry in _list_of(bundle, "entry"):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource
