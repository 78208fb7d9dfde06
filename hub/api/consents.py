"""Consents and disclosures, as far as they concern the caller's agency. No values, and nobody's name."""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint
from flask import Response, jsonify

from hub.api.describe import needs, protected
from hub.api.models import ConsentOut, ConsentsAnswer, ConsentsQuery, DisclosureAnswer
from hub.api.use_cases import use_cases
from hub.consenting.model import ConsentLine
from hub.oauth.guard import principal, requires

routes = APIBlueprint("consents", __name__, tag="Consents and disclosures")


@routes.get("/v1/consents")
@requires("consents:read")
@routes.input(ConsentsQuery, location="query", arg_name="asked")
@routes.output(ConsentsAnswer)
@routes.doc(security=needs("consents:read"), responses=protected(404))
def consents(asked: ConsentsQuery) -> Response:
    """List the consents about a learner that name your agency as holder or recipient."""
    lines = use_cases().consents_for(principal(), asked.learner)
    answer = ConsentsAnswer(learner=asked.learner, consents=[_out(line) for line in lines])
    return jsonify(answer.model_dump(mode="json"))


@routes.get("/v1/disclosures/<uuid:disclosure_id>")
@requires("disclosures:read")
@routes.output(DisclosureAnswer)
@routes.doc(security=needs("disclosures:read"), responses=protected(404))
def disclosure(disclosure_id: UUID) -> Response:
    """Look up what was disclosed to your agency, by field ids and record versions."""
    return jsonify(dict(use_cases().disclosure_of(principal(), disclosure_id)))


def _out(line: ConsentLine) -> ConsentOut:
    # The line's learner id is the hub's own, and no agency's to know: the answer names the caller's handle.
    return ConsentOut(
        consent_id=line.consent_id,
        status=str(line.status),
        holder=line.holder,
        recipient=line.recipient,
        purpose=line.purpose,
        fields=list(line.field_ids),
        decided_at=line.decided_at,
        valid_until=line.valid_until,
    )
