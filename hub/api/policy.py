"""The protocols in force, as far as partners' systems may read them: the matrix. No learner and no value is in it."""

from __future__ import annotations

from datetime import datetime

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel

from hub.api.describe import needs, protected
from hub.api.models import FieldId, Slug
from hub.api.use_cases import use_cases
from hub.oauth.guard import requires
from policies.matrix import Sharing
from policies.matrix_files import as_json

routes = APIBlueprint("policy", __name__, tag="Protocols")


class WayOut(BaseModel):
    """One way in which fields reach these roles. `conditions` are words; all of them must be so."""

    sharing: Sharing
    roles: list[str]
    conditions: list[str]


class CellsOut(BaseModel):
    """Fields that are shared alike: at the most as `sharing` says, and in each of the ways."""

    sharing: Sharing
    conditional: bool
    some_roles_only: bool
    fields: list[FieldId]
    ways: list[WayOut]


class ColumnOut(BaseModel):
    """One recipient and purpose. A field that is in none of the cells is never shared there."""

    recipient: Slug
    purpose: str
    cells: list[CellsOut]


class HolderOut(BaseModel):
    """What one holder shares of its own records."""

    holder: Slug
    columns: list[ColumnOut]


class MatrixAnswer(BaseModel):
    """Who may see what of whom, by the protocols in force at this instant."""

    at: datetime
    catalogue: int
    protocols: list[str]
    holders: list[HolderOut]


@routes.get("/v1/policy/matrix")
@requires("policy:read")
@routes.output(MatrixAnswer)
@routes.doc(security=needs("policy:read"), responses=protected())
def policy_matrix() -> Response:
    """Read who may see what of whom, on which basis: every holder, recipient, purpose and field."""
    return jsonify(as_json(use_cases().matrix.now()))
