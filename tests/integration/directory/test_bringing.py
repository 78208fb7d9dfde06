"""What becomes of the children that a source names: handles, learners, and whom they are matched with."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from hub.database import reading, unit_of_work
from hub.directory.bring_handles import bring, known_handles, prepare
from hub.directory.errors import NoDutyPerson, UnknownAgency
from hub.directory.hand_over import accountable_of
from hub.directory.links import handles_of, learner_of
from hub.directory.model import Agency, LocalNumber, Match, Newcomer, Sector
from hub.directory.register import register_agency
from hub.sealing.model import handle_key
from tests.integration.directory.world import (
    NHS_ANWEN,
    NHS_IFAN,
    NOW,
    World,
    child,
    count,
    learner_number,
    nhs,
    pupil,
)

UPN, OTHER_UPN, WRONG_UPN = "N660123456789", "Z660123456790", "A660123456789"
ULN = "1234567899"


def doubts(world: World) -> list[str]:
    with reading(world.engine) as connection:
        return list(connection.execute(text("SELECT reason FROM match_doubt ORDER BY raised_at, reason")).scalars())


def test_a_new_child_gets_a_handle_a_learner_and_the_duty_person(world: World) -> None:
    (arrival,) = world.bring("health", [child("1", nhs())])
    assert arrival.match is Match.NEW
    assert not arrival.is_doubtful
    with reading(world.engine) as connection:
        assert learner_of(connection, "health", arrival.handle_id) == arrival.learner_id
        assert learner_of(connection, "education", arrival.handle_id) is None
        assert handles_of(connection, arrival.learner_id) == [("health", arrival.handle_id)]
        assert accountable_of(connection, arrival.learner_id).person_id == world.duty["health"]
    assert world.keys.unwrap(handle_key("health", arrival.handle_id))


def test_the_same_source_again_changes_nothing(world: World) -> None:
    source = [child(str(number), nhs() if number == 1 else pupil(UPN), given="Anwen") for number in (1, 2)]
    first = world.bring("health", source)
    tables = ("handle", "learner", "accountable", "handle_link", "identifier", "handle_demographics", "match_doubt")
    with reading(world.engine) as connection:
        before = {table: connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in tables}
    again = world.bring("health", source)
    with reading(world.engine) as connection:
        after = {table: connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in tables}
    assert after == before
    assert [one.handle_id for one in again] == [one.handle_id for one in first]
    assert {one.match for one in again} == {Match.KNOWN}


def test_one_child_named_twice_in_a_batch_is_one_child(world: World) -> None:
    bare = Newcomer(LocalNumber("local", "1"))
    one, two, three = world.bring("health", [bare, child("1", nhs()), child("2")])
    assert one == two != three
    assert world.bring("education", [child("9", nhs())])[0].learner_id == one.learner_id


def test_the_same_local_number_of_another_system_or_partner_is_another_child(world: World) -> None:
    here = world.bring("health", [child("1"), child("1", system="other")])
    there = world.bring("education", [child("1")])
    assert len({one.learner_id for one in here + there}) == 3


def test_partners_meet_by_nhs_number_and_birth_date(world: World) -> None:
    mine = world.bring("health", [child("1", nhs(), given="Anwen Mair")])[0]
    theirs = world.bring("education", [child("7", nhs(), pupil(UPN), given="Anwen")])[0]
    third = world.bring("social", [child("x", pupil(UPN), family="Other")])[0]
    assert (theirs.match, theirs.learner_id) == (Match.NHS_NUMBER, mine.learner_id)
    assert (third.match, third.learner_id) == (Match.UPN, mine.learner_id)
    assert len({mine.handle_id, theirs.handle_id, third.handle_id}) == 3
    with reading(world.engine) as connection:
        assert accountable_of(connection, mine.learner_id).person_id == world.duty["health"]
        assert count(connection, "learner") == 1
    assert doubts(world) == []


def test_partners_meet_by_unique_learner_number(world: World) -> None:
    mine = world.bring("education", [child("1", learner_number(ULN))])[0]
    theirs = world.bring("social", [child("2", learner_number(ULN))])[0]
    assert (theirs.match, theirs.learner_id) == (Match.ULN, mine.learner_id)


@pytest.mark.parametrize("born", [None, "2015", "2015-03", "2015-04-14"])
def test_a_number_without_an_agreeing_full_birth_date_never_links(world: World, born: str | None) -> None:
    mine = world.bring("health", [child("1", nhs())])[0]
    theirs = world.bring("education", [child("7", nhs(), born=born)])[0]
    assert theirs.learner_id != mine.learner_id
    assert theirs.is_doubtful
    assert doubts(world) == ["birth_date"]


def test_names_and_birth_date_without_a_number_never_link(world: World) -> None:
    mine = world.bring("health", [child("1", given="Anwen")])[0]
    theirs = world.bring("education", [child("7", given="Anwen")])[0]
    assert mine.learner_id != theirs.learner_id
    assert doubts(world) == []


def test_a_number_with_wrong_check_letter_is_kept_and_never_matched(world: World) -> None:
    assert not pupil(WRONG_UPN).is_valid
    one = world.bring("social", [child("1", pupil(WRONG_UPN))])[0]
    other = world.bring("education", [child("2", pupil(WRONG_UPN))])[0]
    assert one.learner_id != other.learner_id
    assert doubts(world) == []
    with reading(world.engine) as connection:
        kept = connection.execute(text("SELECT is_valid, match_index FROM identifier WHERE kind = 'upn'")).all()
        assert [(bool(row.is_valid), row.match_index) for row in kept] == [(False, None)] * 2


def test_twins_with_numbers_of_their_own_are_two_learners(world: World) -> None:
    anwen, ifan = world.bring("health", [child("1", nhs(NHS_ANWEN)), child("2", nhs(NHS_IFAN))])
    school = world.bring("education", [child("8", nhs(NHS_IFAN)), child("9", nhs(NHS_ANWEN))])
    assert anwen.learner_id != ifan.learner_id
    assert [one.learner_id for one in school] == [ifan.learner_id, anwen.learner_id]
    assert doubts(world) == []


def test_a_twin_under_the_other_twins_number_is_doubted_for_the_given_name(world: World) -> None:
    anwen = world.bring("health", [child("1", nhs(), given="Anwen")])[0]
    ifan = world.bring("education", [child("7", nhs(), given="Ifan")])[0]
    assert anwen.learner_id != ifan.learner_id
    assert doubts(world) == ["given_name"]


@pytest.mark.parametrize(("mine", "theirs"), [("Siân", "Sian Elen"), ("SAM", "Samuel"), ("Elen Mair", "mair")])
def test_given_names_may_be_short_or_written_otherwise(world: World, mine: str, theirs: str) -> None:
    one = world.bring("health", [child("1", nhs(), given=mine)])[0]
    assert world.bring("education", [child("2", nhs(), given=theirs)])[0].learner_id == one.learner_id


def test_one_shared_number_beside_a_contradicting_one_is_doubted(world: World) -> None:
    mine = world.bring("health", [child("1", nhs(NHS_ANWEN), pupil(UPN))])[0]
    theirs = world.bring("education", [child("7", nhs(NHS_IFAN), pupil(UPN))])[0]
    assert mine.learner_id != theirs.learner_id
    assert doubts(world) == ["number"]


def test_a_pupil_may_have_had_another_pupil_number(world: World) -> None:
    mine = world.bring("education", [child("1", pupil(UPN))])[0]
    theirs = world.bring("social", [child("2", pupil(OTHER_UPN), pupil(UPN))])[0]
    assert theirs.learner_id == mine.learner_id


def test_two_candidates_make_a_new_learner_and_a_doubt(world: World) -> None:
    one = world.bring("health", [child("1", nhs())])[0]
    two = world.bring("education", [child("2", pupil(UPN))])[0]
    third = world.bring("social", [child("3", nhs(), pupil(UPN))])[0]
    assert third.learner_id not in {one.learner_id, two.learner_id}
    assert doubts(world) == ["several"]


def test_two_numbers_of_one_system_stay_two_children_even_with_one_nhs_number(world: World) -> None:
    one, two = world.bring("health", [child("1", nhs()), child("2", nhs())])
    assert one.learner_id != two.learner_id
    assert two.is_doubtful
    assert doubts(world) == ["same_system"]


def test_two_systems_of_one_partner_meet_also_within_one_batch(world: World) -> None:
    one, two = world.bring("health", [child("1", nhs(), system="hospital"), child("2", nhs(), system="clinic")])
    assert one.handle_id != two.handle_id
    assert one.learner_id == two.learner_id


def test_a_number_that_comes_later_is_doubted_and_not_linked(world: World) -> None:
    mine = world.bring("health", [child("1", nhs())])[0]
    before = world.bring("education", [child("7")])[0]
    after = world.bring("education", [child("7", nhs())])[0]
    assert after.learner_id == before.learner_id != mine.learner_id
    assert doubts(world) == ["later"]
    world.bring("education", [child("7", nhs())])
    assert doubts(world) == ["later"]


def test_what_a_later_source_says_is_added_to_what_is_known(world: World) -> None:
    world.bring("health", [child("1", given="Anwen", born=None)])
    world.bring("health", [child("1", nhs(), given="", family="", born="2015-03-14")])
    theirs = world.bring("education", [child("7", nhs(), given="Ifan")])[0]
    assert theirs.is_doubtful
    assert doubts(world) == ["given_name"]  # the name of the first source and the date of the second


@pytest.mark.parametrize("age_years", [0, 5, 18, 24])
def test_learners_from_birth_to_25_are_brought_and_matched(world: World, age_years: int) -> None:
    born = str((NOW - timedelta(days=365 * age_years)).date())
    mine = world.bring("health", [child("1", nhs(), born=born)])[0]
    assert world.bring("education", [child("2", nhs(), born=born)])[0].learner_id == mine.learner_id


def test_a_partner_without_a_duty_person_brings_nobody(world: World) -> None:
    world.keyrings.get("health")
    with unit_of_work(world.engine) as connection:
        register_agency(connection, Agency("newcomer", Sector.HEALTH, "New", "Newydd"), at=NOW)
    with pytest.raises(NoDutyPerson):
        world.bring("newcomer", [child("1")])
    with pytest.raises(UnknownAgency):
        world.bring("nobody", [child("1")])
    with reading(world.engine) as connection:
        assert count(connection, "handle") == 0


def test_known_handles_are_told_without_making_any(world: World) -> None:
    arrival = world.bring("health", [child("1")])[0]
    numbers = [LocalNumber("local", "1"), LocalNumber("local", "2")]
    with reading(world.engine) as connection:
        found = known_handles(connection, world.keys, agency_id="health", numbers=numbers)
        assert known_handles(connection, world.keys, agency_id="education", numbers=numbers) == {}
        assert count(connection, "handle") == 1
    assert found == {numbers[0]: arrival.handle_id}


def test_two_processes_that_bring_one_child_at_once_make_one_learner(world: World) -> None:
    barrier = threading.Barrier(4)
    found: list[tuple[str, UUID, UUID]] = []

    def run(agency_id: str) -> None:
        newcomers = [child("1", nhs())]
        with reading(world.engine) as connection:
            prepared = prepare(connection, world.keys, agency_id=agency_id, newcomers=newcomers)
        barrier.wait()
        with unit_of_work(world.engine) as connection:
            (arrival,) = bring(connection, world.keys, prepared, at=NOW)
        found.append((agency_id, arrival.handle_id, arrival.learner_id))

    threads = [threading.Thread(target=run, args=(one,)) for one in ("health", "health", "education", "social")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len({learner_id for _, _, learner_id in found}) == 1
    assert len({(agency_id, handle_id) for agency_id, handle_id, _ in found}) == 3
