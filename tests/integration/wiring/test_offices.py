"""Each partner has one person for each office; a notice for an office reaches whoever holds it when it is told."""

from __future__ import annotations

from uuid import uuid4

import pytest

from hub.database import reading, unit_of_work
from hub.demo.people import EDUCATION, HEALTH
from hub.directory.errors import UnknownAgency, UnknownPerson
from hub.directory.model import Office
from hub.directory.offices import holder_of, name_office, offices_of
from hub.notices.model import SAFEGUARDING, NoticeKind
from hub.notices.write import write_notice
from tests.hubs import World


def name(world: World, key: str, holds: Office = Office.SAFEGUARDING, agency: str = EDUCATION.id) -> None:
    with unit_of_work(world.hub.engine) as connection:
        person = world.partnership.people[key]
        name_office(connection, agency_id=agency, holds=holds, person_id=person, at=world.hub.clock())


def test_an_office_passes_from_one_person_to_the_next(world: World) -> None:
    name(world, "heledd")
    name(world, "anwen")
    with reading(world.hub.engine) as connection:
        assert holder_of(connection, EDUCATION.id, Office.SAFEGUARDING) == world.partnership.people["anwen"]
        assert holder_of(connection, EDUCATION.id, Office.DESIGNATED) is None
        assert offices_of(connection, world.partnership.people["heledd"]) == frozenset()


def test_only_an_active_person_of_the_agency_itself_holds_its_office(small_world: World) -> None:
    with pytest.raises(UnknownPerson):
        name(small_world, "heledd", agency=HEALTH.id)
    with pytest.raises(UnknownPerson):
        name(small_world, "parent")
    with pytest.raises(UnknownAgency):
        name(small_world, "heledd", agency="nobody")


def test_a_notice_for_an_office_is_seen_by_its_holder_and_no_longer_by_the_one_before(small_world: World) -> None:
    world = small_world
    name(world, "heledd")
    with unit_of_work(world.hub.engine) as connection:
        write_notice(
            connection,
            kind=NoticeKind.TIE_CHANGED,
            event_id=uuid4(),
            learner_id=None,
            agency_id=EDUCATION.id,
            audience=SAFEGUARDING,
            at=world.hub.clock(),
        )
    world.hub.deliver_due(world.hub.clock())
    heledd = world.partnership.people["heledd"]
    before = len(world.hub.inbox(heledd))
    assert before >= 1
    name(world, "anwen")
    assert len(world.hub.inbox(heledd)) == before - 1
