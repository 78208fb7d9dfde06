"""Learners as the caller's agency knows them: finding one, and reading what may be seen."""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify

from hub.api.describe import needs, protected
from hub.api.errors import NoSuchLearner
from hub.api.models import LookupAnswer, LookupRequest, RecordsAnswer, RecordsQuery
from hub.api.use_cases import use_cases
from hub.oauth.guard import principal, requires
from hub.oauth.pace import LOOKUPS
from hub.sharing.model import RecordQuery

routes = APIBlueprint("learners", __name__, tag="Learners")


@routes.post("/v1/learners/lookup")
@requires("learners:lookup", paces=LOOKUPS)
@routes.input(LookupRequest, arg_name="asked")
@routes.output(LookupAnswer)
@routes.doc(security=needs("learners:lookup"), responses=protected(404, 413, 415, 429))
def lookup(asked: LookupRequest) -> Response:
    """Find your handle for a learner.

    Identifiers go into the body, never into an address. "Nobody has it" and "not yours" are the same answer.
    """
    handle_id = use_cases().lookup(principal(), [(one.kind, one.value) for one in asked.identifiers])
    if handle_id is None:
        raise NoSuchLearner
    return jsonify(LookupAnswer(learner=handle_id).model_dump(mode="json"))


@routes.get("/v1/learners/<uuid:handle_id>/records")
@requires("records:read")
@routes.input(RecordsQuery, location="query", arg_name="asked")
@routes.output(RecordsAnswer)
@routes.doc(security=needs("records:read"), responses=protected(404))
def records(handle_id: UUID, asked: RecordsQuery) -> Response:
    """Read the fields of a learner that you may see.

    For the purpose and role in the token's `authorization_details`, now. The answer is recorded before it is sent.
    Records come in the order of their ids, or by `sort`; `next_after` goes on in the same order. A field that you may
    not see, or that no record shows you, is refused in `has` and `sort`, and both alike.
    """
    query = RecordQuery(
        fields=tuple(asked.field) or None,
        limit=asked.limit,
        after=asked.after,
        has=tuple(asked.has),
        sort=None if asked.sort is None else asked.sort.removeprefix("-"),
        is_descending=asked.sort is not None and asked.sort.startswith("-"),
    )
    return jsonify(use_cases().disclose(principal(), handle_id, query).as_json())
