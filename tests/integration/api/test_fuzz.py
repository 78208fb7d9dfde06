"""Whatever is sent, no answer is a 5xx, and every refusal is a document."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from hub.oauth.model import Scope
from tests.integration.api.fakes import KNOWN, ApiWorld, authorised
from tests.integration.oauth.world import Partner

TEXT = st.text(max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(["identifiers", "kind", "value", "content", "resourceType", "upn", "fhir-r4", "learner"]) | TEXT
OBJECTS = st.dictionaries(NAMES, VALUES | st.lists(st.dictionaries(NAMES, VALUES, max_size=3), max_size=3), max_size=4)
BODIES = st.binary(max_size=200) | OBJECTS.map(lambda value: json.dumps(value).encode())
TYPES = st.sampled_from(
    ["application/json", "application/fhir+json", "application/x-www-form-urlencoded", "text/plain"]
)
QUERIES = st.dictionaries(st.sampled_from(["field", "limit", "after", "learner"]) | TEXT, TEXT, max_size=4)
FEW = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def sound(answer: TestResponse) -> None:
    """No 5xx; and what is refused under `/v1` is a problem document."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json"
        assert answer.get_json()["status"] == answer.status_code


@pytest.fixture
def headers(world: ApiWorld, partner: Partner) -> dict[str, str]:
    """A token for everything."""
    scope = " ".join(Scope)
    return authorised(partner, scope=scope)


@given(
    body=BODIES,
    content_type=TYPES,
    path=st.sampled_from(["/v1/assessments", "/v1/learners/lookup", "/v1/overrides", "/v1/requests"]),
)
@FEW
def test_no_body_breaks_a_route(
    world: ApiWorld, headers: dict[str, str], body: bytes, content_type: str, path: str
) -> None:
    if path != "/v1/assessments":
        world.clock.move(seconds=2.5)
    answer = world.http.post(path, headers=headers, data=body, content_type=content_type)
    sound(answer)


@given(query=QUERIES, path=st.sampled_from([f"/v1/learners/{KNOWN}/records", "/v1/consents", "/v1/requests"]))
@FEW
def test_no_query_string_breaks_a_route(
    world: ApiWorld, headers: dict[str, str], query: dict[str, str], path: str
) -> None:
    sound(world.http.get(path, headers=headers, query_string=query))


@given(
    path=st.text(alphabet="/abcdefxyz0123456789-.%{}<>é\x00\\", max_size=30),
    method=st.sampled_from(["GET", "POST", "PUT"]),
)
@FEW
def test_no_address_breaks_the_hub(world: ApiWorld, path: str, method: str) -> None:
    answer = world.http.open("/" + path.lstrip("/"), method=method)
    assert answer.status_code < 500


@given(header=st.text(st.characters(codec="latin-1", exclude_characters="\r\n\x00"), max_size=60))
@FEW
def test_no_authorization_header_breaks_the_hub(world: ApiWorld, header: str) -> None:
    assert world.http.get("/v1/consents", headers={"Authorization": header}).status_code == 401
    sound(world.http.get("/v1/consents", headers={"Authorization": f"Bearer {header}"}))


FORMS = st.dictionaries(
    st.sampled_from(
        [
            "grant_type",
            "scope",
            "client_assertion",
            "client_assertion_type",
            "authorization_details",
            "client_id",
            "token",
        ]
    ),
    TEXT | st.sampled_from(["client_credentials", "records:read", "a.b.c", "[]", "{}"]),
    max_size=7,
)


@given(form=FORMS, path=st.sampled_from(["/oauth/token", "/oauth/revoke", "/oauth/introspect"]))
@FEW
def test_no_form_breaks_the_authorization_server(world: ApiWorld, form: dict[str, str], path: str) -> None:
    assert world.http.post(path, data=form).status_code in (400, 401)


@given(
    changed=st.dictionaries(st.sampled_from(["iss", "sub", "aud", "exp", "iat", "jti", "nbf", "x"]), VALUES, max_size=3)
)
@FEW
def test_no_claim_breaks_the_authorization_server(partner: Partner, changed: dict[str, object]) -> None:
    assert partner.ask(partner.assertion(**changed)).status_code in (200, 401)


@given(
    changed=st.dictionaries(st.sampled_from(["alg", "kid", "typ", "crit", "jwk", "x"]), VALUES, min_size=1, max_size=3)
)
@FEW
def test_no_header_breaks_the_authorization_server(partner: Partner, changed: dict[str, object]) -> None:
    from tests.integration.oauth.world import signed

    assertion = signed({**partner.header(), **changed}, partner.claims(), partner.key)
    assert partner.ask(assertion).status_code == 401
