"""What a proven client may ask for, and in which form."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.database import reading
from hub.oauth.assertions import ASSERTION_TYPE
from hub.oauth.compact import take_apart
from hub.oauth.tables import access_token
from tests.integration.oauth.world import FORM, Partner, details


def error(partner: Partner, **changed: object) -> str:
    """The error code that a request with these changes gets."""
    answer = partner.ask(**changed)
    assert answer.status_code == 400, answer.text
    assert set(answer.get_json()) == {"error", "error_description"}
    return str(answer.get_json()["error"])


def test_a_token_says_what_it_is_for_and_how_long_it_lasts(partner: Partner) -> None:
    answer = partner.ask()
    body = answer.get_json()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert body.pop("access_token").count(".") == 2
    assert body == {
        "token_type": "Bearer",
        "expires_in": 300,
        "scope": "consents:read records:read",
        "authorization_details": json.loads(details()),
    }


def test_a_token_carries_the_claims_of_rfc_9068_and_nothing_about_a_learner(partner: Partner) -> None:
    token = take_apart(partner.token())
    assert token.header["typ"] == "at+jwt"
    assert token.header["alg"] == "ES256"
    assert set(token.claims) == {
        "iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope", "authorization_details",
    }  # fmt: skip
    assert token.claims["iss"] == "https://hub.example"
    assert token.claims["aud"] == "https://hub.example/v1"


def test_a_token_lasts_five_minutes_and_not_a_second_more(partner: Partner) -> None:
    token = partner.token()
    partner.world.clock.move(seconds=299)
    assert partner.probe(token) == 200
    partner.world.clock.move(seconds=1)
    assert partner.probe(token) == 401


def test_no_stored_token_outlives_its_profile(partner: Partner) -> None:
    partner.token()
    with reading(partner.world.engine) as connection:
        rows = connection.execute(select(access_token.c.issued_at, access_token.c.expires_at)).all()
    assert rows
    assert all(row.expires_at - row.issued_at <= timedelta(minutes=5) for row in rows)


@pytest.mark.parametrize(
    "grant", ["authorization_code", "password", "refresh_token", "implicit", "", "CLIENT_CREDENTIALS"]
)
def test_no_other_grant_is_offered(partner: Partner, grant: str) -> None:
    assert error(partner, grant_type=grant) == "unsupported_grant_type"


def test_a_grant_type_is_needed(partner: Partner) -> None:
    assert error(partner, grant_type=...) == "invalid_request"


@pytest.mark.parametrize("where", ["grant_type=client_credentials", "scope=records:read", "x=1", "client_assertion=a"])
def test_parameters_in_the_query_string_are_refused(partner: Partner, where: str) -> None:
    answer = partner.world.http.post(f"/oauth/token?{where}", data=partner.form())
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["grant_type", "scope", "client_assertion", "authorization_details", "client_id", "x"])
def test_a_parameter_that_comes_twice_is_refused(partner: Partner, name: str) -> None:
    form = partner.form(client_id=partner.client_id, x="1")
    twice = [(key, value) for key, value in form.items()] + [(name, form[name])]
    answer = partner.world.http.post("/oauth/token", data=_encoded(twice), content_type=FORM)
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


def _encoded(pairs: list[tuple[str, str]]) -> str:
    from urllib.parse import urlencode

    return urlencode(pairs)


def test_an_unknown_parameter_is_ignored(partner: Partner) -> None:
    assert partner.ask(something="else").status_code == 200


def test_another_content_type_is_refused(partner: Partner) -> None:
    as_json = partner.world.http.post("/oauth/token", json=partner.form())
    as_parts = partner.world.http.post("/oauth/token", data=partner.form(), content_type="multipart/form-data")
    assert {as_json.status_code, as_parts.status_code} == {400}


def test_a_second_way_to_authenticate_is_refused(partner: Partner) -> None:
    answer = partner.world.http.post("/oauth/token", data=partner.form(), auth=("client", "secret"))
    assert (answer.status_code, answer.get_json()["error"]) == (400, "invalid_request")


def test_a_body_past_its_bound_is_refused(partner: Partner) -> None:
    assert partner.world.http.post("/oauth/token", data=partner.form(x="x" * 40_000)).status_code == 413


@pytest.mark.parametrize(
    "scope",
    [..., "", " ", "records:read ", "records:read  consents:read", "RECORDS:READ", "records:write", "*",
     "records:read everything", "records:read\tconsents:read", "x" * 5000],
)  # fmt: skip
def test_a_scope_that_is_missing_unknown_or_misspelt_is_refused(partner: Partner, scope: object) -> None:
    assert error(partner, scope=scope) == "invalid_scope"


def test_a_scope_of_others_is_refused_and_not_left_out(partner: Partner) -> None:
    partner.set(scopes=["learners:lookup"])
    assert error(partner, scope="learners:lookup records:read") == "invalid_scope"
    assert partner.ask(scope="learners:lookup").get_json()["scope"] == "learners:lookup"


BAD_DETAILS = {
    "not there": ...,
    "empty": "",
    "not JSON": "{",
    "an object": details()[1:-1],
    "no object": "[]",
    "two": f"[{details()[1:-1]},{details()[1:-1]}]",
    "a text": '["dolen_record_access"]',
    "another type": details(type="payment_initiation"),
    "no type": details(type=...),
    "no purpose": details(purpose=...),
    "no role": details(role=...),
    "an unknown member": details(learner="x"),
    "locations of RFC 9396": details(locations=["https://hub.example/v1"]),
    "purpose of others": details(purpose="safeguarding"),
    "role of others": details(role="teacher"),
    "purpose a list": details(purpose=["aln-plan"]),
    "purpose empty": details(purpose=""),
    "role null": details(role=None),
    "member twice": details()[:-2] + ',"purpose":"aln-plan"}]',
    "nested": "[" * 3000 + "]" * 3000,
    "huge": details(purpose="p" * 5000),
    "NaN": '[{"type":"dolen_record_access","purpose":NaN,"role":"aln-coordinator"}]',
    "lone surrogate": details(purpose="\ud800"),
}


@pytest.mark.parametrize("name", BAD_DETAILS)
def test_records_are_read_for_one_registered_purpose_and_role_or_not_at_all(partner: Partner, name: str) -> None:
    assert error(partner, authorization_details=BAD_DETAILS[name]) == "invalid_authorization_details"


def test_a_token_that_reads_no_records_needs_no_purpose_but_a_wrong_one_is_refused(partner: Partner) -> None:
    without = partner.ask(scope="learners:lookup", authorization_details=...)
    assert without.status_code == 200
    assert "authorization_details" not in without.get_json()
    wrong = details(purpose="safeguarding")
    assert error(partner, scope="learners:lookup", authorization_details=wrong) == "invalid_authorization_details"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/oauth/token", "/oauth/revoke", "/oauth/introspect"])
def test_the_endpoints_take_posts_only(partner: Partner, method: str, path: str) -> None:
    assert partner.world.http.open(path, method=method).status_code == 405


def test_the_assertion_type_is_the_one_of_rfc_7523() -> None:
    assert ASSERTION_TYPE == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
