"""Why: what the caller itself may see of a learner, field by field, and what would have to change."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

import structlog
from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from hub.api.describe import needs, protected
from hub.api.models import FieldId, Slug
from hub.api.strict_input import Strict
from hub.api.use_cases import use_cases
from hub.oauth.guard import principal, requires
from hub.oauth.pace import EXPLANATIONS

routes = APIBlueprint("explaining", __name__, tag="Explanations")
_log = structlog.get_logger(__name__)


class ExplainRequest(Strict):
    """About whom, and which fields; without `fields`: all. Role and purpose are those of the token."""

    learner: UUID
    fields: Annotated[list[FieldId] | None, Field(default=None, min_length=1, max_length=500)]


class BothLanguages(BaseModel):
    """The same sentence twice."""

    en: str
    cy: str


class RowName(BaseModel):
    """A row of a protocol version."""

    protocol: str
    row: str


class StepOut(BaseModel):
    """One thing that would have to change; `at` where it comes by itself."""

    change: str
    at: datetime | None
    group: str | None
    says: BothLanguages


class WayOut(BaseModel):
    """Steps that together would open the field, by a row (null: by one that the partners have yet to agree)."""

    protocol: str | None
    row: str | None
    steps: list[StepOut]


class FieldOut(BaseModel):
    """Why one field of one holder is allowed or denied to you."""

    field: FieldId
    holder: Slug
    allowed: bool
    reason: str
    withheld_marker: bool
    rules: list[RowName]
    consents: list[str]
    overrides: list[str]
    until: datetime | None
    would_open: list[WayOut]


class PowerOut(BaseModel):
    """An Act and a section of it."""

    act: str
    section: str


class RuleOut(BaseModel):
    """What a row says of itself."""

    protocol: str
    row: str
    holder: Slug
    basis: str
    article_6: str
    article_9: str | None
    powers: list[PowerOut]
    why: BothLanguages


class ExplainAnswer(BaseModel):
    """Why, at one instant. A list of rules, never of values: it says nothing of what is held about a learner."""

    at: datetime
    recipient: Slug
    role: str
    purpose: str
    fields: list[FieldOut]
    rules: list[RuleOut]
    reasons: dict[str, BothLanguages]


@routes.post("/v1/explain")
@requires("records:read", paces=EXPLANATIONS)
@routes.input(ExplainRequest, arg_name="asked")
@routes.output(ExplainAnswer)
@routes.doc(security=needs("records:read"), responses=protected(404, 413, 415, 429))
def explain(asked: ExplainRequest) -> Response:
    """Learn why you may or may not see each field of a learner, and what would have to change.

    For the purpose and role in the token's `authorization_details`, now, by the decision that answers a read. Nothing
    is opened and no disclosure is recorded.
    """
    found = use_cases().explaining.to_recipient(principal(), asked.learner, asked.fields)
    _log.info("explanation_given", client_id=principal().client_id, count=len(found.fields))
    return jsonify(found.as_json())
