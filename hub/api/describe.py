"""The OpenAPI document: APIFlask collects what routes say of themselves; what holds for all is added here once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from hub.api.models import ProblemAnswer, PushRequest
from hub.oauth.issuer import issuer_of, token_url
from hub.oauth.model import Scope
from hub.settings import Settings

# The types that APIFlask's decorators have.
Described: TypeAlias = "dict[str, str | dict[str, dict[str, Any]]]"
Responses: TypeAlias = "dict[int | str, Described]"
Security: TypeAlias = "list[str | dict[str, list[Any]]]"

SCHEME = "agency_systems"
PROBLEM_JSON = "application/problem+json"

_SCOPES = {
    Scope.RECORDS_READ: "Read the fields of learners that protocol and consent let this agency see.",
    Scope.LEARNERS_LOOKUP: "Find your handle for a learner by identifier.",
    Scope.ASSESSMENTS_WRITE: "Push assessments.",
    Scope.CONSENTS_READ: "List consents that name your agency.",
    Scope.DISCLOSURES_READ: "Look up disclosures that were made to your agency.",
    Scope.OVERRIDES_BEGIN: "Begin a safeguarding override in the name of a person of your agency.",
    Scope.POLICY_READ: "Read who may see what of whom; check drafts, compare versions, read your register.",
    Scope.REQUESTS_WRITE: "Ask for fields that are withheld, and read what came of it.",
}
_PROBLEMS: Mapping[int, str] = {
    400: "The request is not what this route takes, or its body is not unambiguous JSON.",
    401: "No token, or one that is not good now. One answer for every reason.",
    403: "The token does not reach this far, or names no purpose and role where they are needed.",
    404: "There is no such thing, or it is not yours: both alike.",
    409: "The hub is not set up for this, what is asked for may be read already, or it was answered meanwhile.",
    413: "The body is larger than this route takes.",
    415: "The body is of a type that this route does not take.",
    422: "The content is not a source of a kind that is known here.",
    429: "Too often. Retry-After says when again.",
    500: "Something went wrong here, and nothing was released. Quote `incident`.",
    503: "Something that is needed does not answer. Nothing was released; Retry-After says when again.",
}
_HEADER = {401: "WWW-Authenticate", 403: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}


def problems(*statuses: int) -> Responses:
    """The error answers of a route, for `@blueprint.doc(responses=...)`: its own, and those of every route."""
    return {status: _problem(status) for status in sorted({*statuses, 500})}


def protected(*statuses: int) -> Responses:
    """The error answers of a route that needs a token."""
    return problems(400, 401, 403, 503, *statuses)


def needs(scope: Scope | str) -> Security:
    """The security requirement of a route, for `@blueprint.doc(security=...)`."""
    return [{SCHEME: [str(Scope(scope))]}]


def plain_text(description: str) -> Described:
    """An answer that is text."""
    return {"description": description, "content": {"text/plain": {"schema": {"type": "string"}}}}


def json_text(description: str, schema: str) -> Described:
    """An answer that is JSON of a schema that another route has brought."""
    return {
        "description": description,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }


def complete(document: dict[str, object], settings: Settings) -> dict[str, object]:
    """`document` with what holds for every route: server, security scheme, the problem document, bodies to push."""
    document["servers"] = [{"url": issuer_of(settings)}]
    components = cast("dict[str, dict[str, object]]", document.setdefault("components", {}))
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = ProblemAnswer.model_json_schema()
    schemas["PushRequest"] = PushRequest.model_json_schema()
    components["securitySchemes"] = {SCHEME: _scheme(settings)}
    paths = cast("dict[str, dict[str, dict[str, object]]]", document["paths"])
    paths["/v1/assessments"]["post"]["requestBody"] = {
        "required": True,
        "content": {
            "application/fhir+json": {"schema": {"type": "object", "required": ["resourceType"]}},
            "application/json": {"schema": {"$ref": "#/components/schemas/PushRequest"}},
        },
    }
    paths["/v1/policy/check"]["post"]["requestBody"] = {
        "required": True,
        "content": {kind: {"schema": {"type": "string"}} for kind in ("application/yaml", "text/plain")},
    }
    return document


def _problem(status: int) -> Described:
    header = _HEADER.get(status)
    return {
        "description": _PROBLEMS[status],
        "headers": {} if header is None else {header: {"schema": {"type": "string"}}},
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _scheme(settings: Settings) -> dict[str, object]:
    return {
        "type": "oauth2",
        "description": (
            "Client credentials with private_key_jwt (RFC 7523). Records are read for the purpose and role in "
            "authorization_details of type dolen_record_access (RFC 9396)."
        ),
        "flows": {
            "clientCredentials": {
                "tokenUrl": token_url(settings),
                "scopes": {str(scope): text for scope, text in _SCOPES.items()},
            }
        },
    }
