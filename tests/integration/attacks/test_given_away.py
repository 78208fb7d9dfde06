"""Attacks on what an answer gives away without showing it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.database import reading
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from tests.integration.attacks.conftest import Target
from tests.integration.attacks.test_hostile_sources import push


def _answer(target: Target) -> Mapping[str, object]:
    token = target.token("records:read")
    answer = target.ask(f"/v1/learners/{target.world.handle()}/records", token)
    assert answer.status_code == 200
    body: Mapping[str, object] = answer.get_json()
    return body


@pytest.mark.parametrize("holder", [SOCIAL_CARE.id, HEALTH.id])
def test_markers_and_protocols_do_not_tell_which_partner_knows_the_child(target: Target, holder: str) -> None:
    known = _answer(target)
    target.tamper(
        "handle_link",
        "UPDATE handle_link SET until_at = datetime(from_at, '+1 day') WHERE agency_id = :holder",
        holder=holder,
    )
    unknown = _answer(target)
    assert known["withheld"]
    assert known["withheld"] == unknown["withheld"]
    assert known["protocols"] == unknown["protocols"]


@pytest.mark.parametrize("kind", ["local", "local:", "former_upn", "LOCAL:x", "local:a\nb", "name"])
def test_a_kind_that_is_not_looked_up_is_refused_not_stumbled_over(target: Target, kind: str) -> None:
    asked = {"identifiers": [{"kind": kind, "value": "A123456789012"}]}
    answer = target.ask("/v1/learners/lookup", target.token("learners:lookup"), json=asked)
    assert answer.status_code == 400
    assert "A123456789012" not in answer.get_data(as_text=True)


def test_a_partners_own_number_finds_nothing_for_another_partner(target: Target) -> None:
    asked = {"identifiers": [{"kind": "local:afon-health", "value": "1"}]}
    nobody = {"identifiers": [{"kind": "nhs_number", "value": "9434765919"}]}
    token = target.token("learners:lookup", agency=EDUCATION.id)
    answers = [target.ask("/v1/learners/lookup", token, json=body) for body in (asked, nobody)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].get_data() == answers[1].get_data()


def test_ids_of_records_leave_no_gap_that_tells_of_one_between_them(target: Target) -> None:
    # Ids of one push that count up: of 1, 2 and 4 the reader knows that there is a 3.
    push(target.world, *((f"one-{number}", "1") for number in range(60)))
    with reading(target.world.hub.engine) as connection:
        stored = connection.execute(text("SELECT id FROM record WHERE agency_id = :own"), {"own": HEALTH.id}).scalars()
        ids = sorted(UUID(one).int for one in stored)
    assert len(ids) > 60
    near = [one for one, following in pairwise(ids) if (following >> 32) - (one >> 32) <= len(ids)]
    assert near == []


@pytest.mark.parametrize(
    "question", ["sort=health.speech.fluency", "order=-stored_at", "health.speech.fluency=poor", "filter=x", "q=poor"]
)
def test_nothing_is_filtered_or_sorted_by_what_a_field_holds(target: Target, question: str) -> None:
    """A question by value would be answered by the count or the order of what comes back."""
    records = f"/v1/learners/{target.world.handle()}/records"
    assert target.ask(f"{records}?{question}", target.token("records:read")).status_code == 400
