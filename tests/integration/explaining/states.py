"""States of one learner: what was decided, forbidden and objected to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import insert

from hub.asking.words import Written, sealed_words
from hub.circumstances.tables import bar, objection
from hub.database import new_id, unit_of_work
from hub.demo.people import EDUCATION, HEALTH
from hub.sealing.model import learner_key
from policies.bars import BarKind
from tests.hubs import SHOWN, World

State = Callable[[World, UUID], None]
"""Brings a world into a state; the other argument is a second parent."""

SPEECH = "health.speech.receptive_language"
DUTY = "health.care_plan.title"
TASK = "health.hearing.result"


def bit_of(world: World, *fields: str) -> list[int]:
    """Ordinals of these fields."""
    return [world.hub.catalogue.by_id[name].ordinal for name in fields]


def set_bar(world: World, *fields: str, kind: BarKind = BarKind.COURT_ORDER) -> None:
    """A bar on these fields, for everybody."""
    at = world.hub.clock()
    row = {
        "agency_id": HEALTH.id, "id": new_id(), "learner_id": world.child, "kind": kind.value, "recipient_id": None,
        "ordinals": bit_of(world, *fields), "evidence_kind": "order", "sealed_evidence": b"x",
        "set_by": world.partnership.people["heledd"], "set_at": at, "review_on": date(2030, 1, 1),
    }  # fmt: skip
    with unit_of_work(world.hub.engine) as connection:
        connection.execute(insert(bar).values(row))


def object_to(world: World, person: UUID, fields: Sequence[str]) -> None:
    """An objection of this person to what health shares with education."""
    at, objection_id = world.hub.clock(), new_id()
    key = world.hub.keys.unwrap(learner_key(world.child))
    sealed = sealed_words(key, what=Written.OBJECTION, row_id=objection_id, words="Please ask us first")
    row = {
        "id": objection_id, "learner_id": world.child, "person_id": person, "holder_id": HEALTH.id,
        "recipient_id": EDUCATION.id, "purpose": "aln-plan", "ordinals": bit_of(world, *fields),
        "sealed_words": sealed, "made_at": at, "answer_due_on": at.date() + timedelta(days=30),
    }  # fmt: skip
    with unit_of_work(world.hub.engine) as connection:
        connection.execute(insert(objection).values(row))


def nothing(_world: World, _other: UUID) -> None:
    """Nobody has decided anything."""


def agreed(world: World, _other: UUID) -> None:
    """The parent agreed to the speech group."""
    world.grant()


def agreed_and_another_refused(world: World, other: UUID) -> None:
    """The parent agreed, and the other one said no to the same."""
    world.grant()
    world.hub.refuse(other, world.offer(), shown=SHOWN)


def agreed_and_barred(world: World, _other: UUID) -> None:
    """The parent agreed, and a bar is on the whole group."""
    world.grant()
    set_bar(world, *world.offer().field_ids)


def barred(world: World, _other: UUID) -> None:
    """Bars on a field of each basis."""
    set_bar(world, SPEECH, DUTY, TASK)


def objected(world: World, _other: UUID) -> None:
    """The parent objected to a task."""
    object_to(world, world.parent, [TASK])


def another_objected(world: World, other: UUID) -> None:
    """The other parent objected to a task."""
    object_to(world, other, [TASK])


STATES: tuple[State, ...] = (
    nothing,
    agreed,
    agreed_and_another_refused,
    agreed_and_barred,
    barred,
    objected,
    another_objected,
)
