"""What a row may ask of a learner and count of a reader: age, level of need, a live tie, reads; and who is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, update

from consent.tables import ledger_outbox
from hub.asking.errors import AllowedAlready
from hub.asking.model import Asking, NewRequest
from hub.circumstances.agency_ties import AgencyTieKind, NewAgencyTie, add_agency_tie, agency_ties_of, end_agency_tie
from hub.circumstances.errors import LevelNotTheirs, NoSuchAgencyTie, NotKnownToAgency
from hub.circumstances.level import set_level
from hub.circumstances.life import age_of
from hub.circumstances.tables import level_of_need
from hub.database import reading, unit_of_work
from hub.demo.people import EDUCATION, HEALTH, SOCIAL_CARE
from hub.directory.model import Demographics, Principal
from hub.directory.sealed import seal_demographics
from hub.directory.streams import handle_stream
from hub.directory.tables import handle_demographics
from hub.notices.tables import notice
from hub.sealing.model import handle_directory_key
from hub.sharing.model import RecordQuery
from hub.wiring.asking import AskingCases
from tests.databases import KINDS
from tests.hubs import Template, World, another_process, copy_of, fields_of, template_of
from tests.integration.consenting.test_decisions import another_parent
from tests.rows import sample_with, taken_on

ASKING = sample_with(
    he_senses="when: {age_until: 13}\n    " + taken_on(tell_family=True),
    he_provision=taken_on(reads="{most: 2, per: day}"),
    hs_care="when: {live_tie: true}\n    " + taken_on(),
    eh_needs="when: {levels: [2, 3]}\n    " + taken_on(),
)
BIRTHDAY = datetime(2027, 5, 17, 12, tzinfo=UTC)
"""The child of all three partners was born on 17 May 2014."""
HEARING, GOAL, NEEDS = "health.hearing.result", "health.goal.description", "education.aln.needs"


@pytest.fixture(scope="module")
def sqlite_asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    with ExitStack() as stack:
        yield template_of("sqlite", tmp_path_factory.mktemp("asking"), stack, protocol=ASKING)


@pytest.fixture(scope="module")
def postgres_asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    with ExitStack() as stack:
        yield template_of("postgres", tmp_path_factory.mktemp("asking"), stack, protocol=ASKING)


@pytest.fixture(params=KINDS)
def asking(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The demo's partnership under a protocol whose rows have conditions, on both databases."""
    with copy_of(request.getfixturevalue(f"{request.param}_asking"), tmp_path) as made:
        yield made


@pytest.fixture
def small_asking(sqlite_asking: Template, tmp_path: Path) -> Iterator[World]:
    with copy_of(sqlite_asking, tmp_path) as made:
        yield made


def at(world: World, when: datetime) -> World:
    """The same world at another time."""
    world.hub.sharing = replace(world.hub.sharing, clock=lambda: when)
    return world


def shown_on_the_page(world: World, recipient: str) -> set[str]:
    rows = world.hub.who_sees_what(world.parent, world.child).rows
    return {name for row in rows if row.recipient == recipient and row.is_shown for name in row.field_ids}


# ---- age


def test_a_row_for_an_age_counts_until_the_birthday_and_not_on_it(asking: World) -> None:
    assert HEARING in fields_of(at(asking, BIRTHDAY - timedelta(days=1)).read())
    assert HEARING in shown_on_the_page(asking, EDUCATION.id)
    assert HEARING not in fields_of(at(asking, BIRTHDAY).read())
    assert HEARING not in shown_on_the_page(asking, EDUCATION.id)


def test_a_birthday_begins_at_midnight_in_wales(small_asking: World) -> None:
    midnight = datetime(2027, 5, 16, 23, tzinfo=UTC)  # British Summer Time is an hour ahead
    assert HEARING in fields_of(at(small_asking, midnight - timedelta(seconds=1)).read())
    assert HEARING not in fields_of(at(small_asking, midnight).read())


@pytest.mark.parametrize("said", ["2014-05", "2014", "2014-05-18", "2014-02-30", "2014-W20-6", "never"])
def test_a_birth_date_that_partners_do_not_agree_on_meets_no_condition(small_asking: World, said: str) -> None:
    say_born(small_asking, said)
    assert HEARING not in fields_of(at(small_asking, BIRTHDAY - timedelta(days=1)).read())
    assert HEARING not in shown_on_the_page(small_asking, EDUCATION.id)


def test_a_partner_that_gives_no_birth_date_says_nothing_against_the_others(small_asking: World) -> None:
    say_born(small_asking, None)
    assert HEARING in fields_of(at(small_asking, BIRTHDAY - timedelta(days=1)).read())


def say_born(world: World, birth_date: str | None) -> None:
    """Let social services say another birth date than the other partners."""
    handle = world.handle(SOCIAL_CARE.id)
    key = world.hub.keys.unwrap(handle_directory_key(handle))
    said = Demographics(family_name="Prydderch-Enghraifft", birth_date=birth_date)
    sealed = seal_demographics(key, agency_id=SOCIAL_CARE.id, handle_id=handle, said=said)
    with unit_of_work(world.hub.engine) as connection:
        changed = connection.execute(
            update(handle_demographics).where(handle_demographics.c.handle_id == handle).values(sealed=sealed)
        )
    assert changed.rowcount == 1


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        ("2012-02-29", date(2023, 2, 28), 10),
        ("2012-02-29", date(2023, 3, 1), 11),
        ("2012-02-29", date(2024, 2, 28), 11),
        ("2012-02-29", date(2024, 2, 29), 12),
        ("2012-05-17", date(2012, 5, 17), 0),
        ("2012-05-18", date(2012, 5, 17), None),
    ],
)
def test_a_year_is_completed_when_the_day_of_birth_comes_round(born: str, on: date, age: int | None) -> None:
    assert age_of([born, None, born], on=on) == age


# ---- level of need


def test_a_row_for_levels_counts_for_the_level_that_was_set_last(asking: World) -> None:
    def needs() -> bool:
        got = NEEDS in fields_of(asking.read(agency=HEALTH.id, role="clinician"), EDUCATION.id)
        assert got == (NEEDS in shown_on_the_page(asking, HEALTH.id))
        return got

    assert not needs()
    heledd = asking.partnership.people["heledd"]
    for level, is_met in ((1, False), (2, True), (3, True), (1, False)):
        set_level(asking.hub.engine, asking.hub.keys, asking.child, level, set_by=heledd, clock=asking.hub.clock)
        assert needs() == is_met


def test_a_level_is_set_by_who_is_accountable_and_rests_sealed(small_asking: World) -> None:
    hub, people = small_asking.hub, small_asking.partnership.people
    for other in ("dylan", "parent"):
        with pytest.raises(LevelNotTheirs):
            set_level(hub.engine, hub.keys, small_asking.child, 2, set_by=people[other], clock=hub.clock)
    with pytest.raises(ValueError, match="one of"):
        set_level(hub.engine, hub.keys, small_asking.child, 4, set_by=people["heledd"], clock=hub.clock)
    level_id = set_level(hub.engine, hub.keys, small_asking.child, 2, set_by=people["heledd"], clock=hub.clock)
    with reading(hub.engine) as connection:
        (row,) = connection.execute(select(level_of_need)).all()
    assert row.id == level_id
    assert len(row.sealed_level) > 100
    assert level_id in streams(small_asking, f"sight:{small_asking.child}:{small_asking.parent}")


# ---- live ties


def test_a_row_for_a_live_tie_counts_while_the_tie_holds(asking: World) -> None:
    hub, child = asking.hub, asking.child

    def hearing() -> bool:
        answer = asking.read(agency=SOCIAL_CARE.id, purpose="care-planning", role="social-worker")
        got = HEARING in fields_of(answer, HEALTH.id)
        assert got == (HEARING in shown_on_the_page(asking, SOCIAL_CARE.id))
        return got

    assert not hearing()
    today = hub.clock().date()
    for agency in (EDUCATION.id, SOCIAL_CARE.id):
        assert not hearing()
        new = NewAgencyTie(child, agency, AgencyTieKind.OPEN_CASE, today - timedelta(days=30))
        tie = add_agency_tie(hub.engine, hub.keys, new, clock=hub.clock)
        assert add_agency_tie(hub.engine, hub.keys, new, clock=hub.clock) == tie
    assert hearing()
    assert tie in streams(asking, handle_stream(asking.handle(SOCIAL_CARE.id)))
    end_agency_tie(hub.engine, hub.keys, child, tie, until_on=today - timedelta(days=1), clock=hub.clock)
    assert not hearing()
    with pytest.raises(NoSuchAgencyTie):
        end_agency_tie(hub.engine, hub.keys, child, tie, until_on=today, clock=hub.clock)
    assert [one.until_on for one in agency_ties_of(hub.engine, child)] == [None, today - timedelta(days=1)]


def test_an_agency_that_does_not_know_a_learner_has_no_tie_to_them(small_asking: World) -> None:
    hub = small_asking.hub
    new = NewAgencyTie(small_asking.child, "nobody", AgencyTieKind.ON_ROLL, date(2026, 9, 1))
    with pytest.raises(NotKnownToAgency):
        add_agency_tie(hub.engine, hub.keys, new, clock=hub.clock)


# ---- reads counted


def test_a_row_opens_as_often_as_it_may_and_again_when_the_period_is_over(asking: World) -> None:
    begun = BIRTHDAY - timedelta(days=30)
    at(asking, begun)
    assert [GOAL in fields_of(asking.read()) for _ in range(4)] == [True, True, False, False]
    assert GOAL not in shown_on_the_page(asking, EDUCATION.id)
    assert HEARING in fields_of(asking.read())  # another row of the same holder is not used up
    at(asking, begun + timedelta(days=1) - timedelta(seconds=1))
    assert GOAL not in fields_of(asking.read())
    at(asking, begun + timedelta(days=1))
    assert GOAL in shown_on_the_page(asking, EDUCATION.id)
    assert GOAL in fields_of(asking.read())


def test_a_read_counts_for_the_whole_agency_and_for_its_purpose_and_row_alone(small_asking: World) -> None:
    small_asking.read(RecordQuery(fields=(HEARING,)))  # opens nothing of the row
    small_asking.read(agency=HEALTH.id, purpose="own-record", role="clinician")  # another recipient
    small_asking.read(role="aln-officer")
    assert GOAL in fields_of(small_asking.read(role="alnco"))
    assert GOAL not in fields_of(small_asking.read(role="aln-officer"))


def test_each_page_of_an_answer_is_a_read(small_asking: World) -> None:
    first = small_asking.read(RecordQuery(fields=(GOAL, "health.care_plan.title"), limit=1))
    assert first.next_after is not None
    small_asking.read(RecordQuery(fields=(GOAL, "health.care_plan.title"), limit=1, after=first.next_after))
    assert not fields_of(small_asking.read(RecordQuery(fields=(GOAL,))))


def test_what_is_used_up_is_told_as_withheld_nowhere_else_than_before(small_asking: World) -> None:
    before = small_asking.read().withheld
    small_asking.read()
    assert small_asking.read().withheld == before


def test_of_many_reads_at_once_exactly_as_many_open_as_the_row_allows(asking: World) -> None:
    readers = 6
    barrier = threading.Barrier(readers)
    opened: list[bool] = []

    def read(world: World) -> None:
        barrier.wait(30)
        opened.append(GOAL in fields_of(world.read()))

    with ExitStack() as stack:
        worlds = [stack.enter_context(another_process(asking)) for _ in range(2)]
        threads = [threading.Thread(target=read, args=(worlds[number % 2],)) for number in range(readers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert sorted(opened) == [False] * (readers - 2) + [True] * 2


# ---- what is secret stays so


@pytest.mark.parametrize("days", [-1, 0])
def test_asking_for_a_field_does_not_tell_whether_its_condition_is_met(small_asking: World, days: int) -> None:
    at(small_asking, BIRTHDAY + timedelta(days=days))
    assert (HEARING in fields_of(small_asking.read())) == (days < 0)
    asker = Principal(EDUCATION.id, "system", "smart", "aln-plan", "alnco")
    cases = AskingCases(Asking(small_asking.hub.sharing), small_asking.hub.doorbell)
    with pytest.raises(AllowedAlready):
        cases.ask(asker, NewRequest(small_asking.handle(), HEALTH.id, (HEARING,), "For the review"))


# ---- obligations, and telling the family


def test_an_answer_says_what_the_recipient_takes_on_with_what_it_shows(small_asking: World) -> None:
    answer = at(small_asking, BIRTHDAY - timedelta(days=1)).read()
    said = {name: one for one in answer.obligations for name in one.field_ids}
    assert set(said) == fields_of(answer, HEALTH.id) | fields_of(answer, SOCIAL_CARE.id)
    assert said[HEARING].as_json()["family_is_told"] is True
    assert said[GOAL].as_json()["reads"] == [{"most": 2, "per": "day"}]
    assert said[GOAL].as_json()["no_onward_sharing"] is True
    assert said[GOAL].as_json()["erase_by"] == ["plan_ends"]
    empty = small_asking.read(RecordQuery(fields=("health.speech.fluency",)))
    assert empty.as_json()["obligations"] == []


def test_the_family_is_told_once_a_day_of_what_a_row_says_they_are_told(asking: World) -> None:
    other = another_parent(asking)
    noon = BIRTHDAY - timedelta(days=10)
    for _ in range(3):
        at(asking, noon).read()
    assert told(asking) == sorted([f"person:{asking.parent}", f"person:{other}"])
    at(asking, noon + timedelta(days=1)).read()
    assert len(told(asking)) == 4
    asking.hub.deliver_due(asking.hub.clock() + timedelta(days=400))
    kinds = [entry.kind for entry in asking.hub.inbox(asking.parent)]
    assert kinds.count("records_shared") == 2


def test_nobody_is_told_of_an_answer_without_a_field_of_such_a_row(small_asking: World) -> None:
    at(small_asking, BIRTHDAY - timedelta(days=10)).read(RecordQuery(fields=(GOAL,)))
    at(small_asking, BIRTHDAY).read()  # the row counts no longer
    assert told(small_asking) == []


def told(world: World) -> list[str]:
    with reading(world.hub.engine) as connection:
        found = connection.execute(select(notice.c.audience).where(notice.c.kind == "records_shared"))
        return sorted(found.scalars())


def streams(world: World, stream: str) -> list[UUID]:
    """Subjects of the entries of one stream."""
    with reading(world.hub.engine) as connection:
        found = connection.execute(select(ledger_outbox.c.subject_event_id).where(ledger_outbox.c.stream == stream))
        return list(found.scalars())
