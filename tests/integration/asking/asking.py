"""What tests of requests and objections do over and over."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from consent.tables import ledger_outbox
from hub.asking.model import Asking, NewRequest, Objected, RequestLine
from hub.database import reading
from hub.demo.people import EDUCATION, HEALTH
from hub.directory.model import Principal
from hub.directory.streams import handle_stream, sight_stream
from hub.notices.tables import notice
from hub.wiring.asking import AskingCases
from tests.hubs import World

HEARING = "health.hearing.result"
FLUENCY = "health.speech.fluency"
SOUNDS = "health.speech.speech_sounds"
CONDITION = "health.condition.name"
RESTRICTED = "health.mental_health.summary"
PLACE = "health.practice"
"""In no row of the sample for education."""


def asker(world: World, *, role: str = "alnco", purpose: str = "aln-plan", agency: str = EDUCATION.id) -> Principal:
    return Principal(agency, f"{agency}-system", "smart", purpose, role)


def ask(
    world: World,
    *fields: str,
    holder: str = HEALTH.id,
    words: str = "For the review on Monday",
    person: UUID | None = None,
) -> list[RequestLine]:
    """Education asks for fields of a holder."""
    new = NewRequest(world.handle(), holder, fields, words, person)
    return list(world.hub.asking.ask(asker(world), new))


def task(world: World, *fields: str) -> Objected:
    """The public task under which education sees how the child hears."""
    return Objected(world.child, HEALTH.id, EDUCATION.id, "aln-plan", fields or (HEARING,))


def at(world: World, when: datetime) -> None:
    """Let the hub live at another time."""
    world.hub.sharing = replace(world.hub.sharing, clock=lambda: when)
    world.hub.asking = AskingCases(Asking(world.hub.sharing), world.hub.doorbell)


def subjects(world: World, stream: str) -> list[UUID]:
    """What the entries of one stream are about."""
    with reading(world.hub.engine) as connection:
        wanted = select(ledger_outbox.c.subject_event_id).where(ledger_outbox.c.stream == stream)
        return list(connection.execute(wanted).scalars())


def in_sight(world: World, person: UUID) -> list[UUID]:
    return subjects(world, sight_stream(world.child, person))


def at_handle(world: World, agency: str) -> list[UUID]:
    return subjects(world, handle_stream(world.handle(agency)))


def notices(world: World, kind: str) -> list[tuple[str, str | None]]:
    """Audience and agency of every notice of a kind."""
    with reading(world.hub.engine) as connection:
        rows = connection.execute(
            select(notice.c.audience, notice.c.agency_id).where(notice.c.kind == kind).order_by(notice.c.audience)
        )
        return [(row.audience, row.agency_id) for row in rows]
