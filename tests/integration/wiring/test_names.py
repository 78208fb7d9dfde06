"""A learner is called on a worker's page what the worker's own agency calls them."""

from __future__ import annotations

import json

from connectors.base import MemorySource
from hub.demo.partnership import DATA
from hub.demo.people import HEALTH
from tests.hubs import World


def test_a_worker_reads_their_own_agencys_name_for_a_learner(small_world: World) -> None:
    hub, heledd = small_world.hub, small_world.partnership.people["heledd"]
    before = hub.learners_of(heledd)[0].name
    document = json.loads((DATA / "health" / "changed-assessment.json").read_text(encoding="utf-8"))
    document["entry"][0]["resource"]["name"] = [{"use": "official", "family": "Enw-Arall", "given": ["Nia"]}]
    hub.sync(HEALTH.id, "fhir-r4", MemorySource("push", json.dumps(document).encode()), is_push=True)
    assert "Prydderch" in before
    assert [line.name for line in hub.learners_of(heledd)] == [before]
    assert {entry.learner_name for entry in hub.inbox(heledd) if entry.learner_id} <= {before}


def test_who_works_where_nobody_has_a_name_reads_the_oldest_that_was_given(small_world: World) -> None:
    dylan = small_world.partnership.people["dylan"]  # accountable for whom health alone brought
    assert all(line.name for line in small_world.hub.learners_of(dylan))
