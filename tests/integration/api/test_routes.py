"""Each route: what it asks the hub, what it answers, and what it refuses before anything is asked."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from hub.oauth.guard import access_rule
from hub.sharing.model import RecordQuery
from tests.integration.api.fakes import DISCLOSURE, HUBS_OWN_ID, KNOWN, REQUEST, SAMPLE, UPN, ApiWorld, authorised
from tests.integration.oauth.world import Partner

FHIR = "application/fhir+json"


def problem(answer: TestResponse, status: int, slug: str) -> dict[str, object]:
    """The problem document of an answer, checked for what every one must have."""
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json"), answer.text
    body: dict[str, object] = answer.get_json()
    assert body["type"] == f"/problems/{slug}"
    assert body["status"] == status
    assert answer.headers["Cache-Control"] == "no-store"
    return body


def lookup(partner: Partner, body: object, **changed: object) -> TestResponse:
    """Ask for a handle."""
    headers = authorised(partner, scope="learners:lookup", authorization_details=...)
    return partner.world.http.post("/v1/learners/lookup", headers=headers, json=body, **changed)


def identifier(value: str = UPN, kind: str = "upn") -> dict[str, object]:
    """A lookup for one identifier."""
    return {"identifiers": [{"kind": kind, "value": value}]}


def test_a_lookup_answers_with_the_callers_own_handle(world: ApiWorld, partner: Partner) -> None:
    answer = lookup(partner, identifier())
    assert (answer.status_code, answer.get_json()) == (200, {"learner": str(KNOWN)})
    assert answer.headers["Cache-Control"] == "no-store"
    principal, identifiers = world.hub.asked[-1]  # type: ignore[misc]
    assert principal.agency_id == partner.agency_id
    assert identifiers == [("upn", UPN)]


def test_unknown_and_not_yours_answer_alike_and_do_not_echo(partner: Partner) -> None:
    unknown, other = lookup(partner, identifier("B000000000001")), lookup(partner, identifier("C000000000002"))
    problem(unknown, 404, "not-found")
    assert (unknown.data, dict(unknown.headers)) == (other.data, dict(other.headers))
    assert b"B000000000001" not in unknown.data


BAD_LOOKUPS = {
    "a text": "x",
    "a list": [],
    "empty": {},
    "no identifiers": {"identifiers": []},
    "too many": {"identifiers": [{"kind": "upn", "value": "1"}] * 11},
    "an unknown member": {**identifier(), "learner": "x"},
    "an unknown member inside": {"identifiers": [{"kind": "upn", "value": "1", "name": "canary"}]},
    "an unknown kind": identifier(kind="name"),
    "no value": {"identifiers": [{"kind": "upn"}]},
    "empty value": identifier(""),
    "value a number": {"identifiers": [{"kind": "upn", "value": 1}]},
    "value a list": {"identifiers": [{"kind": "upn", "value": ["1"]}]},
    "value too long": identifier("1" * 65),
    "value with a line end": identifier("A123456789012\n"),
    "value with a control character": identifier("A\u001b"),
}


@pytest.mark.parametrize("name", BAD_LOOKUPS)
def test_a_lookup_that_is_not_one_is_refused_with_places_and_without_values(
    world: ApiWorld, partner: Partner, name: str
) -> None:
    body = problem(lookup(partner, BAD_LOOKUPS[name]), 400, "request-refused")
    assert body["members"]
    assert "canary" not in json.dumps(body)
    assert world.hub.asked == []


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"nope", b'{"identifiers":[],"identifiers":[]}', b"[" * 33 + b"]" * 33, b'{"a":NaN}', b"\xff",
     b'"\\ud800"', b'{"identifiers":[{"kind":"upn","value":"1","value":"2"}]}', "{}".encode("utf-16")],
)  # fmt: skip
def test_a_body_that_readers_could_understand_differently_is_refused(
    world: ApiWorld, partner: Partner, data: bytes
) -> None:
    headers = authorised(partner, scope="learners:lookup", authorization_details=...)
    answer = world.http.post("/v1/learners/lookup", headers=headers, data=data, content_type="application/json")
    problem(answer, 400, "malformed-json")
    assert world.hub.asked == []


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", FHIR, "", "application/jsonx"]
)
def test_a_body_of_another_type_is_refused(partner: Partner, content_type: str) -> None:
    headers = authorised(partner, scope="learners:lookup", authorization_details=...)
    data = json.dumps(identifier())
    answer = partner.world.http.post("/v1/learners/lookup", headers=headers, data=data, content_type=content_type)
    problem(answer, 415, "unsupported-media-type")


def test_a_body_past_its_bound_is_refused_unread(partner: Partner) -> None:
    problem(lookup(partner, {"identifiers": "x" * 70_000}), 413, "too-large")


def test_a_client_that_looks_up_too_often_is_told_when_to_come_back(partner: Partner) -> None:
    headers = authorised(partner, scope="learners:lookup", authorization_details=...)
    http = partner.world.http
    statuses = [http.post("/v1/learners/lookup", headers=headers, json=identifier()).status_code for _ in range(300)]
    assert set(statuses) == {200}
    answer = http.post("/v1/learners/lookup", headers=headers, json=identifier())
    problem(answer, 429, "too-many-requests")
    assert 0 < int(answer.headers["Retry-After"]) <= 60


def test_a_read_answers_with_the_disclosure(world: ApiWorld, partner: Partner) -> None:
    answer = world.http.get(f"/v1/learners/{KNOWN}/records", headers=authorised(partner))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_json()
    assert body["disclosure_id"] == str(DISCLOSURE)
    assert body["records"][0]["fields"] == {"health.speech.receptive_language": {"score": "71.5"}}
    principal, handle, query = world.hub.asked[-1]  # type: ignore[misc]
    assert (principal.purpose, principal.role) == ("aln-plan", "aln-coordinator")
    assert (handle, query) == (KNOWN, RecordQuery())


def test_a_read_may_name_fields_and_a_page(world: ApiWorld, partner: Partner) -> None:
    url = f"/v1/learners/{KNOWN}/records?field=health.growth.height&field=health.speech.x&limit=5&after={DISCLOSURE}"
    assert world.http.get(url, headers=authorised(partner)).status_code == 200
    query = world.hub.asked[-1][2]  # type: ignore[index]
    assert query == RecordQuery(fields=("health.growth.height", "health.speech.x"), limit=5, after=DISCLOSURE)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=-1", "limit=x", "limit=1.5", "limit=", "limit=5&limit=6", "after=x", "after=",
     f"after={KNOWN}&after={KNOWN}", "field=", "field=HEALTH", "field=a", "field=a..b", "field=a.b%0a", "field=a.b%00",
     "fields=a.b", "purpose=other", "canary=1", "field=" + "a." * 80 + "b", "&".join(["field=a.b"] * 501)],
)  # fmt: skip
def test_a_query_that_is_not_one_is_refused(world: ApiWorld, partner: Partner, query: str) -> None:
    body = problem(
        world.http.get(f"/v1/learners/{KNOWN}/records?{query}", headers=authorised(partner)), 400, "request-refused"
    )
    assert body["members"]
    assert world.hub.asked == []


def test_a_learner_who_is_unknown_and_an_address_that_is_none_answer_alike(partner: Partner) -> None:
    headers = authorised(partner)
    bodies = [
        problem(partner.world.http.get(f"/v1/learners/{handle}/records", headers=headers), 404, "not-found")
        for handle in (uuid4(), HUBS_OWN_ID, "x", "1", "%00", "..", KNOWN.hex)
    ]
    assert all(body == bodies[0] for body in bodies)


def test_a_pushed_fhir_resource_reaches_the_connector_byte_for_byte(world: ApiWorld, partner: Partner) -> None:
    content = b'{"resourceType": "Observation",  "id":"a"}\n'
    headers = authorised(partner, scope="assessments:write", authorization_details=...)
    answer = world.http.post("/v1/assessments", headers=headers, data=content, content_type=FHIR)
    assert answer.status_code == 200
    report = answer.get_json()
    counts = ("created", "updated", "unchanged", "quarantined", "out_of_scope", "ignored")
    assert report["read"] == sum(report[name] for name in counts) == 2
    assert report["reasons"] == {"no-key": 1}
    assert world.hub.asked[-1][1:] == ("fhir-r4", content)  # type: ignore[index]


def test_another_kind_is_pushed_as_text(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="assessments:write", authorization_details=...)
    body = {"kind": "fhir-r4", "content": "UPN,Enw\nA1,Siân\n"}
    assert world.http.post("/v1/assessments", headers=headers, json=body).status_code == 200
    assert world.hub.asked[-1][1:] == ("fhir-r4", body["content"].encode())  # type: ignore[index]


def test_a_push_of_an_unknown_kind_or_of_no_source_is_refused(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="assessments:write", authorization_details=...)

    def push(data: object, content_type: str = "application/json") -> TestResponse:
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        return world.http.post("/v1/assessments", headers=headers, data=raw, content_type=content_type)

    problem(push({"kind": "canary-kind", "content": "x"}), 422, "unknown-kind")
    world.hub.asked.clear()
    problem(push({"kind": "Fhir R4", "content": "x"}), 400, "request-refused")
    problem(push({"kind": "fhir-r4", "content": ""}), 400, "request-refused")
    problem(push({"kind": "fhir-r4", "content": {"a": 1}}), 400, "request-refused")
    problem(push({"kind": "fhir-r4"}), 400, "request-refused")
    problem(push({"resourceType": "Observation"}), 400, "request-refused")
    problem(push([], FHIR), 400, "request-refused")
    problem(push({}, FHIR), 400, "request-refused")
    problem(push({"resourceType": 1}, FHIR), 400, "request-refused")
    problem(push(b'{"resourceType":"A","resourceType":"B"}', FHIR), 400, "malformed-json")
    problem(push(b"<Observation/>", FHIR), 400, "malformed-json")
    problem(push(b"[" * 10_000, FHIR), 400, "malformed-json")
    problem(push(b"<Observation/>", "application/fhir+xml"), 415, "unsupported-media-type")
    assert world.hub.asked == []


def test_five_megabytes_may_be_pushed_and_not_a_byte_more(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="assessments:write", authorization_details=...)
    start = b'{"resourceType":"Bundle","x":"'
    largest = start + b"x" * (5 * 1024 * 1024 - len(start) - 2) + b'"}'
    assert world.http.post("/v1/assessments", headers=headers, data=largest, content_type=FHIR).status_code == 200
    problem(
        world.http.post("/v1/assessments", headers=headers, data=largest + b" ", content_type=FHIR), 413, "too-large"
    )


def test_consents_name_the_callers_handle_and_never_the_hubs_own_id(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="consents:read", authorization_details=...)
    answer = world.http.get(f"/v1/consents?learner={KNOWN}", headers=headers)
    assert answer.get_json()["learner"] == str(KNOWN)
    assert answer.get_json()["consents"][0]["fields"] == ["health.speech.receptive_language"]
    assert str(HUBS_OWN_ID) not in answer.text
    problem(world.http.get(f"/v1/consents?learner={uuid4()}", headers=headers), 404, "not-found")
    problem(world.http.get("/v1/consents", headers=headers), 400, "request-refused")


def test_a_disclosure_is_shown_to_whom_it_was_made(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="disclosures:read", authorization_details=...)
    answer = world.http.get(f"/v1/disclosures/{DISCLOSURE}", headers=headers)
    assert answer.get_json()["records"][0]["fields"] == ["health.growth.height"]
    problem(world.http.get(f"/v1/disclosures/{uuid4()}", headers=headers), 404, "not-found")


OVERRIDE = {
    "learner": str(KNOWN),
    "acting_person": str(DISCLOSURE),
    "fields": ["health.mental_health.summary"],
    "reason": "missing",
    "words": "Not seen since school",
}


def test_an_override_is_begun_in_the_role_and_for_the_purpose_of_the_token(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="overrides:begin")
    answer = world.http.post("/v1/overrides", headers=headers, json=OVERRIDE)
    assert answer.status_code == 201
    assert answer.get_json()["override_id"] == str(DISCLOSURE)
    principal, person, new = world.hub.asked[-1]  # type: ignore[misc]
    assert (person, new.purpose, new.role) == (DISCLOSURE, principal.purpose, principal.role)
    headers = authorised(partner, scope="overrides:begin", authorization_details=...)
    problem(world.http.post("/v1/overrides", headers=headers, json=OVERRIDE), 403, "purpose-missing")


@pytest.mark.parametrize(
    "changed",
    [
        {"learner": [str(KNOWN), str(KNOWN)]},
        {"learners": [str(KNOWN)]},
        {"second_person": str(KNOWN)},
        {"reason": "curious"},
        {"words": ""},
        {"hours": 25},
        {"hours": True},
        {"fields": []},
        {"sight_from": "2027-03-01T09:00:00"},
    ],
)
def test_an_override_for_several_learners_or_with_a_second_person_is_refused(
    world: ApiWorld, partner: Partner, changed: dict[str, object]
) -> None:
    headers = authorised(partner, scope="overrides:begin")
    problem(world.http.post("/v1/overrides", headers=headers, json=OVERRIDE | changed), 400, "request-refused")
    assert world.hub.asked == []


def test_the_matrix_is_told_to_any_partner_whose_token_reaches_it(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="policy:read", authorization_details=...)
    answer = world.http.get("/v1/policy/matrix", headers=headers).get_json()
    assert answer["protocols"] == ["dyffryn-afon-aln/1"]
    (holder,) = [one for one in answer["holders"] if one["holder"] == "afon-health"]
    (column,) = [
        one for one in holder["columns"] if (one["recipient"], one["purpose"]) == ("dyffryn-education", "safeguarding")
    ]
    (cells,) = column["cells"]
    assert (cells["sharing"], cells["conditional"]) == ("override_only", True)
    assert cells["fields"] == ["health.mental_health.summary"]
    assert cells["ways"][0]["conditions"] == ["reads at most: 1 in 24 hours"]


def test_the_register_is_asked_for_the_agency_of_the_token(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="policy:read", authorization_details=...)
    (one,) = world.http.get("/v1/policy/protocols", headers=headers).get_json()["protocols"]
    assert world.hub.asked == [(partner.agency_id,)]
    assert one == {
        "id": "dyffryn-afon-aln",
        "version": 1,
        "state": "proposed",
        "is_permitting": False,
        "since": "2027-03-01T09:00:00Z",
        "in_force_from": SAMPLE.in_force_from.isoformat(),
        "review_on": SAMPLE.review_on.isoformat(),
        "digest": "ab" * 32,
        "signed": [{"agency": "afon-health", "key_id": "key-1", "signed_on": "2027-03-01"}],
        "unsigned": ["dyffryn-education"],
    }


ASKED = {
    "learner": str(KNOWN),
    "holder": "health",
    "fields": ["health.speech.fluency", "health.speech.fluency"],
    "why": "For the review",
}


def test_a_request_is_taken_polled_and_taken_back(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="requests:write", authorization_details=...)
    answer = world.http.post("/v1/requests", headers=headers, json=ASKED)
    assert answer.status_code == 201
    (made,) = answer.get_json()["requests"]
    assert (made["request_id"], made["fields"], made["goes_to"]) == (str(REQUEST), ["health.speech.fluency"], "holder")
    assert world.http.get(f"/v1/requests?learner={KNOWN}", headers=headers).get_json()["requests"]
    polled = world.http.get(f"/v1/requests/{REQUEST}", headers=headers).get_json()
    assert (polled["status"], polled["reasons"]) == ("declined", "Ask the clinic")
    withdrawn = world.http.post(f"/v1/requests/{REQUEST}/withdraw", headers=headers)
    assert withdrawn.get_json()["status"] == "withdrawn"
    problem(world.http.get(f"/v1/requests/{uuid4()}", headers=headers), 404, "not-found")


@pytest.mark.parametrize(
    ("changed", "status", "slug"),
    [
        ({"fields": []}, 400, "request-refused"),
        ({"fields": ["health.speech.fluency"] * 101}, 400, "request-refused"),
        ({"why": ""}, 400, "request-refused"),
        ({"why": "x" * 2_001}, 400, "request-refused"),
        ({"holder": "No Slug"}, 400, "request-refused"),
        ({"purpose": "aln-plan"}, 400, "request-refused"),
        ({"learner": str(uuid4())}, 404, "not-found"),
        ({"fields": ["health.growth.height"]}, 409, "allowed-already"),
    ],
)
def test_a_request_that_is_none_is_refused(
    world: ApiWorld, partner: Partner, changed: dict[str, object], status: int, slug: str
) -> None:
    headers = authorised(partner, scope="requests:write", authorization_details=...)
    problem(world.http.post("/v1/requests", headers=headers, json={**ASKED, **changed}), status, slug)


def test_a_client_that_asks_for_fields_too_often_is_told_when_to_come_back(world: ApiWorld, partner: Partner) -> None:
    headers = authorised(partner, scope="requests:write", authorization_details=...)
    for _ in range(30):
        assert world.http.post("/v1/requests", headers=headers, json=ASKED).status_code == 201
    refused = world.http.post("/v1/requests", headers=headers, json=ASKED)
    problem(refused, 429, "too-many-requests")
    assert 0 < int(refused.headers["Retry-After"]) <= 60


ROUTES = [
    ("POST", "/v1/learners/lookup", "learners:lookup"),
    ("GET", f"/v1/learners/{KNOWN}/records", "records:read"),
    ("POST", "/v1/explain", "records:read"),
    ("POST", "/v1/assessments", "assessments:write"),
    ("GET", f"/v1/consents?learner={KNOWN}", "consents:read"),
    ("GET", f"/v1/disclosures/{DISCLOSURE}", "disclosures:read"),
    ("POST", "/v1/overrides", "overrides:begin"),
    ("GET", "/v1/policy/matrix", "policy:read"),
    ("GET", "/v1/policy/protocols", "policy:read"),
    ("POST", "/v1/policy/check", "policy:read"),
    ("GET", "/v1/policy/diff?from=aa/1&to=aa/2", "policy:read"),
    ("GET", "/v1/policy/records", "policy:read"),
    ("POST", "/v1/requests", "requests:write"),
    ("GET", f"/v1/requests/{REQUEST}", "requests:write"),
    ("POST", f"/v1/requests/{REQUEST}/withdraw", "requests:write"),
]


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_every_401_has_one_body_whatever_the_reason(
    world: ApiWorld, partner: Partner, method: str, path: str, scope: str
) -> None:
    revoked = partner.token()
    partner.at_endpoint("/oauth/revoke", revoked)
    headers = [None, "Bearer x", "Bearer a.b.c", "Basic eDp5", f"Bearer {revoked}", f"Bearer {partner.assertion()}"]
    answers = [
        world.http.open(path, method=method, headers={} if value is None else {"Authorization": value})
        for value in headers
    ]
    for answer in answers:
        problem(answer, 401, "unauthorised")
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="dolen"')
    assert len({answer.data for answer in answers}) == 1
    assert answers[0].headers["WWW-Authenticate"] == 'Bearer realm="dolen"'
    assert answers[2].headers["WWW-Authenticate"] == 'Bearer realm="dolen", error="invalid_token"'
    assert world.hub.asked == []


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_a_token_reaches_as_far_as_its_scope(
    world: ApiWorld, partner: Partner, method: str, path: str, scope: str
) -> None:
    others = [other for _, _, other in ROUTES if other != scope]
    headers = authorised(partner, scope=" ".join(others))
    body = problem(world.http.open(path, method=method, headers=headers), 403, "insufficient-scope")
    assert body["scope"] == scope
    assert world.hub.asked == []


@pytest.mark.parametrize(("method", "path", "scope"), ROUTES)
def test_the_token_is_checked_before_the_request_is_read(world: ApiWorld, method: str, path: str, scope: str) -> None:
    answer = world.http.open(path + ("&" if "?" in path else "?") + "canary=1", method=method, data=b"{" * 100)
    problem(answer, 401, "unauthorised")


def test_every_route_has_an_access_rule(world: ApiWorld) -> None:
    views = {rule.endpoint: world.app.view_functions[rule.endpoint] for rule in world.app.url_map.iter_rules()}
    assert [endpoint for endpoint, view in views.items() if access_rule(view) is None] == []
    guarded = {rule.rule for rule in world.app.url_map.iter_rules() if rule.rule.startswith("/v1/")}
    assert len(guarded) == len(ROUTES)
    for rule in world.app.url_map.iter_rules():
        rule_of = access_rule(world.app.view_functions[rule.endpoint]) or ""
        assert rule_of.startswith("scope ") == rule.rule.startswith("/v1/"), rule.rule


def test_the_checkpoint_is_text_for_anybody(world: ApiWorld) -> None:
    answer = world.http.get("/checkpoint")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "text/plain", world.hub.signed)
    world.hub.signed = None
    problem(world.http.get("/checkpoint"), 404, "not-found")


def test_liveness_asks_nobody_and_readiness_asks_everybody(world: ApiWorld) -> None:
    assert world.http.get("/health/live").get_json() == {"status": "ok", "checks": {}}
    assert world.hub.asked == []
    assert world.http.get("/health/ready").status_code == 200
    world.hub.checks = {"database": "ok", "keys": "unreachable"}
    answer = world.http.get("/health/ready")
    assert (answer.status_code, answer.get_json()["checks"]) == (503, {"database": "ok", "keys": "unreachable"})


def test_figures_count_by_route_and_hold_nothing_of_a_request(world: ApiWorld, partner: Partner) -> None:
    world.http.get(f"/v1/learners/{KNOWN}/records?canary=2", headers=authorised(partner))
    world.http.get("/canary-path", headers={"X-Canary": "canary-header"})
    world.http.open("/health/live", method="CANARY")
    text = world.http.get("/metrics").text
    assert 'route="/v1/learners/<uuid:handle_id>/records"' in text
    assert 'route="none"' in text
    assert "canary" not in text.lower()
    assert str(KNOWN) not in text
    assert partner.client_id not in text


def test_every_answer_says_that_nothing_else_may_be_loaded(world: ApiWorld) -> None:
    for path in ("/docs", "/openapi.json", "/health/live", "/nowhere", "/v1/consents", "/oauth/jwks.json"):
        headers = world.http.get(path).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'"), path
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Strict-Transport-Security"].startswith("max-age=")
