"""Designated persons are warned 60, 30 and 7 days before the review, once each, also late."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import select

from hub.database import reading, unit_of_work
from hub.demo.people import HEALTH
from hub.directory.model import Office
from hub.directory.offices import name_office
from hub.notices.model import NoticeKind
from hub.notices.tables import notice
from tests.hubs import World


def review_at(world: World) -> datetime:
    """Midnight of the review day."""
    return datetime.combine(world.hub.protocols.status()[0].review_on, time(), tzinfo=UTC)


def warned(world: World) -> Counter[str]:
    """How many warnings each partner's designated person has had."""
    with reading(world.hub.engine) as connection:
        rows = connection.execute(
            select(notice.c.agency_id, notice.c.audience).where(notice.c.kind == NoticeKind.PROTOCOL_REVIEW_SOON.value)
        ).all()
    assert {row.audience for row in rows} <= {"designated"}
    return Counter(row.agency_id for row in rows)


def test_each_day_warns_every_partner_once(world: World) -> None:
    at = review_at(world)
    for days, warnings in ((61, 0), (60, 1), (59, 1), (30, 2), (29, 2), (7, 3), (1, 3), (-1, 3)):
        world.hub.protocols.keep_time(at=at - timedelta(days=days))
        world.hub.protocols.keep_time(at=at - timedelta(days=days))
        assert set(warned(world).values()) <= {warnings}, days
        assert len(warned(world)) == (3 if warnings else 0)


def test_a_day_on_which_nothing_ran_is_made_up_for(small_world: World) -> None:
    small_world.hub.protocols.keep_time(at=review_at(small_world) - timedelta(days=3))
    assert set(warned(small_world).values()) == {3}


def test_the_warning_finds_whoever_holds_the_office(small_world: World) -> None:
    person = small_world.partnership.people["dylan"]
    with unit_of_work(small_world.hub.engine) as connection:
        name_office(
            connection, agency_id=HEALTH.id, holds=Office.DESIGNATED, person_id=person, at=small_world.hub.clock()
        )
    at = review_at(small_world) - timedelta(days=60)
    small_world.hub.deliver_due(at)
    small_world.hub.deliver_due(at + timedelta(seconds=1))
    kinds = [entry.kind for entry in small_world.hub.inbox(person)]
    assert NoticeKind.PROTOCOL_REVIEW_SOON.value in [str(kind) for kind in kinds]
