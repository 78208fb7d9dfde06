"""Beginning a safeguarding override from a partner's system. Its second person confirms on a page, never from here."""

from __future__ import annotations

from apiflask import APIBlueprint
from flask import Response, jsonify

from hub.api.describe import needs, protected
from hub.api.override_models import OverrideAnswer, OverrideRequest
from hub.api.use_cases import use_cases
from hub.oauth.guard import principal, requires
from hub.oauth.pace import OVERRIDES
from hub.safeguarding.model import Override
from hub.sharing.errors import PurposeMissing

routes = APIBlueprint("overrides", __name__, tag="Overrides")


@routes.post("/v1/overrides")
@requires("overrides:begin", paces=OVERRIDES)
@routes.input(OverrideRequest, arg_name="asked")
@routes.output(OverrideAnswer, status_code=201)
@routes.doc(security=needs("overrides:begin"), responses=protected(404, 409, 413, 415, 422, 429))
def begin(asked: OverrideRequest) -> Response:
    """Begin a safeguarding override for one learner, in the name of a person of your agency.

    For the purpose and role in the token's `authorization_details`; only fields that a protocol keeps for an override.
    It opens them at once, and ends within the hour unless a second person confirms it on a page, signed in themselves.
    """
    caller = principal()
    if not caller.purpose or not caller.role:
        raise PurposeMissing
    new = Override(
        handle_id=asked.learner,
        role=caller.role,
        purpose=caller.purpose,
        field_ids=tuple(dict.fromkeys(asked.fields)),
        reason=asked.reason,
        words=asked.words,
        hours=asked.hours,
        keeps_from=frozenset(asked.keeps_from),
        sight_from=asked.sight_from,
        sight_reason=asked.sight_reason,
    )
    made = use_cases().safeguarding.begin_override(caller, asked.acting_person, new)
    answer = OverrideAnswer(
        override_id=made.override_id, made_at=made.made_at, confirm_by=made.confirm_by, until=made.until_at
    )
    response = jsonify(answer.model_dump(mode="json"))
    response.status_code = 201
    return response
