"""Who counts as proven, and that whoever does not gets one and the same answer."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from typing import cast

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from hub.oauth.assertions import make_assertion, new_client_key, public_jwks
from tests.integration.oauth.world import TOKEN_URL, Partner, World, b64, signed

FAILED = {"error": "invalid_client", "error_description": "Client authentication failed."}


def refused(partner: Partner, assertion: str, **changed: object) -> bool:
    """True when the answer is the one that every refused client gets."""
    answer = partner.ask(assertion, **changed)
    assert answer.status_code != 200, answer.text
    assert (answer.status_code, answer.get_json()) == (401, FAILED)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="dolen"'
    return True


def test_an_assertion_signed_with_es384_is_accepted(partner: Partner) -> None:
    assertion = make_assertion(partner.key, client_id=partner.client_id, audience=TOKEN_URL, at=partner.world.clock())
    assert partner.ask(assertion).status_code == 200


def test_an_assertion_signed_with_rs384_is_accepted_from_a_client_registered_for_it(world: World) -> None:
    key = RSAKey.generate_key(2048, {"alg": "RS384", "use": "sig"}, auto_kid=True)
    partner = Partner(world, key=dict(key.as_dict(private=True))).registered(token_endpoint_auth_signing_alg="RS384")
    assertion = make_assertion(partner.key, client_id=partner.client_id, audience=TOKEN_URL, at=world.clock())
    assert partner.ask(assertion).status_code == 200


@pytest.mark.parametrize("alg", ["ES256", "ES512", "RS256", "RS384", "PS256", "EdDSA", "Ed25519"])
def test_every_other_algorithm_is_refused_even_with_a_registered_key_of_its_kind(world: World, alg: str) -> None:
    private = private_key_for(alg)
    partner = Partner(world, key=dict(private.as_dict(private=True))).registered()
    head, payload = b64(json.dumps(partner.header(alg=alg)).encode()), b64(json.dumps(partner.claims()).encode())
    signature = JWSRegistry.algorithms[alg].sign(f"{head}.{payload}".encode(), private)
    assert refused(partner, f"{head}.{payload}.{b64(signature)}")


def private_key_for(alg: str) -> ECKey | RSAKey | OKPKey:
    if alg.startswith("Ed"):
        return OKPKey.generate_key("Ed25519", auto_kid=True)
    if alg[0] in "RP":
        return RSAKey.generate_key(2048, auto_kid=True)
    return ECKey.generate_key({"ES256": "P-256", "ES512": "P-521"}[alg], auto_kid=True)


def test_a_client_registered_for_an_algorithm_outside_its_profile_cannot_sign_in(world: World) -> None:
    key = ECKey.generate_key("P-256", auto_kid=True)
    partner = Partner(world, key=dict(key.as_dict(private=True))).registered(token_endpoint_auth_signing_alg="ES256")
    assert refused(partner, signed(partner.header(alg="ES256"), partner.claims(), partner.key))


def test_a_client_of_a_profile_that_is_not_spoken_here_cannot_sign_in(world: World) -> None:
    partner = Partner(world).registered(profile="fapi2")
    assert refused(partner, partner.assertion())


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
def test_an_unsigned_assertion_is_refused(partner: Partner, alg: str) -> None:
    unsigned = b64(json.dumps(partner.header(alg=alg)).encode()) + "." + b64(json.dumps(partner.claims()).encode())
    assert refused(partner, unsigned + ".")
    assert refused(partner, unsigned + "." + b64(b"x" * 96))


def test_the_public_key_used_as_a_shared_secret_is_refused(partner: Partner) -> None:
    public = cast("list[dict[str, str]]", public_jwks(partner.key)["keys"])[0]
    body = b64(json.dumps(partner.header(alg="HS256")).encode()) + "." + b64(json.dumps(partner.claims()).encode())
    for secret in (json.dumps(public).encode(), ECKey.import_key(public).as_pem(private=False)):
        mac = hmac.new(secret, body.encode(), hashlib.sha256).digest()
        assert refused(partner, f"{body}.{b64(mac)}")


def test_a_shared_secret_in_the_registered_key_set_is_no_key(world: World) -> None:
    partner = Partner(world)
    secret = {"kty": "oct", "k": b64(b"s" * 48), "kid": "shared"}
    partner.registered(jwks={"keys": [secret]}, token_endpoint_auth_signing_alg="HS384")
    body = (
        b64(json.dumps(partner.header(alg="HS384", kid="shared")).encode())
        + "."
        + b64(json.dumps(partner.claims()).encode())
    )
    mac = hmac.new(b"s" * 48, body.encode(), hashlib.sha384).digest()
    assert refused(partner, f"{body}.{b64(mac)}")


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c", "crit", "b64", "cty", "zip"])
def test_a_key_or_a_meaning_that_the_sender_brings_along_is_not_believed(partner: Partner, member: str) -> None:
    own = new_client_key()
    public = cast("list[dict[str, str]]", public_jwks(own)["keys"])[0]
    brought: dict[str, object] = {
        "jwk": public,
        "jku": "https://evil.example/jwks",
        "x5u": "https://evil.example/x5u",
        "x5c": ["AA=="],
        "crit": ["exp"],
        "b64": False,
        "cty": "JWT",
        "zip": "DEF",
    }
    header = partner.header(**{member: brought[member]})
    assert refused(partner, signed(header, partner.claims(), own))
    assert refused(partner, signed(header, partner.claims(), partner.key))


def test_a_signature_by_another_key_is_refused_whatever_key_it_names(partner: Partner) -> None:
    other = new_client_key()
    assert refused(partner, signed(partner.header(), partner.claims(), other))
    assert refused(partner, signed(partner.header(kid=other["kid"]), partner.claims(), other))
    assert refused(partner, signed(partner.header(kid=...), partner.claims(), partner.key))
    assert refused(partner, signed(partner.header(kid=["x"]), partner.claims(), partner.key))


def test_a_client_cannot_speak_for_another(partner: Partner) -> None:
    other = Partner(partner.world).registered()
    assert refused(partner, signed(other.header(kid=partner.key["kid"]), other.claims(), partner.key))
    assert refused(partner, signed(other.header(), other.claims(), partner.key))


NOW_CLAIMS: dict[str, Callable[[int], dict[str, object]]] = {
    "ten years ahead": lambda now: {"exp": now + 10 * 365 * 86_400},
    "eleven seconds past five minutes": lambda now: {"exp": now + 311},
    "expired this second": lambda now: {"iat": now - 60, "exp": now},
    "expired": lambda now: {"iat": now - 600, "exp": now - 300},
    "no exp": lambda now: {"exp": ...},
    "no iat": lambda now: {"iat": ...},
    "iat in the future": lambda now: {"iat": now + 11},
    "iat long ago": lambda now: {"iat": now - 3600},
    "nbf in the future": lambda now: {"nbf": now + 11},
    "exp as text": lambda now: {"exp": str(now + 60)},
    "exp true": lambda now: {"exp": True},
    "exp null": lambda now: {"exp": None},
    "exp as large as it gets": lambda now: {"exp": 10**400},
    "exp negative": lambda now: {"exp": -1},
    "exp a list": lambda now: {"exp": [now + 60]},
    "iat as text": lambda now: {"iat": str(now)},
    "aud as a list": lambda now: {"aud": [TOKEN_URL]},
    "aud as a list with another server": lambda now: {"aud": [TOKEN_URL, "https://other.example/token"]},
    "aud the issuer": lambda now: {"aud": "https://hub.example"},
    "aud the issuer with a slash": lambda now: {"aud": "https://hub.example/"},
    "aud with a slash": lambda now: {"aud": TOKEN_URL + "/"},
    "aud in capitals": lambda now: {"aud": TOKEN_URL.upper()},
    "no aud": lambda now: {"aud": ...},
    "no jti": lambda now: {"jti": ...},
    "empty jti": lambda now: {"jti": ""},
    "jti a number": lambda now: {"jti": 7},
    "jti with NUL": lambda now: {"jti": "a\x00b"},
    "jti too long": lambda now: {"jti": "j" * 129},
    "jti with a line end": lambda now: {"jti": "abc\n"},
    "no iss": lambda now: {"iss": ...},
    "iss somebody else": lambda now: {"iss": "other"},
    "no sub": lambda now: {"sub": ...},
    "sub an object": lambda now: {"sub": {"a": 1}},
    "sub with NUL": lambda now: {"sub": "a\x00", "iss": "a\x00"},
    "sub with quotes": lambda now: {"sub": "' OR 1=1 --", "iss": "' OR 1=1 --"},
}


@pytest.mark.parametrize("name", NOW_CLAIMS)
def test_a_claim_that_is_wrong_or_missing_refuses_the_assertion(partner: Partner, name: str) -> None:
    changed = NOW_CLAIMS[name](int(partner.world.clock().timestamp()))
    assert refused(partner, partner.assertion(**changed))


@pytest.mark.parametrize("changed", [{"exp": 310, "iat": 10}, {"exp": 1, "iat": -300}, {"nbf": 10}])
def test_clocks_that_are_ten_seconds_apart_still_agree(partner: Partner, changed: dict[str, int]) -> None:
    now = int(partner.world.clock().timestamp())
    assert partner.ask(partner.assertion(**{name: now + by for name, by in changed.items()})).status_code == 200


def test_a_client_id_beside_the_assertion_must_be_the_same(partner: Partner) -> None:
    assert refused(partner, partner.assertion(), client_id="somebody-else")
    assert partner.ask(client_id=partner.client_id).status_code == 200


@pytest.mark.parametrize("typ", [..., "at+jwt", "jwt", "JWS", "", None, 1, ["JWT"]])
def test_an_assertion_of_another_type_is_refused(partner: Partner, typ: object) -> None:
    assert refused(partner, signed(partner.header(typ=typ), partner.claims(), partner.key))


def test_an_access_token_is_no_assertion(partner: Partner) -> None:
    assert refused(partner, partner.token())


@pytest.mark.parametrize("changed", [{"client_assertion_type": "jwt"}, {"client_assertion_type": ...}])
def test_the_assertion_type_has_to_be_named(partner: Partner, changed: dict[str, object]) -> None:
    assert refused(partner, partner.assertion(), **changed)
    assert refused(partner, "", **changed)


def test_a_secret_in_place_of_or_beside_an_assertion_is_refused(partner: Partner) -> None:
    assert refused(partner, partner.assertion(), client_secret="s")
    assert refused(partner, "x", client_assertion=..., client_id=partner.client_id, client_secret="s")
    assert refused(partner, "x", client_assertion=..., client_id=partner.client_id)


@pytest.mark.parametrize(
    "payload",
    [
        b"[" * 6000 + b"]" * 6000,
        b'{"sub":' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b"[" * 90_000,
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe",
        b'{"sub": NaN}',
        b'{"sub":"a","sub":"b"}',
        b"",
        b"{" + b" " * 200_000 + b"}",
    ],
)
def test_a_payload_that_is_nested_huge_or_broken_is_refused_and_nothing_falls_over(
    partner: Partner, payload: bytes
) -> None:
    assertion = signed(partner.header(), payload, partner.key)
    answer = partner.ask(assertion)
    assert answer.status_code in ({401} if len(assertion) < 30_000 else {400, 413})


def test_a_duplicate_claim_is_refused_even_where_both_are_good(partner: Partner) -> None:
    text = json.dumps(partner.claims())
    doubled = f'{{"sub":"{partner.client_id}",' + text[1:]
    assert refused(partner, signed(partner.header(), doubled.encode(), partner.key))


def test_an_oversized_header_is_refused(partner: Partner) -> None:
    assert refused(partner, signed(partner.header(kid="k" * 1000), partner.claims(), partner.key))


def spelled_otherwise(assertion: str) -> list[str]:
    """The same assertion in spellings that a lenient reader takes."""
    head, payload, signature = assertion.split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = payload[:-1] + last[(last.index(payload[-1]) ^ 1)]
    return [
        f"{head}.{payload}.{signature}=",
        f"{head}.{payload}=.{signature}",
        f"{head}=={'.'}{payload}.{signature}",
        f"{head}.{payload}.{signature}\n",
        f" {head}.{payload}.{signature}",
        f"{head}.{payload}.{signature} ",
        f"{head}.{payload[:8]}\n{payload[8:]}.{signature}",
        f"{head}.{loose}.{signature}",
        f"{head}.{payload}.{signature}.",
        f"{head}.{payload}.{signature}.x",
    ]


def test_a_used_assertion_is_refused_in_every_spelling(partner: Partner) -> None:
    assertion = partner.assertion()
    assert partner.ask(assertion).status_code == 200
    assert refused(partner, assertion)
    for spelling in spelled_otherwise(assertion):
        assert refused(partner, spelling)


def test_a_spelling_that_is_not_the_one_is_refused_the_first_time_too(partner: Partner) -> None:
    for spelling in spelled_otherwise(partner.assertion()):
        assert refused(partner, spelling)


def test_a_jti_counts_as_used_also_in_a_new_assertion_and_for_this_client_only(partner: Partner) -> None:
    other = Partner(partner.world).registered()
    assert partner.ask(partner.assertion(jti="same")).status_code == 200
    assert refused(partner, partner.assertion(jti="same"))
    assert other.ask(other.assertion(jti="same")).status_code == 200


def test_an_assertion_is_used_up_by_a_request_that_is_refused_for_its_scope(partner: Partner) -> None:
    assertion = partner.assertion()
    assert partner.ask(assertion, scope="everything").get_json()["error"] == "invalid_scope"
    assert refused(partner, assertion)


def test_an_unknown_client_an_inactive_one_and_a_wrong_signature_are_answered_alike(partner: Partner) -> None:
    unknown = Partner(partner.world)
    inactive = Partner(partner.world).registered(is_active=False)
    closed = Partner(partner.world).registered()
    closed.set_agency(is_active=False)
    bad = signed(partner.header(), partner.claims(), new_client_key())
    answers = [
        (who.ask(assertion).status_code, who.ask(assertion).data, dict(who.ask(assertion).headers))
        for who, assertion in (
            (unknown, unknown.assertion()),
            (inactive, inactive.assertion()),
            (closed, closed.assertion()),
            (partner, bad),
        )
    ]
    assert answers[0][0] == 401
    assert all(answer == answers[0] for answer in answers)


def test_no_key_id_client_id_or_claim_is_echoed(partner: Partner) -> None:
    marked = signed(partner.header(kid="canary-kid"), partner.claims(canary="canary-claim"), partner.key)
    answer = partner.ask(marked, scope="canary-scope", client_id="canary-client")
    assert b"canary" not in answer.data
    assert "canary" not in str(answer.headers)


def test_no_token_assertion_or_key_reaches_a_log_at_debug(
    partner: Partner, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("authlib", "authlib.oauth2", "authlib.oauth2.rfc7523.client", "joserfc", "werkzeug", "sqlalchemy"):
        caplog.set_level(logging.DEBUG if name != "sqlalchemy" else logging.INFO, logger=name)
    assertion = partner.assertion()
    token = partner.ask(assertion).get_json()["access_token"]
    partner.ask(assertion)
    partner.probe(token)
    revoking = partner.assertion()
    partner.at_endpoint("/oauth/introspect", token)
    partner.at_endpoint("/oauth/revoke", token, assertion=revoking)
    written = caplog.text + "".join(capsys.readouterr())
    for secret in (assertion, revoking, token, str(partner.key["d"])):
        for piece in [secret, *[part for part in secret.split(".") if len(part) > 40]]:
            assert piece not in written
    assert "token_issued" in written, "the log that was searched is not the one that is written"
