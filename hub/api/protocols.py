"""The register of protocols, as far as the caller's agency is a partner: state, days, and who has signed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from apiflask import APIBlueprint
from flask import Response, jsonify
from pydantic import BaseModel, Field

from hub.api.describe import needs, protected
from hub.api.models import Slug
from hub.api.use_cases import use_cases
from hub.oauth.guard import principal, requires
from hub.protocols.model import State
from hub.steering.status import VersionStatus

routes = APIBlueprint("protocols", __name__, tag="Register of protocols")


class SignatureOut(BaseModel):
    """A partner's signature that verifies."""

    agency: Slug
    key_id: str
    signed_on: date


class ProtocolOut(BaseModel):
    """One version. `is_permitting`: it decides now. `digest`: SHA-256 of the bytes that are signed."""

    id: str
    version: int
    state: State
    is_permitting: bool
    since: datetime
    in_force_from: date
    review_on: date
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    signed: list[SignatureOut]
    unsigned: list[Slug]


class ProtocolsAnswer(BaseModel):
    """Every registered version that your agency is a partner of."""

    protocols: list[ProtocolOut]


@routes.get("/v1/policy/protocols")
@requires("policy:read")
@routes.output(ProtocolsAnswer)
@routes.doc(security=needs("policy:read"), responses=protected())
def policy_protocols() -> Response:
    """List the protocol versions that your agency is a partner of: state, days, and who has signed."""
    found = use_cases().protocols.status(partner=principal().agency_id)
    return jsonify(ProtocolsAnswer(protocols=[_out(one) for one in found]).model_dump(mode="json"))


def _out(one: VersionStatus) -> ProtocolOut:
    return ProtocolOut(
        id=one.ref.id,
        version=one.ref.version,
        state=one.state,
        is_permitting=one.is_permitting,
        since=one.since,
        in_force_from=one.in_force_from,
        review_on=one.review_on,
        digest=one.digest.hex(),
        signed=[SignatureOut(agency=by.agency_id, key_id=by.key_id, signed_on=by.signed_on) for by in one.verified],
        unsigned=list(one.unsigned),
    )
