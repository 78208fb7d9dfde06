"""The routes of the authorization server."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, Flask, Response, request
from sqlalchemy import Engine

from hub.oauth import issuer
from hub.oauth.answers import error_answer, json_answer
from hub.oauth.guard import EXTENSION, open_to_all
from hub.oauth.keys import load_keys
from hub.oauth.metadata import metadata_of
from hub.oauth.server import HubAuthorizationServer, ServerRequest
from hub.oauth.tokens import OAuthRoom, Tokens
from hub.settings import Settings

_FORM = "application/x-www-form-urlencoded"
_MAX_FORM = 32 * 1024
_MAX_PARAMETERS = 20


def register(
    app: Flask, *, engine: Engine, settings: Settings, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> None:
    """Add the authorization server to `app`, and what `requires` checks tokens with.

    Raises SigningKeyRefused where the key files are not there (`create_keys` makes them), IssuerRefused where the
    public address cannot be an issuer.
    """
    issuer.check_issuer(settings)
    # Below WARNING Authlib writes whole assertions and tokens.
    logging.getLogger("authlib").setLevel(logging.WARNING)
    room = OAuthRoom(Tokens(engine, settings, load_keys(settings)), clock)
    app.extensions[EXTENSION] = room
    app.register_blueprint(_blueprint(HubAuthorizationServer(room), room))


def _blueprint(server: HubAuthorizationServer, room: OAuthRoom) -> Blueprint:
    routes = Blueprint("oauth", __name__)
    settings = room.tokens.settings

    @routes.post(issuer.TOKEN_PATH)
    @open_to_all("the client proves itself by its signed assertion")
    def token() -> Response:
        return _answer(server.create_token_response, needs="grant_type")

    @routes.post(issuer.REVOKE_PATH)
    @open_to_all("the client proves itself by its signed assertion")
    def revoke() -> Response:
        return _answer(lambda asked: server.create_endpoint_response("revocation", asked), needs="token")

    @routes.post(issuer.INTROSPECT_PATH)
    @open_to_all("the client proves itself by its signed assertion")
    def introspect() -> Response:
        return _answer(lambda asked: server.create_endpoint_response("introspection", asked), needs="token")

    @routes.get(issuer.JWKS_PATH)
    @open_to_all("public keys")
    def jwks() -> Response:
        return _public(room.tokens.keys.public())

    @routes.get(issuer.METADATA_PATH)
    @open_to_all("what the server does is no secret (RFC 8414)")
    def metadata() -> Response:
        return _public(metadata_of(settings))

    return routes


def _answer(respond: Callable[[ServerRequest], Response], *, needs: str) -> Response:
    form = _strict_form()
    if form is None or needs not in form:
        return error_answer("invalid_request")
    return respond(ServerRequest(form, uri=request.base_url))


def _strict_form() -> dict[str, str] | None:
    """The parameters of the body; None where one comes twice, or from anywhere else (RFC 6749 section 3.2)."""
    request.max_content_length = _MAX_FORM
    if request.query_string or request.mimetype != _FORM or "Authorization" in request.headers:
        return None
    lists = list(request.form.lists())
    if len(lists) > _MAX_PARAMETERS or any(len(values) != 1 for _, values in lists):
        return None
    return {name: values[0] for name, values in lists}


def _public(body: dict[str, object]) -> Response:
    response = json_answer(200, body)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
