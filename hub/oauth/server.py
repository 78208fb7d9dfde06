"""Authlib's authorization server with what it accepts too easily taken away (decision 0060 lists it)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import structlog
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from flask import Response

from hub.database import reading, unit_of_work
from hub.oauth import queries
from hub.oauth.answers import error_answer, introspection_answer, json_answer, token_answer
from hub.oauth.assertions import ASSERTION_TYPE
from hub.oauth.details import wanted_details, wanted_scopes
from hub.oauth.errors import AssertionRefused, GrantRefused, Refusal, TokenRefused
from hub.oauth.issuer import issuer_of
from hub.oauth.model import AUTH_METHOD, RegisteredClient, StoredToken
from hub.oauth.prove_client import prove_client
from hub.oauth.tokens import OAuthRoom

Answer: TypeAlias = "tuple[int, Mapping[str, object], list[tuple[str, str]]]"

log = structlog.get_logger(__name__)


class ServerRequest(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """A request whose parameters come from the body alone, already checked for doubles."""

    def __init__(self, form: Mapping[str, str], *, uri: str) -> None:
        # Authlib judges the transport by this address and an environment variable; `check_issuer` has done so already.
        super().__init__("POST", "https" + uri.removeprefix("https").removeprefix("http"), headers={})
        self._form = dict(form)
        self.payload = BasicOAuth2Payload(self._form)

    @property
    def form(self) -> dict[str, str]:
        """The body's parameters."""
        return self._form

    @property
    def args(self) -> dict[str, str]:
        """Nothing: a query string is refused before."""
        return {}


class HubAuthorizationServer(AuthorizationServer):  # type: ignore[misc]  # Authlib has no types
    """Client credentials, revocation and introspection for clients that prove themselves by a signed assertion."""

    def __init__(self, room: OAuthRoom) -> None:
        super().__init__(query_client=self._find_client, save_token=None)
        self.room = room
        self.register_client_auth_method(AUTH_METHOD, self._prove)
        self.register_grant(_ClientCredentials)
        self.register_endpoint(_Revocation(self))
        self.register_endpoint(_Introspection(self))

    def create_oauth2_request(self, request: ServerRequest) -> ServerRequest:
        """The request as it is: `endpoints` has built it."""
        return request

    def handle_response(self, status: int, payload: Mapping[str, object], _headers: object) -> Response:
        """Every answer is JSON that no cache keeps."""
        return json_answer(status, payload)

    def handle_error_response(self, _request: ServerRequest | None, error: OAuth2Error) -> Response:
        """One body per error code, whatever the reason."""
        return error_answer(str(error.error))

    def send_signal(self, name: str, *args: object, **kwargs: object) -> None:
        """Authlib's signals carry token objects; nothing here listens to them."""

    def _find_client(self, client_id: str) -> RegisteredClient | None:
        with reading(self.room.tokens.engine) as connection:
            return queries.client_by_id(connection, client_id)

    def _prove(self, _query_client: object, request: ServerRequest) -> RegisteredClient:
        try:
            return self._proven(request.form)
        except AssertionRefused as refused:
            log.info("client_assertion_refused", reason=str(refused.reason))
            raise InvalidClientError from None

    def _proven(self, form: Mapping[str, str]) -> RegisteredClient:
        if form.get("client_assertion_type") != ASSERTION_TYPE or "client_secret" in form:
            raise AssertionRefused(Refusal.MALFORMED)
        proof = prove_client(
            form.get("client_assertion", ""),
            find_client=self._find_client,
            issuer=issuer_of(self.room.tokens.settings),
            stated_client_id=form.get("client_id"),
            at=self.room.clock(),
        )
        # Used is used, also where the request is refused afterwards; committed before anything is answered.
        with unit_of_work(self.room.tokens.engine) as connection:
            is_first = queries.use_assertion(
                connection, client_id=proof.client.client_id, jti=proof.jti, expires_at=proof.expires_at
            )
        if not is_first:
            raise AssertionRefused(Refusal.REPLAYED)
        return proof.client


class _ClientCredentials(ClientCredentialsGrant):  # type: ignore[misc]  # Authlib has no types
    TOKEN_ENDPOINT_AUTH_METHODS = (AUTH_METHOD,)

    def validate_token_request(self) -> None:
        client = self.server.authenticate_client(self.request, self.TOKEN_ENDPOINT_AUTH_METHODS)
        self.request.client = client
        form = self.request.form
        try:
            self._scopes = wanted_scopes(form.get("scope"), client)
            self._details = wanted_details(form.get("authorization_details"), client, scopes=self._scopes)
        except GrantRefused as refused:
            log.info("token_refused", client_id=client.client_id, reason=refused.code)
            raise OAuth2Error(error=refused.code) from None

    def create_token_response(self) -> Answer:
        # Not Authlib's: it writes the whole token into the log at level DEBUG.
        room: OAuthRoom = self.server.room
        issued = room.tokens.issue(self.request.client, scopes=self._scopes, details=self._details, at=room.clock())
        log.info("token_issued", client_id=issued.stored.client_id, token_id=str(issued.stored.jti))
        return 200, token_answer(issued), []


class _Revocation(RevocationEndpoint):  # type: ignore[misc]  # Authlib has no types
    CLIENT_AUTH_METHODS = (AUTH_METHOD,)

    def authenticate_token(self, request: ServerRequest, client: RegisteredClient) -> StoredToken | None:
        """The token, where it is this client's. None, and so the same answer, where it is not or is nobody's."""
        return _own_token(self.server.room, request, client)

    def revoke_token(self, token: StoredToken, _request: ServerRequest) -> None:
        """Revoke it, for the very next request in any process."""
        room: OAuthRoom = self.server.room
        with unit_of_work(room.tokens.engine) as connection:
            queries.revoke_token(connection, token.jti, at=room.clock())
        log.info("token_revoked", client_id=token.client_id, token_id=str(token.jti))


class _Introspection(IntrospectionEndpoint):  # type: ignore[misc]  # Authlib has no types
    CLIENT_AUTH_METHODS = (AUTH_METHOD,)

    def authenticate_token(self, request: ServerRequest, client: RegisteredClient) -> StoredToken | None:
        """The token, where it is this client's: nobody learns of the tokens of others."""
        return _own_token(self.server.room, request, client)

    def create_introspection_payload(self, token: StoredToken | None) -> dict[str, object]:
        """The answer of RFC 7662 section 2.2; only `active: false` where the token is not good."""
        room: OAuthRoom = self.server.room
        if token is None:
            return {"active": False}
        try:
            return introspection_answer(room.tokens.read_row(token.jti, at=room.clock()).stored, room.tokens.settings)
        except TokenRefused:
            return {"active": False}


def _own_token(room: OAuthRoom, request: ServerRequest, client: RegisteredClient) -> StoredToken | None:
    if "token" not in request.form:
        raise InvalidRequestError
    try:
        jti = room.tokens.jti_of(request.form["token"])
    except TokenRefused:
        return None
    with reading(room.tokens.engine) as connection:
        found = queries.token_with_client(connection, jti)
    return found[0] if found is not None and found[0].client_id == client.client_id else None
