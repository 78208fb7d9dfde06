"""Access tokens (RFC 9068): issued with a row of their own, and good only while that row, client and agency are."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from joserfc import jws
from joserfc.errors import JoseError
from sqlalchemy import Engine

from hub.database import new_id, reading, unit_of_work
from hub.oauth import queries, strict_json
from hub.oauth.compact import Compact, NotCompact, take_apart
from hub.oauth.details import allowed_details, allowed_scopes
from hub.oauth.errors import ClientUnavailable, TokenRefused
from hub.oauth.issuer import audience_of, issuer_of
from hub.oauth.keys import SIGNING_ALG, SigningKeys, load_keys
from hub.oauth.model import AccessDetails, RegisteredClient, StoredToken
from hub.settings import Settings

TOKEN_TYP = "at+jwt"  # noqa: S105 - a media type (RFC 9068 section 2.1)
_CLAIMS = {"iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope"}
_WITH_DETAILS = _CLAIMS | {"authorization_details"}


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token and its row; the row is committed."""

    text: str = field(repr=False)
    stored: StoredToken


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A token that was good when its row and its client were read together."""

    stored: StoredToken
    client: RegisteredClient


@dataclass(frozen=True, slots=True)
class Tokens:
    """Issues and reads the tokens of one hub."""

    engine: Engine
    settings: Settings
    keys: SigningKeys = field(repr=False)

    def issue(
        self, client: RegisteredClient, *, scopes: frozenset[str], details: AccessDetails | None, at: datetime
    ) -> IssuedToken:
        """A new token for what was already found allowed. Its row is committed before it is handed out."""
        stored = StoredToken(
            jti=new_id(),
            client_id=client.client_id,
            agency_id=client.agency_id,
            issued_at=at,
            expires_at=at + timedelta(seconds=_lifetime(client, self.settings)),
            scopes=scopes,
            details=details,
        )
        with unit_of_work(self.engine) as connection:
            queries.insert_token(connection, stored)
        return IssuedToken(self._signed(stored), stored)

    def read(self, text: str, *, at: datetime) -> LiveToken:
        """A token that is good now.

        Raises TokenRefused, for whatever reason: the answer to all of them is the same.
        """
        return self.read_row(self.jti_of(text), at=at)

    def read_row(self, jti: UUID, *, at: datetime) -> LiveToken:
        """The token with this id, where it is good now. Raises TokenRefused."""
        with reading(self.engine) as connection:
            found = queries.token_with_client(connection, jti)
        if found is None or not found[0].is_live(found[1], at=at):
            raise TokenRefused
        return LiveToken(*found)

    def jti_of(self, text: str) -> UUID:
        """The id in a token that this hub signed for itself, whether or not it is still good. Raises TokenRefused."""
        try:
            token = take_apart(text)
            kid = token.header.get("kid")
            key = self.keys.verifying(kid) if isinstance(kid, str) else None
            if key is None or token.header != {"alg": SIGNING_ALG, "typ": TOKEN_TYP, "kid": kid}:
                raise TokenRefused
            jws.deserialize_compact(text, key, algorithms=[SIGNING_ALG])
            return self._our_jti(token)
        except (NotCompact, JoseError, ValueError, TypeError):
            raise TokenRefused from None

    def _our_jti(self, token: Compact) -> UUID:
        claims = token.claims
        # A claim that is not issued here (`cnf` above all: a bound token sent as a bearer token) is not understood.
        if set(claims) not in (_CLAIMS, _WITH_DETAILS):
            raise TokenRefused
        if claims["iss"] != issuer_of(self.settings) or claims["aud"] != audience_of(self.settings):
            raise TokenRefused
        return UUID(str(claims["jti"]))

    def _signed(self, stored: StoredToken) -> str:
        header = {"alg": SIGNING_ALG, "typ": TOKEN_TYP, "kid": self.keys.current.kid}
        claims = json.dumps(_claims(stored, self.settings), separators=(",", ":"))
        return jws.serialize_compact(header, claims, self.keys.current, algorithms=[SIGNING_ALG])


@dataclass(frozen=True, slots=True)
class OAuthRoom:
    """What the endpoints and the token check of one app work with: its tokens and its clock."""

    tokens: Tokens
    clock: Callable[[], datetime] = field(repr=False)


def issue_token(
    engine: Engine, settings: Settings, client_id: str, *, purpose: str, role: str, scopes: Iterable[str], at: datetime
) -> str:
    """A fresh token for `dolen token CLIENT`: whoever may run that has the hub's own keys anyway.

    The same rules hold as at the token endpoint. Raises ClientUnavailable, GrantRefused and SigningKeyRefused.
    """
    with reading(engine) as connection:
        client = queries.client_by_id(connection, client_id)
    if client is None or not client.is_active or client.profile is None:
        raise ClientUnavailable(client_id)
    wanted = allowed_scopes(frozenset(scopes), client)
    details = AccessDetails(purpose=purpose, role=role) if purpose or role else None
    tokens = Tokens(engine, settings, load_keys(settings))
    allowed = allowed_details(details, client, scopes=wanted)
    return tokens.issue(client, scopes=wanted, details=allowed, at=at).text


def _lifetime(client: RegisteredClient, settings: Settings) -> int:
    return (
        settings.token_seconds if client.profile is None else min(settings.token_seconds, client.profile.token_seconds)
    )


def _claims(stored: StoredToken, settings: Settings) -> Mapping[str, strict_json.Value]:
    claims: dict[str, strict_json.Value] = {
        "iss": issuer_of(settings),
        "sub": stored.client_id,
        "aud": audience_of(settings),
        "client_id": stored.client_id,
        "iat": int(stored.issued_at.timestamp()),
        "exp": int(stored.expires_at.timestamp()),
        "jti": str(stored.jti),
        "scope": " ".join(sorted(stored.scopes)),
    }
    return claims if stored.details is None else claims | {"authorization_details": stored.details.as_json()}
