"""From documents to units: every resource by itself, with what is needed to find the resources beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.base import Json
from connectors.fhir_r4.subjects import LONGEST_ADDRESS, Person, address_of
from connectors.fhir_r4.types import RESOURCE_TYPES
from connectors.fhir_r4.versions import is_foreign
from connectors.limits import Limits
from connectors.reasons import ReasonCode, Unfit

_TEMPORARY = frozenset({"transaction", "batch"})
_ASKING = frozenset({"request", "response", "link", "search"})
_ONE_VERSION = frozenset({"transaction", "batch", "collection", "document", "message"})


@dataclass(slots=True)
class Shelf:
    """Resources that stand beside each other, by full address and by type and id."""

    by_url: dict[str, dict[str, Json]] = field(default_factory=dict)
    by_id: dict[str, dict[str, Json]] = field(default_factory=dict)
    persons: dict[tuple[str | None, str, bool], Person] = field(default_factory=dict)
    """Persons found for references that stand beside these resources, so that each is worked out once."""

    def put(self, resource: dict[str, Json], full_url: str | None) -> None:
        """Remember a resource; of two with one name the first stays."""
        if full_url is not None:
            self.by_url.setdefault(full_url, resource)
        if isinstance(resource.get("id"), str):
            self.by_id.setdefault(f"{resource.get('resourceType')}/{resource['id']}", resource)


@dataclass(frozen=True, slots=True)
class Found:
    """One unit as it stood in the source."""

    place: str
    document: Json = field(repr=False)
    shelf: Shelf = field(default_factory=Shelf, repr=False)
    full_url: str | None = field(default=None, repr=False)
    base: str | None = field(default=None, repr=False)
    """Address of the server that relative references belong to, where the source tells."""
    is_lasting: bool = True
    """Whether `full_url` names the resource for good; in a transaction it only holds the entries together."""
    problem: ReasonCode | None = None
    raw: bytes | None = field(default=None, repr=False)
    """The bytes themselves, where no document could be read from them."""
    is_older: bool = False
    """Whether a newer version of the same resource came before it in a history."""
    is_request: bool = False
    """Whether it is an entry that asks or answers and holds no resource."""


def units_in(found: Found, limits: Limits) -> Iterator[Found]:
    """The resource itself, or every entry of a Bundle and of the Bundles in it."""
    yield from _units(found, limits, depth=limits.bundle_depth)


def _units(found: Found, limits: Limits, *, depth: int) -> Iterator[Found]:
    document = found.document
    if not isinstance(document, dict) or document.get("resourceType") != "Bundle":
        yield found
        return
    if depth == 0:
        yield Found(found.place, document, problem=ReasonCode.TOO_DEEP)
        return
    for entry in _entries(document, found):
        yield from _units(entry, limits, depth=depth - 1)


def _entries(bundle: dict[str, Json], around: Found) -> Iterator[Found]:
    raw = bundle.get("entry", [])
    if not isinstance(raw, list):
        yield Found(around.place, bundle, problem=ReasonCode.INVALID_RESOURCE)
        return
    shelf = _shelf(raw)
    kind = str(bundle.get("type"))
    problem = ReasonCode.WRONG_FHIR_VERSION if kind in _ONE_VERSION and _any_foreign(raw) else None
    seen: set[str] = set()
    separator = "." if "#" in around.place else "#"
    for index, entry in enumerate(raw):
        place = f"{around.place}{separator}entry[{index}]"
        resource = entry.get("resource") if isinstance(entry, dict) else None
        full_url = _full_url(entry)
        address = None if full_url is None else address_of(full_url)
        yield Found(
            place,
            entry if resource is None else resource,
            shelf=shelf,
            full_url=full_url,
            base=around.base if address is None else address.base,
            is_lasting=kind not in _TEMPORARY,
            problem=problem,
            is_request=resource is None and isinstance(entry, dict) and not entry.keys().isdisjoint(_ASKING),
            is_older=kind == "history" and full_url is not None and full_url in seen,
        )
        seen.add(full_url or "")


def _full_url(entry: Json) -> str | None:
    full_url = entry.get("fullUrl") if isinstance(entry, dict) else None
    return full_url if isinstance(full_url, str) and len(full_url) <= LONGEST_ADDRESS else None


def _resources(entries: list[Json]) -> Iterator[tuple[dict[str, Json], str | None]]:
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield resource, _full_url(entry)


def _shelf(entries: list[Json]) -> Shelf:
    shelf = Shelf()
    for resource, full_url in _resources(entries):
        shelf.put(resource, full_url)
    return shelf


def _any_foreign(entries: list[Json]) -> bool:
    """One entry of another FHIR version tells of all: what is written together follows one version."""
    return any(is_foreign(resource) for resource, _ in _resources(entries))


def kind_of(document: Json) -> str:
    """Resource type of a unit.

    Raises:
        Unfit: it is no resource of R4; the word itself may be anything, so it is not told.
    """
    kind = document.get("resourceType") if isinstance(document, dict) else None
    if not isinstance(kind, str) or kind not in RESOURCE_TYPES:
        raise Unfit(ReasonCode.NOT_A_RESOURCE)
    return kind
