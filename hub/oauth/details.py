"""What a client asks a token for: scopes, and why records are to be read (`authorization_details`, RFC 9396)."""

from __future__ import annotations

from collections.abc import Mapping

from hub.oauth import strict_json
from hub.oauth.errors import GrantRefused
from hub.oauth.model import DETAILS_TYPE, AccessDetails, RegisteredClient, Scope, is_within

INVALID_SCOPE = "invalid_scope"
INVALID_DETAILS = "invalid_authorization_details"
_MAX_DETAILS = 4096
_MAX_SCOPE = 400
_MEMBERS = {"type", "purpose", "role"}


def wanted_scopes(text: str | None, client: RegisteredClient) -> frozenset[str]:
    """The scopes in a `scope` parameter. Nothing is added, and nothing is silently left out.

    Raises GrantRefused for a scope that is unknown or not this client's, and where none is named.
    """
    if not text or len(text) > _MAX_SCOPE:
        raise GrantRefused(INVALID_SCOPE)
    return allowed_scopes(frozenset(text.split(" ")), client)


def allowed_scopes(scopes: frozenset[str], client: RegisteredClient) -> frozenset[str]:
    """`scopes`, where this client may have them all. Raises GrantRefused."""
    if not scopes or not scopes <= set(Scope) & client.scopes:
        raise GrantRefused(INVALID_SCOPE)
    return scopes


def wanted_details(text: str | None, client: RegisteredClient, *, scopes: frozenset[str]) -> AccessDetails | None:
    """Purpose and role in an `authorization_details` parameter; None where none are needed and none are given.

    Raises GrantRefused for anything that is not exactly one object of our type with the members that it has.
    """
    if text is None:
        return allowed_details(None, client, scopes=scopes)
    try:
        value = strict_json.parse(text.encode("utf-8", "replace"), max_bytes=_MAX_DETAILS, max_depth=4)
    except strict_json.NotStrictJson:
        raise GrantRefused(INVALID_DETAILS) from None
    return allowed_details(_only_object(value), client, scopes=scopes)


def allowed_details(
    details: AccessDetails | None, client: RegisteredClient, *, scopes: frozenset[str]
) -> AccessDetails | None:
    """`details`, where this client is registered for them and `scopes` get along with them. Raises GrantRefused."""
    if details is None and Scope.RECORDS_READ in scopes:
        raise GrantRefused(INVALID_DETAILS)
    if details is not None and not is_within(details, client):
        raise GrantRefused(INVALID_DETAILS)
    return details


def _only_object(value: strict_json.Value) -> AccessDetails:
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], Mapping):
        raise GrantRefused(INVALID_DETAILS)
    members = value[0]
    purpose, role = members.get("purpose"), members.get("role")
    if set(members) != _MEMBERS or members["type"] != DETAILS_TYPE:
        raise GrantRefused(INVALID_DETAILS)
    if not isinstance(purpose, str) or not isinstance(role, str):
        raise GrantRefused(INVALID_DETAILS)
    return AccessDetails(purpose=purpose, role=role)
