"""Assessments that a partner's system pushes, as a sync of one small source."""

from __future__ import annotations

from collections.abc import Mapping

from apiflask import APIBlueprint
from flask import Response, jsonify, request

from hub.api.describe import needs, protected
from hub.api.errors import RequestRefused
from hub.api.models import PushRequest, RowReportAnswer
from hub.api.strict_input import parse, read_body, read_json
from hub.api.use_cases import use_cases
from hub.oauth.guard import principal, requires

FHIR_JSON = "application/fhir+json"
FHIR_KIND = "fhir-r4"
MAX_PUSH = 5 * 1024 * 1024

routes = APIBlueprint("assessments", __name__, tag="Assessments")


@routes.post("/v1/assessments")
@requires("assessments:write")
@routes.output(RowReportAnswer)
@routes.doc(security=needs("assessments:write"), responses=protected(409, 413, 415, 422))
def push() -> Response:
    """Push assessments.

    A FHIR R4 resource or Bundle as `application/fhir+json`, or a source of another kind as text. At most 5 MiB.
    The answer accounts for every unit, like `dolen sync --json`; sending the same again changes nothing.
    """
    kind, content = _fhir() if request.mimetype == FHIR_JSON else _enveloped()
    return jsonify(use_cases().push(principal(), kind, content).as_json())


def _fhir() -> tuple[str, bytes]:
    content = read_body(content_type=FHIR_JSON, max_bytes=MAX_PUSH)
    resource = parse(content, max_bytes=MAX_PUSH)
    if not isinstance(resource, Mapping) or not isinstance(resource.get("resourceType"), str):
        raise RequestRefused(("resourceType",))
    return FHIR_KIND, content


def _enveloped() -> tuple[str, bytes]:
    pushed = read_json(PushRequest, max_bytes=MAX_PUSH)
    return pushed.kind, pushed.content.encode("utf-8")
