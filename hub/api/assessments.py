"""Assessments that a partner's system pushes, as a sync of one small source."""

from __future__ import annotations

from collections.abc import Mapping

from apiflask import APIBlueprint
from flask import Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from hub.api.describe import needs, protected
from hub.api.errors import RequestRefused
from hub.api.models import PushRequest, RowReportAnswer
from hub.api.strict_input import parse, read_body, read_json
from hub.api.use_cases import use_cases
from hub.oauth import strict_json
from hub.oauth.guard import principal, requires

FHIR_JSON = "application/fhir+json"
FHIR_KIND = "fhir-r4"
MAX_PUSH = 5 * 1024 * 1024
MOST_UNITS = 50_000
"""Rows, or entries of Bundles: 5 MiB can hold two million rows of a byte each, and each costs a row in quarantine."""

routes = APIBlueprint("assessments", __name__, tag="Assessments")


@routes.post("/v1/assessments")
@requires("assessments:write")
@routes.output(RowReportAnswer)
@routes.doc(security=needs("assessments:write"), responses=protected(409, 413, 415, 422))
def push() -> Response:
    """Push assessments.

    A FHIR R4 resource or Bundle as `application/fhir+json`, or a source of another kind as text. At most 5 MiB
    and 50,000 rows or entries; beyond that nothing is taken, and it is sent in parts.
    The answer accounts for every unit, like `dolen sync --json`; sending the same again changes nothing.
    """
    kind, content = _fhir() if request.mimetype == FHIR_JSON else _enveloped()
    return jsonify(use_cases().push(principal(), kind, content).as_json())


def _fhir() -> tuple[str, bytes]:
    content = read_body(content_type=FHIR_JSON, max_bytes=MAX_PUSH)
    resource = parse(content, max_bytes=MAX_PUSH)
    if not isinstance(resource, Mapping) or not isinstance(resource.get("resourceType"), str):
        raise RequestRefused(("resourceType",))
    _check_number(_entries(resource))
    return FHIR_KIND, content


def _enveloped() -> tuple[str, bytes]:
    pushed = read_json(PushRequest, max_bytes=MAX_PUSH)
    _check_number(pushed.content.count("\n") + pushed.content.count("\r"))
    return pushed.kind, pushed.content.encode("utf-8")


def _entries(resource: Mapping[str, strict_json.Value]) -> int:
    """Entries of a Bundle, and of the Bundles in it."""
    found, waiting = 0, [resource]
    while waiting:
        entries = waiting.pop().get("entry")
        inside = entries if isinstance(entries, list) else []
        found += len(inside)
        wrapped = [one["resource"] for one in inside if isinstance(one, Mapping) and "resource" in one]
        waiting += [one for one in wrapped if isinstance(one, Mapping)]
    return found


def _check_number(units: int) -> None:
    if units > MOST_UNITS:
        raise RequestEntityTooLarge
