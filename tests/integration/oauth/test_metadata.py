"""What the server says of itself is what it does."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from pydantic import AnyHttpUrl

from hub.oauth.assertions import make_assertion
from hub.oauth.errors import IssuerRefused
from hub.oauth.issuer import check_issuer
from hub.settings import Settings
from tests.integration.oauth.world import Partner, World, signed

METADATA = "/.well-known/oauth-authorization-server"


def document(world: World) -> dict[str, object]:
    """The metadata document."""
    return cast("dict[str, object]", world.http.get(METADATA).get_json())


def test_the_metadata_document_is_valid(world: World) -> None:
    found = document(world)
    # Authlib's validator refuses the empty list, which is the truth: RFC 8414 requires the member, and there is none.
    AuthorizationServerMetadata(found | {"response_types_supported": ["none"]}).validate()
    assert found["issuer"] == "https://hub.example"
    assert f"{found['issuer']}{METADATA}" == "https://hub.example/.well-known/oauth-authorization-server"


def test_every_address_in_the_metadata_is_answered_and_no_other_oauth_route_exists(world: World) -> None:
    found = document(world)
    named = {urlsplit(str(url)).path for name, url in found.items() if name.endswith(("_endpoint", "jwks_uri"))}
    routed = {rule.rule for rule in world.app.url_map.iter_rules() if rule.rule.startswith("/oauth")}
    assert named == routed


def test_nothing_is_claimed_that_is_not_there(world: World) -> None:
    assert {name for name in document(world) if name.endswith("_endpoint")} == {
        "token_endpoint",
        "revocation_endpoint",
        "introspection_endpoint",
    }
    assert document(world)["response_types_supported"] == []


def test_every_scope_and_grant_of_the_metadata_is_issued_to_a_client_that_has_it(partner: Partner) -> None:
    found = document(partner.world)
    for scope in cast("list[str]", found["scopes_supported"]):
        assert partner.ask(scope=scope).get_json()["scope"] == scope
    assert found["grant_types_supported"] == ["client_credentials"]
    assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert found["authorization_details_types_supported"] == ["dolen_record_access"]


def test_the_signing_algorithms_of_the_metadata_are_those_that_work(world: World) -> None:
    # ES384 and RS384 are shown to work, and all others to be refused, in test_client_assertions.
    found = document(world)
    for endpoint in ("token", "revocation", "introspection"):
        assert found[f"{endpoint}_endpoint_auth_signing_alg_values_supported"] == ["ES384", "RS384"]


def test_the_token_endpoint_of_the_metadata_is_the_audience(partner: Partner) -> None:
    audience = str(document(partner.world)["token_endpoint"])
    at = partner.world.clock()
    assertion = make_assertion(partner.key, client_id=partner.client_id, audience=audience, at=at)
    assert partner.ask(assertion).status_code == 200


def test_the_published_keys_check_our_tokens_and_hold_nothing_private(partner: Partner) -> None:
    from joserfc import jwt
    from joserfc.jwk import KeySet

    found = partner.world.http.get("/oauth/jwks.json").get_json()
    assert [set(key) for key in found["keys"]] == [{"kty", "crv", "x", "y", "kid", "use", "alg"}] * 2
    token = jwt.decode(partner.token(), KeySet.import_key_set(found), algorithms=["ES256"])
    assert token.claims["client_id"] == partner.client_id


def test_public_documents_may_be_cached_for_minutes_and_tokens_never(partner: Partner) -> None:
    for path in (METADATA, "/oauth/jwks.json"):
        assert partner.world.http.get(path).headers["Cache-Control"] == "public, max-age=300"
    assert partner.ask().headers["Cache-Control"] == "no-store"
    assert partner.ask("x").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("url", ["https://hub.example", "https://hub.example:8443", "http://127.0.0.1:8700",
                                 "http://localhost:1", "http://[::1]:8700"])  # fmt: skip
def test_an_issuer_is_https_or_on_this_machine(url: str) -> None:
    check_issuer(Settings(base_url=AnyHttpUrl(url)))


@pytest.mark.parametrize(
    "url",
    ["http://hub.example", "https://hub.example/path", "https://hub.example/?q=1", "https://hub.example/#f",
     "https://user:pw@hub.example", "http://10.0.0.1"],
)  # fmt: skip
def test_any_other_public_address_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(IssuerRefused):
        check_issuer(Settings(base_url=AnyHttpUrl(url)))


def test_the_environment_cannot_switch_the_transport_check_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with pytest.raises(IssuerRefused):
        check_issuer(Settings(base_url=AnyHttpUrl("http://hub.example")))


def test_a_forged_signature_key_is_not_among_the_published_ones(partner: Partner) -> None:
    assertion = signed(partner.header(), partner.claims(), partner.key)
    kids = {key["kid"] for key in partner.world.http.get("/oauth/jwks.json").get_json()["keys"]}
    assert partner.key["kid"] not in kids
    assert partner.ask(assertion).status_code == 200
