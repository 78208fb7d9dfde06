"""Asking for fields that are withheld, and reading what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field, StrictStr

from hub.api.describe import needs, protected
from hub.api.models import FieldId, Slug
from hub.api.strict_input import Strict
from hub.api.use_cases import use_cases
from hub.asking.model import MAX_WORDS, NewRequest, RequestLine
from hub.oauth.guard import principal, requires
from hub.oauth.pace import REQUESTS

routes = APIBlueprint("requests", __name__, tag="Requests")

MAX_FIELDS = 100


class AskFor(Strict):
    """Which fields of which holder's records of a learner you ask for, and why.

    Purpose and role are those of the token. `acting_person` is told of the answer.
    """

    learner: UUID
    holder: Slug
    fields: Annotated[list[FieldId], Field(min_length=1, max_length=MAX_FIELDS)]
    why: Annotated[StrictStr, Field(min_length=1, max_length=MAX_WORDS)]
    acting_person: UUID | None = None


class RequestsQuery(Strict):
    """About which learner; left out: about all."""

    learner: UUID | None = None


class RequestOut(BaseModel):
    """One part of a request. `agreed` records the answer and opens nothing: read again to see what you may."""

    request_id: UUID
    learner: UUID
    holder: Slug
    purpose: str
    role: str
    fields: list[FieldId]
    goes_to: Literal["holder", "family"]
    made_at: datetime
    status: Literal["open", "agreed", "partly", "declined", "withdrawn"]
    answered_at: datetime | None
    reasons: Annotated[str | None, Field(description="The holder's words. A family gives none.")]


class RequestsAnswer(BaseModel):
    """Your agency's requests, newest first, at most 200; or the parts that a new one was split into."""

    requests: list[RequestOut]


@routes.post("/v1/requests")
@requires("requests:write", paces=REQUESTS)
@routes.input(AskFor, arg_name="asked")
@routes.output(RequestsAnswer, status_code=201)
@routes.doc(security=needs("requests:write"), responses=protected(404, 409, 413, 415, 429))
def ask(asked: AskFor) -> Response:
    """Ask for fields that are withheld from you.

    It is split by who answers: the holder, or the family, group by group, where consent is the basis. A field that you
    may read is not taken (409); every other is, so that an answer tells nothing.
    """
    new = NewRequest(asked.learner, asked.holder, tuple(dict.fromkeys(asked.fields)), asked.why, asked.acting_person)
    answer = _answer(use_cases().asking.ask(principal(), new))
    answer.status_code = 201
    return answer


@routes.get("/v1/requests")
@requires("requests:write")
@routes.input(RequestsQuery, location="query", arg_name="asked")
@routes.output(RequestsAnswer)
@routes.doc(security=needs("requests:write"), responses=protected())
def requests(asked: RequestsQuery) -> Response:
    """List your agency's requests and what came of them."""
    return _answer(use_cases().asking.requests(principal(), asked.learner))


@routes.get("/v1/requests/<uuid:request_id>")
@requires("requests:write")
@routes.output(RequestOut)
@routes.doc(security=needs("requests:write"), responses=protected(404))
def request(request_id: UUID) -> Response:
    """Look up one request of your agency."""
    return jsonify(_out(use_cases().asking.request(principal(), request_id)).model_dump(mode="json"))


@routes.post("/v1/requests/<uuid:request_id>/withdraw")
@requires("requests:write")
@routes.output(RequestOut)
@routes.doc(security=needs("requests:write"), responses=protected(404, 409))
def withdraw(request_id: UUID) -> Response:
    """Take a request back that nobody has answered."""
    return jsonify(_out(use_cases().asking.withdraw_request(principal(), request_id)).model_dump(mode="json"))


def _answer(lines: Sequence[RequestLine]) -> Response:
    return jsonify(RequestsAnswer(requests=[_out(line) for line in lines]).model_dump(mode="json"))


def _out(line: RequestLine) -> RequestOut:
    return RequestOut.model_validate(
        {
            "request_id": line.id,
            "learner": line.handle_id,
            "holder": line.holder,
            "purpose": line.purpose,
            "role": line.role,
            "fields": list(line.field_ids),
            "goes_to": line.goes_to,
            "made_at": line.made_at,
            "status": line.status,
            "answered_at": line.answered_at,
            "reasons": line.reasons,
        }
    )
