"""An error becomes a document that says what to do, and nothing that it did not want to say."""

from __future__ import annotations

import json

import pytest
from sqlalchemy.exc import OperationalError

from hub.sealing.errors import EnvelopeBroken, KeyringUnavailable
from hub.sharing.errors import FactsMoved, NotKnownHere, NotRecorded, PurposeMissing, QueryRefused
from tests.integration.api.fakes import KNOWN, ApiWorld, authorised
from tests.integration.api.test_routes import problem
from tests.integration.oauth.world import Partner

CANARY = "Siân Canary 943 476 5919"
CASES: list[tuple[Exception, int, str]] = [
    (NotKnownHere(), 404, "not-found"),
    (QueryRefused("unknown_field"), 400, "request-refused"),
    (PurposeMissing(), 403, "purpose-missing"),
    (NotRecorded(), 503, "unavailable"),
    (FactsMoved(), 503, "unavailable"),
    (KeyringUnavailable("health", CANARY), 503, "unavailable"),
    (EnvelopeBroken(CANARY), 500, "internal"),
    (OperationalError(CANARY, {"value": CANARY}, Exception(CANARY)), 503, "unavailable"),
    (RuntimeError(CANARY), 500, "internal"),
    (KeyError(CANARY), 500, "internal"),
    (RecursionError(CANARY), 500, "internal"),
]


@pytest.mark.parametrize(("error", "status", "slug"), CASES, ids=lambda case: getattr(case, "slug", None))
def test_an_error_of_the_hub_is_a_problem_that_quotes_nothing(
    world: ApiWorld,
    partner: Partner,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    status: int,
    slug: str,
) -> None:
    headers = authorised(partner)
    world.hub.fails_with = error
    answer = world.http.get(f"/v1/learners/{KNOWN}/records", headers=headers)
    body = problem(answer, status, slug)
    written = "".join(capsys.readouterr())
    for sink in (answer.text, str(answer.headers), written):
        assert "Canary" not in sink
        assert "943 476" not in sink
    assert ("incident" in body) == (status >= 500)
    if status >= 500:
        assert str(body["incident"]) in written
        assert type(error).__name__ in written
    if status == 503:
        assert int(answer.headers["Retry-After"]) > 0


def test_addresses_and_methods_that_do_not_exist_are_problems_too(world: ApiWorld) -> None:
    problem(world.http.get("/nowhere"), 404, "not-found")
    problem(world.http.get("/v1/learners/lookup/x"), 404, "not-found")
    answer = world.http.delete("/v1/assessments")
    problem(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["Allow"]


def test_a_problems_type_can_be_looked_up(world: ApiWorld) -> None:
    refused = world.http.get("/v1/consents").get_json()
    explained = world.http.get(refused["type"])
    assert (explained.status_code, explained.mimetype) == (200, "text/plain")
    assert refused["title"] in explained.text
    problem(world.http.get("/problems/unknown"), 404, "not-found")


def test_a_problem_says_what_happened_what_was_kept_and_what_to_do() -> None:
    from hub.problems import PROBLEMS

    for found in set(PROBLEMS.values()):
        for text in (found.title, found.happened, found.kept, found.to_do):
            assert text.strip() == text, found.slug
            assert len(text) > 3, found.slug
        assert found.detail == f"{found.happened} {found.kept} {found.to_do}"
        assert json.dumps(found.detail).isascii(), "a problem is for a log on the other side too"


def test_a_slug_means_one_thing() -> None:
    from hub.problems import PROBLEMS

    kinds = set(PROBLEMS.values())
    assert len({found.slug for found in kinds}) == len(kinds)
