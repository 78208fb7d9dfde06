"""The metadata document (RFC 8414): built from what the server does, and it claims nothing else."""

from __future__ import annotations

from hub.oauth import issuer
from hub.oauth.model import AUTH_METHOD, DETAILS_TYPE, GRANT_TYPE, Scope
from hub.oauth.profiles import ALGORITHMS
from hub.settings import Settings


def metadata_of(settings: Settings) -> dict[str, object]:
    """What `/.well-known/oauth-authorization-server` answers."""
    base = issuer.issuer_of(settings)
    methods: dict[str, object] = {}
    for endpoint in ("token", "revocation", "introspection"):
        methods[f"{endpoint}_endpoint_auth_methods_supported"] = [AUTH_METHOD]
        methods[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] = list(ALGORITHMS)
    return {
        "issuer": base,
        "token_endpoint": issuer.token_url(settings),
        "revocation_endpoint": base + issuer.REVOKE_PATH,
        "introspection_endpoint": base + issuer.INTROSPECT_PATH,
        "jwks_uri": base + issuer.JWKS_PATH,
        "service_documentation": base + "/docs",
        "scopes_supported": [str(scope) for scope in Scope],
        # Required by RFC 8414 and empty: nobody is sent to an authorization endpoint, because there is none.
        "response_types_supported": [],
        "grant_types_supported": [GRANT_TYPE],
        "authorization_details_types_supported": [DETAILS_TYPE],
        **methods,
    }
