"""The addresses of this server: all of them follow from the hub's public address."""

from __future__ import annotations

from ipaddress import ip_address

from hub.oauth.errors import IssuerRefused
from hub.settings import Settings

TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address
REVOKE_PATH = "/oauth/revoke"
INTROSPECT_PATH = "/oauth/introspect"
JWKS_PATH = "/oauth/jwks.json"
METADATA_PATH = "/.well-known/oauth-authorization-server"


def issuer_of(settings: Settings) -> str:
    """The issuer identifier: the public address of the hub, without a slash at its end."""
    return str(settings.base_url).rstrip("/")


def audience_of(settings: Settings) -> str:
    """The one audience of an access token: the interface under `/v1` (RFC 8707)."""
    return issuer_of(settings) + "/v1"


def token_url(settings: Settings) -> str:
    """The token endpoint; what a client of profile `smart` names as the audience of its assertion."""
    return issuer_of(settings) + TOKEN_PATH


def check_issuer(settings: Settings) -> None:
    """Raise IssuerRefused unless the public address can be an issuer (RFC 8414 section 2).

    https, or http on this machine only; without path, query, fragment or user. Judged once from the settings: what a
    request says about its own scheme depends on proxies, and is not asked.
    """
    url = settings.base_url
    if url.scheme != "https" and not _is_this_machine(url.host or ""):
        raise IssuerRefused("the public address must be https")
    if url.path not in (None, "", "/") or url.query or url.fragment or url.username or url.password:
        raise IssuerRefused("the public address must be a scheme, a host and a port")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
