"""Counting what is in real files with nothing of ours: the figures that the connectors are held against."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

_FHIR = "{http://hl7.org/fhir}"


def fhir_types(folder: Path) -> Counter[str]:
    """Resources by type in JSON, NDJSON and XML files, entries of Bundles taken out; `-` for what has no type."""
    types: Counter[str] = Counter()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        if path.suffix == ".json":
            types.update(_in_json(json.loads(path.read_bytes())))
        elif path.suffix == ".ndjson":
            for line in path.read_bytes().splitlines():
                types.update(_in_json(json.loads(line)))
        elif path.suffix == ".xml":
            types.update(_in_xml(ElementTree.parse(path).getroot()))
        else:
            types["file"] += 1
    return types


def _in_json(document: dict[str, object]) -> Iterator[str]:
    if document.get("resourceType") != "Bundle":
        yield str(document.get("resourceType", "-"))
        return
    entries = document.get("entry", [])
    assert isinstance(entries, list)
    for entry in entries:
        if "resource" in entry:
            yield from _in_json(entry["resource"])
        else:
            yield "request"


def _in_xml(element: ElementTree.Element) -> Iterator[str]:
    if element.tag != f"{_FHIR}Bundle":
        yield element.tag.removeprefix(_FHIR)
        return
    for entry in element.findall(f"{_FHIR}entry"):
        resource = entry.find(f"{_FHIR}resource")
        if resource is None:
            yield "request"
        else:
            yield from _in_xml(resource[0])


def rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))
