"""No leak by any path: marks in every hidden value, looked for wherever anybody can look; and worlds that differ only
in what is hidden, which nobody can tell apart."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import pytest
import structlog

from hub.cli.logs import configure_logs
from hub.directory.model import Principal
from tests.integration.leaks.canaries import Hidden, Planted, bring, marks_hidden, planted
from tests.integration.leaks.looking import Seen, as_partner, as_person, at_rest, in_public
from tests.integration.leaks.places import CATALOGUE, Made, Place, make, place_of

SEEDS = range(40) if os.environ.get("DOLEN_SOAK") else range(2)
VALUES, OTHERS = planted(CATALOGUE), planted(CATALOGUE, variant=1)
QUEUES = {"ledger", "notices"}


@pytest.fixture(scope="module", params=SEEDS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A world under a random protocol."""
    return make(tmp_path_factory.mktemp("leaks") / "world", request.param)


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """Log lines as a served hub writes them, from the least level on."""
    configure_logs("DEBUG")
    yield capfd
    structlog.reset_defaults()


def hidden_from(place: Place, principal: Principal) -> Hidden:
    """What the slow reference does not let this principal see."""
    visible = place.visible(principal)
    return lambda holder, field_id: (holder, field_id) not in visible


def leaks(seen: Iterable[Seen], values: Iterable[Planted], is_hidden: Hidden) -> list[str]:
    """Where a mark came out, and of which value."""
    marks = marks_hidden(values, is_hidden)
    found = []
    for one in seen:
        found += [f"{one.how}: {value.holder} {value.field_id}" for value, mark in marks if mark in one.text]
    return found


def everything_hidden(_holder: str, _field_id: str) -> bool:
    """Pages, logs, files and databases show no value at all, to nobody."""
    return True


def askers(place: Place, seed: int) -> list[Principal]:
    """Some of those who may ask; each partner is among them, and one that reads its own."""
    every = place.principals()
    random = Random(seed)
    return [
        random.choice([one for one in every if one.agency_id == agency and (one.purpose == "own-record") == is_own])
        for agency in sorted({one.agency_id for one in every})
        for is_own in (False, False, True)
    ]


@pytest.mark.soak
def test_no_mark_of_a_hidden_value_comes_out_anywhere(
    made: Made, tmp_path: Path, logged: pytest.CaptureFixture[str]
) -> None:
    with place_of(made, tmp_path / "one") as place:
        hub = place.world.hub
        bring(hub, VALUES)
        shown = 0
        for principal in askers(place, made.seed):
            seen = list(as_partner(place, principal))
            assert leaks(seen, VALUES, hidden_from(place, principal)) == []
            everything = "".join(one.text for one in seen)
            shown += sum(mark in everything for value in VALUES for mark in value.marks[:1])
        assert shown > 100, "what is allowed must come out, or nothing that is not could be told from it"
        people = place.world.partnership.people.values()
        pages = [one for person in people for one in as_person(place, person)]
        assert len(pages) > 60
        assert leaks(pages, VALUES, everything_hidden) == []
        while hub.deliver_due(hub.clock()) or hub.sequence():
            pass
        assert leaks(in_public(place), VALUES, everything_hidden) == []
        marks = [mark.encode() for value in VALUES for mark in value.marks]
        resting = dict(at_rest(place))
        assert any(name.startswith("mail") for name in resting), "no notice was told"
        assert [(name, mark) for name, content in resting.items() for mark in marks if mark in content] == []
        said = "".join(logged.readouterr())
        assert [mark for mark in marks if mark.decode() in said] == []
        assert set(place.doorbell.rung) <= QUEUES, "a message names a queue, and nothing else"


def without(values: Iterable[Planted], is_hidden: Hidden) -> list[Planted]:
    """The same, but nothing is there of what is hidden."""
    return [one for one in values if not is_hidden(one.holder, one.field_id)]


def with_others(is_hidden: Hidden) -> list[Planted]:
    """The same, but whatever is hidden has another value, of another length."""
    return [other if is_hidden(one.holder, one.field_id) else one for one, other in zip(VALUES, OTHERS, strict=True)]


def told_to(place: Place, principal: Principal) -> list[str]:
    """All that this principal can find out."""
    return [one.told() for one in as_partner(place, principal)]


@pytest.mark.soak
def test_a_partner_cannot_tell_worlds_apart_that_differ_in_what_is_hidden_from_it(made: Made, tmp_path: Path) -> None:
    """Another hidden value, or none at all: status, headers, bodies, pages, lengths and errors are the same bytes."""
    with place_of(made, tmp_path / "askers") as place:
        asking = [one for one in askers(place, made.seed + 1) if one.purpose != "own-record"][::2]
        hidden = {principal: hidden_from(place, principal) for principal in asking}
    for number, (principal, is_hidden) in enumerate(hidden.items()):
        answers = []
        for name, values in (
            ("as-is", VALUES),
            ("other", with_others(is_hidden)),
            ("gone", without(VALUES, is_hidden)),
        ):
            with place_of(made, tmp_path / f"{number}-{name}") as place:
                bring(place.world.hub, values)
                answers.append(told_to(place, principal))
        assert answers[0] == answers[1], principal
        assert answers[0] == answers[2], principal


@pytest.mark.soak
def test_nobody_can_tell_from_pages_what_a_value_is_or_whether_there_is_one(made: Made, tmp_path: Path) -> None:
    """A family and the people of the partners read the same pages, whatever the values are and whichever exist."""
    answers = []
    for name, values in (("as-is", VALUES), ("other", OTHERS), ("few", VALUES[::5])):
        with place_of(made, tmp_path / name) as place:
            bring(place.world.hub, values)
            people = sorted(place.world.partnership.people.items())
            answers.append([one.told() for _, person in people for one in as_person(place, person)])
    assert answers[0] == answers[1]
    assert answers[0] == answers[2]
