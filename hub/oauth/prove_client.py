"""Whether a client assertion proves that the caller is that client (RFC 7523 section 3, one profile at a time)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeAlias

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub.oauth import strict_json
from hub.oauth.compact import Compact, NotCompact, take_apart
from hub.oauth.errors import AssertionRefused, Refusal
from hub.oauth.model import RegisteredClient
from hub.oauth.profiles import Profile, ProfileName
from hub.oauth.registration import PublicKey, public_key

FindClient: TypeAlias = "Callable[[str], RegisteredClient | None]"
Claims: TypeAlias = Mapping[str, strict_json.Value]

CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,79}")
_HEADER_MEMBERS = {"alg", "kid", "typ"}
_JTI = re.compile(r"[\x21-\x7e]{1,128}")
_SKEW = timedelta(seconds=10)
_LATEST = 253_402_300_799  # 9999-12-31, the last instant that a datetime holds


@dataclass(frozen=True, slots=True)
class Proof:
    """Who proved themselves, and what must be remembered so that it is not proven twice by the same assertion."""

    client: RegisteredClient
    jti: str
    expires_at: datetime


def prove_client(
    assertion: str, *, find_client: FindClient, issuer: str, stated_client_id: str | None, at: datetime
) -> Proof:
    """The active client whose key signed `assertion` for this server, now.

    `stated_client_id` is the `client_id` parameter beside it, which must then agree (RFC 7523 section 3.1). The caller
    still has to mark the `jti` as used. Raises AssertionRefused; an unknown client costs the same work as a wrong
    signature, and the answer must not tell them apart.
    """
    try:
        token = take_apart(assertion)
    except NotCompact:
        raise AssertionRefused(Refusal.MALFORMED) from None
    client = _active(find_client(_claimed_client(token, stated_client_id)))
    registered = client or _decoy()
    profile = registered.profile
    if profile is None:
        raise AssertionRefused(Refusal.UNKNOWN_CLIENT)
    _check_signature(assertion, token, registered, profile)
    if client is None:
        raise AssertionRefused(Refusal.UNKNOWN_CLIENT)
    if token.claims.get("aud") != issuer + profile.audience_path:
        raise AssertionRefused(Refusal.AUDIENCE)
    return Proof(client, _jti(token.claims), _expiry(token.claims, profile, at=at))


def _claimed_client(token: Compact, stated_client_id: str | None) -> str:
    subject = token.claims.get("sub")
    if not isinstance(subject, str) or not CLIENT_ID.fullmatch(subject):
        raise AssertionRefused(Refusal.SUBJECT)
    if token.claims.get("iss") != subject or stated_client_id not in (None, subject):
        raise AssertionRefused(Refusal.SUBJECT)
    return subject


def _active(client: RegisteredClient | None) -> RegisteredClient | None:
    return client if client is not None and client.is_active and client.profile is not None else None


def _check_signature(assertion: str, token: Compact, client: RegisteredClient, profile: Profile) -> None:
    alg, kid = token.header.get("alg"), token.header.get("kid")
    # `jwk`, `jku`, `x5c`, `crit`, `b64` and whatever else: a key or a meaning that the sender brings is not believed.
    if not set(token.header) <= _HEADER_MEMBERS or not isinstance(kid, str):
        raise AssertionRefused(Refusal.HEADER)
    if token.header.get("typ") != profile.assertion_typ:
        raise AssertionRefused(Refusal.HEADER)
    if alg != client.alg or alg not in profile.algorithms:
        raise AssertionRefused(Refusal.ALGORITHM)
    key = public_key(client.jwks, kid=kid, alg=client.alg)
    if not _is_signed(assertion, key or _decoy_key(), alg=client.alg):
        raise AssertionRefused(Refusal.SIGNATURE if key else Refusal.UNKNOWN_KEY)
    if key is None:
        raise AssertionRefused(Refusal.UNKNOWN_KEY)


def _is_signed(assertion: str, key: PublicKey, *, alg: str) -> bool:
    try:
        jws.deserialize_compact(assertion, key, algorithms=[alg])
    except (JoseError, ValueError, TypeError):
        return False
    return True


def _jti(claims: Claims) -> str:
    jti = claims.get("jti")
    if not isinstance(jti, str) or not _JTI.fullmatch(jti):
        raise AssertionRefused(Refusal.JTI)
    return jti


def _expiry(claims: Claims, profile: Profile, *, at: datetime) -> datetime:
    issued, expires = _instant(claims.get("iat")), _instant(claims.get("exp"))
    longest = timedelta(seconds=profile.assertion_seconds)
    if not (at < expires <= at + longest + _SKEW and at - longest - _SKEW <= issued <= at + _SKEW):
        raise AssertionRefused(Refusal.TIMES)
    if "nbf" in claims and _instant(claims["nbf"]) > at + _SKEW:
        raise AssertionRefused(Refusal.TIMES)
    return expires


def _instant(value: strict_json.Value) -> datetime:
    """A NumericDate (RFC 7519 section 2)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LATEST:
        raise AssertionRefused(Refusal.TIMES)
    return datetime.fromtimestamp(value, tz=UTC)


@cache
def _decoy_key() -> ECKey:
    return ECKey.generate_key("P-384", private=False)


@cache
def _decoy() -> RegisteredClient:
    """Stands in for a client that is not there, so that the work done does not tell."""
    return RegisteredClient(
        client_id="",
        agency_id="",
        profile_name=ProfileName.SMART,
        alg="ES384",
        scopes=frozenset(),
        purposes=frozenset(),
        roles=frozenset(),
        is_active=False,
        jwks={"keys": []},
    )
