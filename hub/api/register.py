"""Puts the API into an application."""

from __future__ import annotations

from typing import cast

from apiflask import APIFlask
from flask import Response

from hub.api import (
    assessments,
    consents,
    documentation,
    drafting,
    explaining,
    learners,
    operations,
    overrides,
    policy,
    protocols,
    requests,
)
from hub.api.describe import complete
from hub.api.metrics import measure
from hub.api.use_cases import EXTENSION, ApiUseCases
from hub.settings import Settings

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    # Whatever does not say otherwise is somebody's data, or an error about it.
    "Cache-Control": "no-store",
}
_TWO_YEARS = 63_072_000


def make_app(name: str) -> APIFlask:
    """The application that rooms are put into, with what APIFlask would serve by itself turned off."""
    app = APIFlask(
        name,
        title="Dolen: the interface for agency systems",
        version="1",
        spec_path=None,
        docs_path=None,
        json_errors=False,
        static_folder=None,  # type: ignore[arg-type]  # Flask takes None, for no such route
    )
    app.config.update(
        OPENAPI_VERSION="3.1.0",
        DESCRIPTION="Governed reading and bringing of learners' records between statutory partners in Wales.",
        AUTO_404_RESPONSE=False,
        AUTO_VALIDATION_ERROR_RESPONSE=False,
        AUTO_AUTH_ERROR_RESPONSE=False,
        AUTO_OPERATION_ID=True,
        AUTO_SERVERS=False,
    )
    return app


def register(app: APIFlask, use_cases: ApiUseCases, *, settings: Settings) -> None:
    """Add the API's routes, its document, health and figures. `hub.oauth.endpoints.register` comes first."""
    app.extensions[EXTENSION] = use_cases
    app.spec_processor(lambda document: complete(cast("dict[str, object]", document), settings))
    measure(app)
    is_secure = settings.base_url.scheme == "https"
    about_learners = (learners, explaining, assessments, consents, overrides, requests)
    for room in (*about_learners, policy, protocols, drafting, operations, documentation):
        app.register_blueprint(room.routes)

    @app.after_request
    def add_headers(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if is_secure:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={_TWO_YEARS}; includeSubDomains")
        return response
