"""The OpenAPI document is valid, complete, and true: real answers fit the shapes that it names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from werkzeug.test import TestResponse

from hub.database import make_engine
from hub.oauth.guard import access_rule
from hub.oauth.model import Scope
from tests.integration.api.fakes import DISCLOSURE, KNOWN, REQUEST, SAMPLE, UPN, ApiWorld, FakeHub, authorised
from tests.integration.oauth.world import Partner, make_schema, settings_in

OVERRIDE = {
    "learner": str(KNOWN),
    "acting_person": str(DISCLOSURE),
    "fields": ["health.mental_health.summary"],
    "reason": "missing",
    "words": "Not seen since school",
}
EVERYTHING = " ".join(Scope)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiWorld]:
    home = tmp_path_factory.mktemp("openapi")
    engine = make_engine(f"sqlite:///{home / 'dolen.db'}")
    make_schema(engine)
    yield ApiWorld(settings_in(home), engine)
    engine.dispose()


@pytest.fixture
def document(world: ApiWorld) -> dict[str, Any]:
    """The document, as anybody gets it."""
    found: dict[str, Any] = world.http.get("/openapi.json").get_json()
    return found


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document, cls=OpenAPIV31SpecValidator)


def test_every_route_of_the_api_is_in_the_document_and_nothing_else(world: ApiWorld, document: dict[str, Any]) -> None:
    routed = {
        (re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule), method.lower())
        for rule in world.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.rule.startswith(("/oauth", "/.well-known", "/problems", "/openapi.json", "/docs", "/schemas"))
    }
    assert routed == {(path, method) for path, operations in document["paths"].items() for method in operations}


def test_every_operation_asks_for_the_scope_that_its_route_checks(world: ApiWorld, document: dict[str, Any]) -> None:
    for rule in world.app.url_map.iter_rules():
        path = re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule)
        for method, operation in document["paths"].get(path, {}).items():
            documented = [
                f"scope {scope}" for need in operation.get("security", []) for scope in need["agency_systems"]
            ]
            rule_of = access_rule(world.app.view_functions[rule.endpoint])
            assert documented == ([rule_of] if path.startswith("/v1/") else []), (path, method)


def test_every_scope_is_one_that_the_authorization_server_issues(world: ApiWorld, document: dict[str, Any]) -> None:
    metadata = world.http.get("/.well-known/oauth-authorization-server").get_json()
    flow = document["components"]["securitySchemes"]["agency_systems"]["flows"]["clientCredentials"]
    assert set(flow["scopes"]) == set(metadata["scopes_supported"])
    assert flow["tokenUrl"] == metadata["token_endpoint"]


def test_every_error_answer_is_documented_as_a_problem(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            statuses = {status for status in operation["responses"] if status[0] in "45"}
            assert "500" in statuses, path
            if path.startswith("/v1/"):
                assert {"400", "401", "403", "500", "503"} <= statuses, path
            for status in statuses:
                if (path, status) == ("/health/ready", "503"):
                    continue
                assert set(operation["responses"][status]["content"]) == {"application/problem+json"}, (path, method)


def test_every_body_and_query_refuses_members_that_it_does_not_know(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for name in ("LookupRequest", "LookupRequest.IdentifierIn", "PushRequest", "ExplainRequest"):
        assert schemas[name]["additionalProperties"] is False, name


def test_every_operation_has_an_id_a_summary_and_no_twin(document: dict[str, Any]) -> None:
    operations = [operation for found in document["paths"].values() for operation in found.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] for operation in operations)


def requests(partner: Partner, world: ApiWorld) -> list[tuple[str, str, TestResponse]]:
    """(path of the document, method, answer): good ones and refused ones of every route."""
    http, good = world.http, authorised(partner, scope=EVERYTHING)
    bad = {"Authorization": "Bearer x"}
    few = authorised(partner, scope="consents:read")
    fhir, yaml = "application/fhir+json", "application/yaml"
    sample = Path(SAMPLE.file).read_bytes()
    lookup = {"identifiers": [{"kind": "upn", "value": UPN}]}
    records, request = "/v1/learners/{handle_id}/records", "/v1/requests/{request_id}"
    asked = {"learner": str(KNOWN), "holder": "health", "fields": ["health.speech.fluency"], "why": "For the review"}
    found: list[tuple[str, str, TestResponse]] = [
        ("/v1/learners/lookup", "post", http.post("/v1/learners/lookup", headers=good, json=lookup)),
        ("/v1/learners/lookup", "post", http.post("/v1/learners/lookup", headers=good, json={})),
        ("/v1/learners/lookup", "post", http.post("/v1/learners/lookup", headers=good, data="x")),
        ("/v1/learners/lookup", "post", http.post("/v1/learners/lookup", headers=bad, json=lookup)),
        (records, "get", http.get(f"/v1/learners/{KNOWN}/records", headers=good)),
        (records, "get", http.get(f"/v1/learners/{uuid4()}/records", headers=good)),
        (records, "get", http.get(f"/v1/learners/{KNOWN}/records?limit=x", headers=good)),
        (records, "get", http.get(f"/v1/learners/{KNOWN}/records", headers=few)),
        ("/v1/explain", "post", http.post("/v1/explain", headers=good, json={"learner": str(KNOWN)})),
        ("/v1/explain", "post", http.post("/v1/explain", headers=good, json={"learner": str(uuid4())})),
        ("/v1/explain", "post", http.post("/v1/explain", headers=good, json={"learner": str(KNOWN), "role": "x"})),
        ("/v1/explain", "post", http.post("/v1/explain", headers=few, json={"learner": str(KNOWN)})),
        ("/v1/assessments", "post", http.post("/v1/assessments", headers=good, json={"kind": "x9", "content": "x"})),
        ("/v1/assessments", "post", http.post("/v1/assessments", headers=good, data="{}", content_type=fhir)),
        (
            "/v1/assessments",
            "post",
            http.post("/v1/assessments", headers=good, data='{"resourceType":"Basic"}', content_type=fhir),
        ),
        ("/v1/consents", "get", http.get(f"/v1/consents?learner={KNOWN}", headers=good)),
        ("/v1/consents", "get", http.get("/v1/consents", headers=good)),
        (
            "/v1/disclosures/{disclosure_id}",
            "get",
            http.get(f"/v1/disclosures/{DISCLOSURE}", headers=good),
        ),
        ("/v1/disclosures/{disclosure_id}", "get", http.get(f"/v1/disclosures/{uuid4()}", headers=good)),
        ("/v1/overrides", "post", http.post("/v1/overrides", headers=good, json=OVERRIDE)),
        ("/v1/overrides", "post", http.post("/v1/overrides", headers=few, json=OVERRIDE)),
        ("/v1/policy/matrix", "get", http.get("/v1/policy/matrix", headers=good)),
        ("/v1/policy/matrix", "get", http.get("/v1/policy/matrix", headers=few)),
        ("/v1/policy/protocols", "get", http.get("/v1/policy/protocols", headers=good)),
        ("/v1/policy/protocols", "get", http.get("/v1/policy/protocols", headers=few)),
        ("/v1/policy/check", "post", http.post("/v1/policy/check", headers=good, data=sample, content_type=yaml)),
        ("/v1/policy/check", "post", http.post("/v1/policy/check", headers=good, data="a: *x", content_type=yaml)),
        ("/v1/policy/check", "post", http.post("/v1/policy/check", headers=good, json={})),
        ("/v1/policy/diff", "get", http.get(f"/v1/policy/diff?from={SAMPLE.ref}&to={SAMPLE.ref}", headers=good)),
        ("/v1/policy/diff", "get", http.get(f"/v1/policy/diff?from={SAMPLE.ref}&to=none/1", headers=good)),
        ("/v1/policy/diff", "get", http.get("/v1/policy/diff?from=x", headers=good)),
        ("/v1/policy/records", "get", http.get("/v1/policy/records", headers=good)),
        ("/v1/policy/records", "get", http.get("/v1/policy/records", headers=few)),
        ("/v1/requests", "post", http.post("/v1/requests", headers=good, json=asked)),
        ("/v1/requests", "post", http.post("/v1/requests", headers=good, json={})),
        ("/v1/requests", "post", http.post("/v1/requests", headers=good, json={**asked, "learner": str(uuid4())})),
        (
            "/v1/requests",
            "post",
            http.post("/v1/requests", headers=good, json={**asked, "fields": ["health.growth.height"]}),
        ),
        ("/v1/requests", "get", http.get("/v1/requests", headers=good)),
        ("/v1/requests", "get", http.get("/v1/requests", headers=few)),
        (request, "get", http.get(f"/v1/requests/{REQUEST}", headers=good)),
        (request, "get", http.get(f"/v1/requests/{uuid4()}", headers=good)),
        (f"{request}/withdraw", "post", http.post(f"/v1/requests/{REQUEST}/withdraw", headers=good)),
        ("/checkpoint", "get", http.get("/checkpoint")),
        ("/health/live", "get", http.get("/health/live")),
        ("/health/ready", "get", http.get("/health/ready")),
        ("/metrics", "get", http.get("/metrics")),
    ]
    world.hub.checks, world.hub.signed = {"database": "away"}, None
    found += [("/health/ready", "get", http.get("/health/ready")), ("/checkpoint", "get", http.get("/checkpoint"))]
    world.hub.fails_with = RuntimeError("x")
    found += [
        (records, "get", http.get(f"/v1/learners/{KNOWN}/records", headers=good)),
        ("/v1/policy/matrix", "get", http.get("/v1/policy/matrix", headers=good)),
        ("/v1/policy/matrix", "get", http.get("/v1/policy/matrix", headers=few)),
        ("/checkpoint", "get", http.get("/checkpoint")),
    ]
    return found


def test_real_answers_fit_the_shapes_of_the_document(world: ApiWorld, document: dict[str, Any]) -> None:
    seen = set()
    for path, method, answer in requests(Partner(world).registered(), world):
        described = document["paths"][path][method]["responses"].get(str(answer.status_code))
        assert described is not None, (path, answer.status_code, answer.text)
        assert answer.mimetype in described["content"], (path, answer.status_code, answer.mimetype)
        seen.add((path, answer.status_code))
        if answer.mimetype.endswith("json"):
            schema = {**described["content"][answer.mimetype]["schema"], "components": document["components"]}
            jsonschema.validate(
                answer.get_json(), schema, cls=jsonschema.Draft202012Validator,
                format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
            )  # fmt: skip
    good = {path for path, status in seen if status < 300}
    world.hub.__dict__.update(FakeHub().__dict__)
    assert set(document["paths"]) == good


def test_the_page_of_the_document_names_every_operation_and_loads_nothing(
    world: ApiWorld, document: dict[str, Any]
) -> None:
    page = world.http.get("/docs").text
    for path, operations in document["paths"].items():
        for method in operations:
            assert f"{method.upper()} {path}" in page
    assert "<script" not in page
    assert not re.search(r"(src|href)=[\"'](?:https?:)?//", page)
    assert json.dumps(document["info"]["title"])[1:-1] in page
