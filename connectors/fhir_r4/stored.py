"""FHIR in files: JSON, XML and NDJSON, one by one or a folder of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.base import Ignored, Json, Rejected, Unit, UnreadableSource
from connectors.fhir_r4.assessing import Assessor
from connectors.fhir_r4.parse import document_of, json_of, text_of
from connectors.fhir_r4.subjects import for_matching
from connectors.fhir_r4.units import Found, Shelf, units_in
from connectors.fhir_r4.xml import xml_of
from connectors.limits import Limits
from connectors.reasons import ReasonCode, Unfit, unreadable
from connectors.sources import SourceFile, StoredSource, files_of, is_whole_source

_ENDINGS = (".json", ".xml", ".ndjson", ".jsonl", ".zip")
_LINES = (".ndjson", ".jsonl")
_PATIENT = re.compile(rb'"Patient"|<Patient')


def read_stored(source: StoredSource) -> Iterator[Unit]:
    """Every unit of the files of `source`.

    A file that can't be read is one `Rejected` in a folder or an archive, and the end where it is the whole source.
    """
    assessor = Assessor(source.limits, _Patients(source))
    count, candidates = 0, 0
    for file in files_of(source):
        is_whole = is_whole_source(source, file)
        if not is_whole and not file.name.lower().endswith(_ENDINGS):
            yield Ignored(file.name, "file")
            continue
        candidates += 1
        for unit in _units_of_file(file, assessor, source.limits, is_whole=is_whole):
            count += 1
            if count > source.limits.units:
                raise UnreadableSource("the source holds more units than the limits allow", "read it in parts")
            yield unit
    if candidates == 0:
        raise UnreadableSource("there is no FHIR here", "give files that end in .json, .xml or .ndjson")


def _units_of_file(file: SourceFile, assessor: Assessor, limits: Limits, *, is_whole: bool) -> Iterator[Unit]:
    content: bytes | None = None
    try:
        content = file.content()
        for document in _documents(file.name, content, limits):
            for found in units_in(document, limits):
                yield assessor.unit(found)
    except Unfit as problem:
        if is_whole:
            raise unreadable("no FHIR can be read from it", problem.reason) from None
        fits = content is not None and len(content) <= limits.original_bytes
        yield Rejected(file.name, problem.reason, content if fits else None)


def _documents(name: str, content: bytes, limits: Limits) -> Iterator[Found]:
    """The resources of one file. A line of NDJSON stands for itself: one that can't be read stops no other."""
    if _is_lines(name, content):
        yield from _lines(name, content, limits)
    elif content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<":
        yield Found(name, xml_of(content, limits))
    else:
        yield Found(name, document_of(content, limits))


def _is_lines(name: str, content: bytes) -> bool:
    """By name, or because whole objects stand on lines of their own."""
    if name.lower().endswith(_LINES):
        return True
    first, _, rest = content.partition(b"\n")
    first, rest = first.strip(), rest.lstrip()
    return first[:1] == b"{" and first[-1:] == b"}" and rest[:1] == b"{"


def _lines(name: str, content: bytes, limits: Limits) -> Iterator[Found]:
    shelf = Shelf()
    for number, line in enumerate(content.split(b"\n"), start=1):
        place = f"{name}:{number}"
        if not line.strip():
            continue
        if len(line) > limits.line_bytes:
            yield Found(place, None, problem=ReasonCode.TOO_LARGE, raw=line)
            continue
        try:
            yield Found(place, json_of(text_of(line)), shelf=shelf)
        except Unfit as problem:
            yield Found(place, None, problem=problem.reason, raw=line)


class _Patients:
    """Patients anywhere in a source, by reference; looked for once, and only when a resource asks for one."""

    def __init__(self, source: StoredSource) -> None:
        self._source = source
        self._known: dict[str, dict[str, Json] | None] | None = None

    def __call__(self, reference: str) -> dict[str, Json] | None:
        """The Patient of that reference; None where there is none, or two that differ."""
        if self._known is None:
            self._known = {}
            for file in files_of(self._source):
                self._collect(file, self._known)
        return self._known.get(reference)

    def _collect(self, file: SourceFile, known: dict[str, dict[str, Json] | None]) -> None:
        if not file.name.lower().endswith(_ENDINGS):
            return
        try:
            content = file.content()
            documents = list(_documents(file.name, content, self._source.limits)) if _PATIENT.search(content) else []
        except Unfit:
            return
        for document in documents:
            for found in units_in(document, self._source.limits):
                _remember(found, known)


def _remember(found: Found, known: dict[str, dict[str, Json] | None]) -> None:
    document = found.document
    if not isinstance(document, dict) or document.get("resourceType") != "Patient":
        return
    own = f"Patient/{document.get('id')}"
    name = own if found.base is None else f"{found.base}/{own}"
    needed = for_matching(document)
    known[name] = needed if known.get(name, needed) == needed else None
