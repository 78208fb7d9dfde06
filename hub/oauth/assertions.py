"""The client's side: what an agency's system signs to get a token. The demo, the command line and the tests use it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import cast

from joserfc import jws
from joserfc.jwk import ECKey, import_key

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


def new_client_key() -> dict[str, object]:
    """A new private key for a client of profile `smart`: P-384 for ES384, as a JWK with `kid` and `alg`."""
    key = ECKey.generate_key("P-384", {"use": "sig", "alg": "ES384"}, auto_kid=True)
    return dict(key.as_dict(private=True))


def public_jwks(private_jwk: Mapping[str, object]) -> dict[str, object]:
    """The key set that is registered for the client: the same key without what signs."""
    return {"keys": [{name: value for name, value in private_jwk.items() if name not in _PRIVATE}]}


def make_assertion(
    private_jwk: Mapping[str, object],
    *,
    client_id: str,
    audience: str,
    at: datetime,
    lasts: timedelta = timedelta(minutes=4),
) -> str:
    """A client assertion (RFC 7523), good once, from `at` on for `lasts`.

    `private_jwk` names its own `kid` and `alg`; `audience` is the token URL for profile `smart`.
    """
    header = {"alg": private_jwk["alg"], "kid": private_jwk["kid"], "typ": "JWT"}
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "iat": int(at.timestamp()),
        "exp": int((at + lasts).timestamp()),
        "jti": secrets.token_urlsafe(24),
    }
    key = import_key(cast("dict[str, str | list[str]]", dict(private_jwk)))
    return jws.serialize_compact(header, json.dumps(claims), key, algorithms=[str(private_jwk["alg"])])
