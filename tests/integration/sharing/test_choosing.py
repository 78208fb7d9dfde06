"""Choosing and ordering records: right over what may be seen, and blind to everything else."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from hub.database import reading
from hub.demo.people import HEALTH
from hub.sealing.model import Json
from hub.sharing.choosing import sort_key
from hub.sharing.errors import FieldRefused, QueryRefused
from hub.sharing.model import Disclosure, RecordQuery
from hub.sharing.tables import disclosure
from policies.fields import FieldType
from tests.hubs import World
from tests.integration.attacks.conftest import Target
from tests.integration.attacks.conftest import target as target  # a fixture
from tests.integration.explaining.states import set_bar

ASSESSED = "health.assessed_on"
DUTY = "health.care_plan.title"
SPEECH = "health.speech.receptive_language"


def own(world: World, query: RecordQuery) -> Disclosure:
    """What health reads of its own records: all of them may be seen."""
    return world.read(query, agency=HEALTH.id, purpose="own-record", role="clinician")


def ids(answer: Disclosure) -> list[UUID]:
    """The records of an answer, in its order."""
    return [one.record_id for one in answer.records]


@pytest.mark.parametrize("is_descending", [False, True])
@pytest.mark.parametrize("name", [ASSESSED, DUTY])
def test_records_come_in_the_order_of_a_field_and_those_without_it_last(
    world: World, name: str, is_descending: bool
) -> None:
    answer = own(world, RecordQuery(sort=name, is_descending=is_descending))
    values = [str(one.fields[name]) for one in answer.records if name in one.fields]
    assert len(set(values)) > (name == ASSESSED)
    assert values == sorted(values, reverse=is_descending)
    rest = [one.record_id for one in answer.records[len(values) :]]
    assert not any(name in one.fields for one in answer.records[len(values) :])
    assert bool(rest) is (name == DUTY)
    assert rest == sorted(rest)
    assert sorted(ids(answer)) == sorted(ids(own(world, RecordQuery())))


@pytest.mark.parametrize("query", [RecordQuery(sort=ASSESSED), RecordQuery(has=(ASSESSED,)), RecordQuery()])
def test_pages_of_any_order_hold_every_record_once(small_world: World, query: RecordQuery) -> None:
    whole = ids(own(small_world, query))
    found: list[UUID] = []
    after = None
    while True:
        answer = own(small_world, RecordQuery(limit=2, after=after, has=query.has, sort=query.sort))
        found += ids(answer)
        after = answer.next_after
        if after is None:
            break
    assert found == whole


def test_only_records_that_show_every_asked_field_are_answered(small_world: World) -> None:
    plain = own(small_world, RecordQuery())
    with_it = [one.record_id for one in plain.records if SPEECH in one.fields]
    assert 0 < len(with_it) < len(plain.records)
    assert ids(own(small_world, RecordQuery(has=(SPEECH, ASSESSED)))) == with_it
    assert ids(own(small_world, RecordQuery(has=(SPEECH, DUTY)))) == []


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (FieldType.DECIMAL, ["-3.5", "9", "10.0", "100.25", "not a number"]),
        (FieldType.INTEGER, [-3, 9, 10, "not a number"]),
        (FieldType.INSTANT, ["2026-01-02T00:30:00+01:00", "2026-01-02T00:00:00Z", "2026-01-02T09:00:00Z", "some day"]),
        (FieldType.DATE, ["2025", "2025-03", "2025-03-01", "2026-01-01"]),
        (FieldType.BOOLEAN, [False, True]),
    ],
)
def test_values_are_ordered_as_what_they_are_and_not_by_their_letters(kind: FieldType, values: list[Json]) -> None:
    backwards = values[::-1]
    assert sorted(backwards, key=lambda value: sort_key(kind, value)) == values


def refused_alike(target: Target) -> dict[str, str]:
    """Fields that education's coordinator can't choose by, each for a reason of its own."""
    world = target.world
    held = {name for one in own(world, RecordQuery()).records for name in one.fields}
    assert {DUTY, SPEECH} <= held
    set_bar(world, DUTY)
    catalogue = world.hub.catalogue
    duty = {name for one in world.read().records for name in one.fields if one.holder == HEALTH.id}
    assert duty
    not_held = next(name for name in ("health.goal.description", "health.hearing.result", "health.vision.result")
                    if name not in held)  # fmt: skip
    restricted = next(one.id for one in catalogue.fields if one.sensitivity == "restricted")
    return {
        "unknown": "health.nothing.at_all",
        "withheld": SPEECH,
        "barred": DUTY,
        "not held": not_held,
        "restricted": restricted,
        "not in the protocol": "health.clinic",
    }


def test_a_field_that_may_not_be_seen_is_refused_as_one_that_is_not_there(target: Target) -> None:
    fields = refused_alike(target)
    token = target.token("records:read")
    address = f"/v1/learners/{target.world.handle()}/records"
    answers = {
        (why, how): target.ask(f"{address}?{how}{name}", token)
        for why, name in fields.items()
        for how in ("sort=", "sort=-", "has=")
    }
    assert {(one.status_code, one.data) for one in answers.values()} == {(400, next(iter(answers.values())).data)}, {
        key: one.text for key, one in answers.items()
    }
    (body,) = {one.text for one in answers.values()}
    assert "/problems/field-refused" in body
    headers = {key: {name: value for name, value in one.headers if name != "Date"} for key, one in answers.items()}
    assert len({repr(sorted(one.items())) for one in headers.values()}) == 1


def test_the_same_field_chooses_where_it_may_be_seen(small_world: World) -> None:
    shown = small_world.read(RecordQuery(has=(DUTY,)))
    assert shown.records
    assert all(DUTY in one.fields for one in shown.records)
    with pytest.raises(FieldRefused):
        small_world.read(RecordQuery(has=(SPEECH,)))
    small_world.grant()
    assert small_world.read(RecordQuery(has=(SPEECH,), sort=SPEECH)).records
    with pytest.raises(FieldRefused):
        small_world.read(RecordQuery(fields=(DUTY,), sort=SPEECH))  # not among what is asked for


def test_a_refusal_is_recorded_as_a_disclosure_of_nothing(world: World) -> None:
    def count() -> int:
        with reading(world.hub.engine) as connection:
            return int(connection.execute(select(func.count()).select_from(disclosure)).scalar_one())

    before = count()
    with pytest.raises(FieldRefused):
        world.read(RecordQuery(sort=SPEECH))
    assert count() == before + 1
    newest = world.hub.who_looked(world.parent, world.child)[0]
    assert newest.field_ids == ()


@pytest.mark.parametrize("after", [uuid4(), None])
def test_a_page_goes_on_after_a_record_that_is_shown_and_no_other(small_world: World, after: UUID | None) -> None:
    hidden = after or next(
        one.record_id for one in own(small_world, RecordQuery()).records
        if one.record_id not in ids(small_world.read())
    )  # fmt: skip
    with pytest.raises(QueryRefused) as refused:
        small_world.read(RecordQuery(sort=DUTY, after=hidden))
    assert refused.value.code == "after"


@pytest.mark.parametrize("query", ["sort=NAME", "sort=health.a'", "sort=a", "has=", "sort=--health.a.b", "where=x:1"])
def test_what_is_no_field_id_is_no_request(target: Target, query: str) -> None:
    address = f"/v1/learners/{target.world.handle()}/records?{query}"
    answer = target.ask(address, target.token("records:read"))
    assert (answer.status_code, answer.get_json()["type"]) == (400, "/problems/request-refused")
