"""Page equals enforcement, in random states under random protocols: what the family reads is what each partner gets."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from hub.directory.model import Principal
from hub.sharing.model import RecordQuery
from tests.hubs import fields_of
from tests.integration.leaks.canaries import Planted, bring, planted
from tests.integration.leaks.places import CATALOGUE, Made, Place, make, place_of

SEEDS = range(100, 140) if os.environ.get("DOLEN_SOAK") else range(100, 102)
CHANGES = 12
MOST = 3
OPENS = 101
"""The seed of a world in which an override opens something that no bar takes away."""
BESIDE = {CATALOGUE.by_ordinal[at].id for at in CATALOGUE.by_ordinal if CATALOGUE.tagged("accompanies") >> at & 1}
Shown = dict[tuple[str, str, str, str], set[str]]
"""By recipient, purpose, role and holder."""


def in_one_record() -> list[Planted]:
    """Every field at every partner, each in one record: a page of each partner's is enough to see it all."""
    found = {(one.holder, one.field_id): replace(one, record="all") for one in planted(CATALOGUE)}
    return list(found.values())


def by_page(place: Place, person: UUID) -> Shown:
    """What the page says that each role may see; what only goes along with a record says nothing by itself."""
    shown: Shown = {}
    for row in place.world.hub.who_sees_what(person, place.world.child).rows:
        for role in row.roles if row.is_shown else ():
            shown.setdefault((row.recipient, row.purpose, role, row.holder), set()).update(row.field_ids)
    return _telling(shown)


def by_reading(place: Place) -> Shown:
    """What each role gets when it asks."""
    shown: Shown = {}
    for principal in place.principals():
        if principal.purpose != "own-record":
            for holder, fields in _read(place, principal).items():
                shown[principal.agency_id, principal.purpose, principal.role, holder] = fields
    return _telling(shown)


def _read(place: Place, principal: Principal) -> dict[str, set[str]]:
    handle = place.world.handle(principal.agency_id)
    answer = place.world.hub.disclose(principal, handle, RecordQuery())
    assert answer.next_after is None
    holders = {one.holder for one in answer.records} - {principal.agency_id}
    return {holder: fields_of(answer, holder) for holder in holders}


def _telling(shown: Shown) -> Shown:
    return {key: fields - BESIDE for key, fields in shown.items() if fields - BESIDE}


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A world under a random protocol."""
    return make(tmp_path_factory.mktemp("pages") / "world", request.param)


@pytest.mark.soak
def test_in_random_states_the_page_says_what_each_role_gets(made: Made, tmp_path: Path) -> None:
    with place_of(made, tmp_path / "one") as place:
        bring(place.world.hub, in_one_record())
        state = made.state.elsewhere(place.world, Random(made.seed))
        acts, seen = [], set()
        for _ in range(CHANGES):
            acts.append(state.change())
            page = by_page(place, place.world.parent)
            assert page == by_reading(place), acts
            assert page == by_page(place, state.other), acts
            seen.add(repr(sorted((key, sorted(fields)) for key, fields in page.items())))
        assert len(seen) > CHANGES // 4, "the states must differ, or nothing was compared"


@pytest.mark.soak
def test_what_is_under_delayed_sight_is_left_out_and_the_page_is_that_of_the_state_without_it(
    made: Made, tmp_path: Path
) -> None:
    with place_of(made, tmp_path / "one") as place:
        bring(place.world.hub, in_one_record())
        state = made.state.elsewhere(place.world, Random(made.seed))
        before = by_page(place, place.world.parent)
        assert before == by_reading(place)
        made_before = len(state.overrides)
        opened = before
        while opened == before and len(state.overrides) < made_before + MOST:
            state.override(is_delayed=True)
            assert by_page(place, place.world.parent) == before
            opened = by_reading(place)
        assert opened != before or made.seed != OPENS, "the override opens nothing: this compares nothing"
        assert all(fields <= opened.get(key, set()) for key, fields in before.items())
        while len(state.overrides) > made_before:
            state.end_override()
        assert by_reading(place) == before
