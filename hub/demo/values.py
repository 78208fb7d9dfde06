"""Every value of the demo that must lie nowhere in clear: what the sources say, and what the directory was told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from connectors.base import Assessment, Rejected, source_at
from connectors.registry import connector
from hub.demo.clear_text import worth_searching
from hub.demo.partnership import BECAUSE, DATA, EVIDENCE, SOURCES, source_of
from hub.demo.people import CAST
from hub.protocols.model import State
from hub.sealing.model import Json

CANARIES = (
    "CANARY-HEALTH",
    "CANARY-RESTRICTED",
    "CANARY-QUARANTINE",
    "CANARY-CHANGED",
    "CANARY-RAGGED",
    "CANARY-REASON",
)
"""Planted in the sources and in free text of the directory."""

_OF_THE_REGISTER = frozenset(State)
"""Words for where a protocol stands. A code of FHIR is spelt like one of them (`proposed`), and proves nothing."""


def hidden_values() -> list[str]:
    """All of them that are at least six characters long, each once."""
    found = worth_searching([*CANARIES, EVIDENCE, BECAUSE, *_of_people(), *_of_sources()])
    return [value for value in found if value not in _OF_THE_REGISTER]


def _of_people() -> Iterator[str]:
    for one in CAST:
        yield from _strings([one.contact.name, one.contact.email, one.contact.phone, one.contact.address])
        yield from one.contact.name.split()


def _of_sources() -> Iterator[str]:
    kinds = [(kind, source_of(kind)) for kind in SOURCES]
    for kind, path in [*kinds, ("fhir-r4", DATA / "health" / "changed-assessment.json")]:
        for unit in connector(kind).read(source_at(str(path))):
            if isinstance(unit, Assessment):
                yield from _of_unit(unit)
            elif isinstance(unit, Rejected) and unit.original is not None:
                yield unit.original.decode("utf-8", "replace").strip()


def _of_unit(unit: Assessment) -> Iterator[str]:
    for field_id, value in unit.fields.items():
        # Of the original document the texts are searched: its codes are FHIR's own words, not the learner's.
        yield from _strings([value]) if field_id != "health.original_document" else _texts_of(value)
    yield from (identifier.value for identifier in unit.identifiers)
    yield from _strings([unit.local_number.value if unit.local_number is not None else None])
    said = unit.demographics
    yield from _strings([*said.given_names, said.family_name, said.birth_date])


def _texts_of(document: Json) -> Iterator[str]:
    """Texts that a person wrote: those with a space in them."""
    return (text for text in _strings([document]) if " " in text)


def _strings(values: Iterable[Json]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, Mapping):
            yield from _strings(value.values())
        elif isinstance(value, Sequence):
            yield from _strings(value)
