"""Requests and objections in memory, for the pages; see `in_memory_hub`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from hub.asking.errors import NotForYou
from hub.asking.model import (
    AskedLine,
    AskingReceipt,
    Done,
    Objected,
    ObjectionAnswer,
    ObjectionLine,
    RequestAnswer,
    ToAnswer,
)
from hub.consenting.model import Shown
from hub.database import new_id

if TYPE_CHECKING:
    from tests.integration.web.in_memory_hub import InMemoryHub


class InMemoryAsking:
    """Implements `AskingPages`. `asked` waits for every family, `waiting` for every worker."""

    def __init__(self, hub: InMemoryHub) -> None:
        self.hub = hub
        self.asked: list[AskedLine] = []
        self.waiting: list[ToAnswer] = []
        self.answered: list[tuple[UUID, str, str]] = []
        self.made: dict[UUID, tuple[UUID, ObjectionLine]] = {}
        self.shown: list[Shown] = []
        self.workers: set[UUID] = set()

    def asked_of_family(self, person_id: UUID, learner_id: UUID) -> Sequence[AskedLine]:
        self.hub._stand(person_id, learner_id)
        return self.asked

    def object_to(self, person_id: UUID, about: Objected, *, words: str, shown: Shown) -> Done:
        self.hub._stand(person_id, about.learner_id)
        at, event_id = self.hub.at, new_id()
        due_on = at.date() + timedelta(days=30)
        self.made[event_id] = (person_id, ObjectionLine(event_id, about, at, due_on, "open", None, words, None))
        self.shown.append(shown)
        return Done(event_id, at)

    def withdraw_objection(self, person_id: UUID, objection_id: UUID) -> Done:
        whose, line = self.made[objection_id]
        if whose != person_id:
            raise NotForYou
        self.made[objection_id] = (whose, replace(line, status="withdrawn"))
        return Done(new_id(), self.hub.at)

    def objections(self, person_id: UUID, learner_id: UUID) -> Sequence[ObjectionLine]:
        return [
            line for whose, line in self.made.values() if whose == person_id and line.about.learner_id == learner_id
        ]

    def receipts(self, person_id: UUID, learner_id: UUID) -> Sequence[AskingReceipt]:
        return [
            AskingReceipt(line.id, "objected", line.made_at, False, line.about.recipient, "identity.about")
            for line in self.objections(person_id, learner_id)
        ]

    def may_answer(self, person_id: UUID) -> bool:
        return person_id in self.workers

    def to_answer(self, person_id: UUID) -> Sequence[ToAnswer]:
        return self.waiting if person_id in self.workers else []

    def answer_request(self, person_id: UUID, request_id: UUID, answer: RequestAnswer, *, words: str) -> Done:
        return self._answer(request_id, answer.value, words)

    def answer_objection(self, person_id: UUID, objection_id: UUID, answer: ObjectionAnswer, *, words: str) -> Done:
        return self._answer(objection_id, answer.value, words)

    def _answer(self, asked_id: UUID, answer: str, words: str) -> Done:
        self.answered.append((asked_id, answer, words))
        self.waiting = [one for one in self.waiting if one.id != asked_id]
        return Done(new_id(), self.hub.at)
