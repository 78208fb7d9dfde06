"""Bodies of the OAuth endpoints. They are JSON of their own RFCs, not problem documents, and no cache keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from flask import Response

from hub.oauth.issuer import audience_of, issuer_of
from hub.oauth.model import StoredToken
from hub.oauth.tokens import IssuedToken
from hub.settings import Settings

REALM = 'Bearer realm="dolen"'
# The only texts that an error answer may hold: nothing of the request, of Authlib's or of an exception's wording.
_DESCRIPTIONS = {
    "invalid_client": "Client authentication failed.",
    "invalid_request": "The request is malformed: form parameters in the body, each once.",
    "invalid_scope": "The scope is missing, unknown, or not registered for this client.",
    "invalid_authorization_details": "One dolen_record_access object with purpose and role of this client is needed.",
    "unsupported_grant_type": "Only client_credentials is supported.",
}


def json_answer(status: int, body: Mapping[str, object]) -> Response:
    """A JSON answer that no cache keeps (RFC 6749 section 5.1)."""
    return Response(json.dumps(body), status=status, mimetype="application/json", headers={"Cache-Control": "no-store"})


def error_answer(code: str) -> Response:
    """One body per error code (RFC 6749 section 5.2): what exactly was wrong is in the log."""
    known = code if code in _DESCRIPTIONS else "invalid_request"
    response = json_answer(
        401 if known == "invalid_client" else 400, {"error": known, "error_description": _DESCRIPTIONS[known]}
    )
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = REALM
    return response


def token_answer(issued: IssuedToken) -> dict[str, object]:
    """What the token endpoint answers with (RFC 6749 section 5.1, RFC 9396 section 7)."""
    stored = issued.stored
    answer: dict[str, object] = {
        "access_token": issued.text,
        "token_type": "Bearer",
        "expires_in": int((stored.expires_at - stored.issued_at).total_seconds()),
        "scope": " ".join(sorted(stored.scopes)),
    }
    return answer if stored.details is None else answer | {"authorization_details": stored.details.as_json()}


def introspection_answer(stored: StoredToken, settings: Settings) -> dict[str, object]:
    """What introspection says of a token that is good (RFC 7662 section 2.2)."""
    answer: dict[str, object] = {
        "active": True,
        "client_id": stored.client_id,
        "token_type": "Bearer",
        "scope": " ".join(sorted(stored.scopes)),
        "iss": issuer_of(settings),
        "aud": audience_of(settings),
        "sub": stored.client_id,
        "iat": int(stored.issued_at.timestamp()),
        "exp": int(stored.expires_at.timestamp()),
        "jti": str(stored.jti),
    }
    return answer if stored.details is None else answer | {"authorization_details": stored.details.as_json()}
