"""The ledger's checkpoint, health and figures: open, because they say nothing about anybody."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, generate_latest

from hub.api.describe import json_text, plain_text, problems
from hub.api.errors import NothingSigned
from hub.api.metrics import registry
from hub.api.models import HealthAnswer
from hub.api.use_cases import use_cases
from hub.oauth.guard import open_to_all

OK = "ok"

routes = APIBlueprint("operations", __name__, tag="Operations")


@routes.get("/checkpoint")
@open_to_all("anybody may check the ledger")
@routes.doc(responses=problems(404) | {200: plain_text("A signed checkpoint (C2SP tlog-checkpoint).")})
def checkpoint() -> Response:
    """Get the newest signed checkpoint of the ledger."""
    signed = use_cases().checkpoint()
    if signed is None:
        raise NothingSigned
    return Response(signed, mimetype="text/plain", headers={"Cache-Control": "no-cache"})


@routes.get("/health/live")
@open_to_all("says only that the process answers")
@routes.output(HealthAnswer)
@routes.doc(responses=problems())
def live() -> Response:
    """Say that this process answers. Touches nothing else."""
    return jsonify(status=OK, checks={})


@routes.get("/health/ready")
@open_to_all("says which components work, in words of our own")
@routes.output(HealthAnswer)
@routes.doc(responses=problems() | {503: json_text("Something that is needed does not work.", "HealthAnswer")})
def ready() -> Response:
    """Say whether this process can do its work: 200 when every component is `ok`, else 503."""
    checks = dict(use_cases().readiness())
    is_ready = all(state == OK for state in checks.values())
    response = jsonify(status=OK if is_ready else "not-ready", checks=checks)
    response.status_code = 200 if is_ready else 503
    return response


@routes.get("/metrics")
@open_to_all("counts and durations by route; nobody and no learner is in them")
@routes.doc(responses=problems() | {200: plain_text("Figures of this process, for Prometheus.")})
def metrics() -> Response:
    """Get the figures of this process."""
    # The second half is the process's own: memory, and what the embedded worker's loops count.
    return Response(generate_latest(registry()) + generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)
