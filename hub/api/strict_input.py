"""Reading a request: content type, size, strict JSON, and models that refuse what they do not know."""

from __future__ import annotations

import re
from typing import TypeVar, get_origin

from apiflask.schema_adapters import registry
from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request, request
from pydantic import BaseModel, ConfigDict, ValidationError

from hub.api.errors import BodyUnreadable, RequestRefused, WrongContentType
from hub.oauth import strict_json

MAX_BODY = 64 * 1024
JSON = "application/json"

_OUR_NAME = re.compile(r"[a-z_]{1,40}|[0-9]{1,4}")

Model = TypeVar("Model", bound=BaseModel)


class Strict(BaseModel):
    """Base of what comes from outside: an unknown member refuses the whole."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class StrictAdapter(PydanticAdapter):
    """How `@blueprint.input` reads: APIFlask's own takes any content type, doubled members and parameters."""

    def validate_input(self, request: Request, location: str, **_options: object) -> BaseModel:  # noqa: ARG002 - APIFlask's
        """The request's body or query string as the model. Raises what `read_json` and `read_query` do."""
        if location == "json":
            return read_json(self.model_class)
        if location == "query":
            return read_query(self.model_class)
        raise ValueError("this API reads bodies and query strings only")


registry.register("pydantic", StrictAdapter)


def read_body(*, content_type: str = JSON, max_bytes: int = MAX_BODY) -> bytes:
    """The body of this request. Raises WrongContentType, or werkzeug's RequestEntityTooLarge (413)."""
    if request.mimetype != content_type:
        raise WrongContentType
    request.max_content_length = max_bytes
    return request.get_data(cache=False)


def parse(data: bytes, *, max_bytes: int) -> strict_json.Value:
    """`data` as strict JSON. Raises BodyUnreadable."""
    try:
        return strict_json.parse(data, max_bytes=max_bytes)
    except strict_json.NotStrictJson:
        raise BodyUnreadable from None


def read_json(model: type[Model], *, max_bytes: int = MAX_BODY) -> Model:
    """The JSON body of this request as `model`. Raises RequestRefused, BodyUnreadable and what `read_body` does."""
    return validated(model, parse(read_body(max_bytes=max_bytes), max_bytes=max_bytes))


def read_query(model: type[Model]) -> Model:
    """The query string as `model`. Only a member that is a list may come twice. Raises RequestRefused."""
    values: dict[str, object] = {}
    for name, given in request.args.lists():
        known = model.model_fields.get(name)
        is_list = known is not None and get_origin(known.annotation) is list
        if not is_list and len(given) != 1:
            raise RequestRefused(_ours((name,)))
        values[name] = given if is_list else given[0]
    return validated(model, values)


def validated(model: type[Model], value: object) -> Model:
    """`value` as `model`. Raises RequestRefused with the places that are wrong, never with what stood there."""
    try:
        return model.model_validate(value)
    except ValidationError as problem:
        places = {".".join(_ours(error["loc"])) for error in problem.errors(include_input=False, include_context=False)}
        raise RequestRefused(tuple(sorted(places))[:20]) from None


def _ours(place: tuple[int | str, ...]) -> tuple[str, ...]:
    # A member's name comes from outside too, and may be anything.
    return tuple(str(part) if _OUR_NAME.fullmatch(str(part)) else "?" for part in place) or ("body",)
