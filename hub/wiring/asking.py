"""Requests and objections as pages, API and workers reach them: the room's use cases, with names and the doorbell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from consent.model import ShownText
from hub.asking import answer_objection, answer_request, objection, request
from hub.asking.model import (
    AskedLine,
    Asking,
    AskingReceipt,
    Done,
    NewRequest,
    Objected,
    ObjectionAnswer,
    ObjectionLine,
    RequestAnswer,
    RequestLine,
    ToAnswer,
)
from hub.consenting.model import Shown
from hub.database import reading
from hub.directory.model import Principal
from hub.wiring.doorbell import Doorbell
from hub.wiring.learner_lines import name_of


@dataclass(frozen=True, slots=True)
class AskingCases:
    """See the functions of the same names in `hub.asking`."""

    room: Asking
    doorbell: Doorbell

    # ---- partners' systems

    def ask(self, principal: Principal, new: NewRequest) -> Sequence[RequestLine]:
        """Ask for withheld fields."""
        made = request.ask(self.room, principal, new)
        self._ring()
        return made

    def requests(self, principal: Principal, handle_id: UUID | None = None) -> Sequence[RequestLine]:
        """The agency's own requests."""
        return request.requests(self.room, principal, handle_id)

    def request(self, principal: Principal, request_id: UUID) -> RequestLine:
        """One of them."""
        return request.request(self.room, principal, request_id)

    def withdraw_request(self, principal: Principal, request_id: UUID) -> RequestLine:
        """Take one back."""
        withdrawn = request.withdraw_request(self.room, principal, request_id)
        self._ring()
        return withdrawn

    # ---- families

    def asked_of_family(self, person_id: UUID, learner_id: UUID) -> Sequence[AskedLine]:
        """What partners ask this family for."""
        return answer_request.asked_of_family(self.room, person_id, learner_id)

    def object_to(self, person_id: UUID, about: Objected, *, words: str, shown: Shown) -> Done:
        """Object to a public task."""
        text = ShownText(shown.text_version, shown.language, shown.sha256)
        return self._rung(objection.object_to(self.room, person_id, about, words=words, shown=text))

    def withdraw_objection(self, person_id: UUID, objection_id: UUID) -> Done:
        """Take an objection back."""
        return self._rung(objection.withdraw_objection(self.room, person_id, objection_id))

    def objections(self, person_id: UUID, learner_id: UUID) -> Sequence[ObjectionLine]:
        """This person's own objections."""
        return objection.objections(self.room, person_id, learner_id)

    def receipts(self, person_id: UUID, learner_id: UUID) -> Sequence[AskingReceipt]:
        """Receipts of this person's objections."""
        return objection.receipts(self.room, person_id, learner_id)

    # ---- holders

    def may_answer(self, person_id: UUID) -> bool:
        """Whether this person answers for a holder."""
        return answer_objection.may_answer(self.room, person_id)

    def to_answer(self, person_id: UUID) -> Sequence[ToAnswer]:
        """What waits for this person's agency, with the learners' names as that agency knows them."""
        found = answer_objection.to_answer(self.room, person_id)
        with reading(self.room.engine) as connection:
            names = {
                one: name_of(connection, self.room.keys, one, person_id) for one in {line.learner_id for line in found}
            }
        return [replace(line, learner_name=names[line.learner_id]) for line in found]

    def answer_request(self, person_id: UUID, request_id: UUID, answer: RequestAnswer, *, words: str) -> Done:
        """Answer a request for the holder."""
        return self._rung(answer_request.answer_request(self.room, person_id, request_id, answer, words=words))

    def answer_objection(self, person_id: UUID, objection_id: UUID, answer: ObjectionAnswer, *, words: str) -> Done:
        """Answer an objection for the holder."""
        return self._rung(answer_objection.answer_objection(self.room, person_id, objection_id, answer, words=words))

    # ---- work of this process

    def sweep(self, at: datetime) -> int:
        """Tell of overdue objections, and record what families' decisions came to."""
        told = answer_objection.tell_overdue(self.room, at=at)
        return told + answer_request.settle_family_requests(self.room)

    def _rung(self, done: Done) -> Done:
        self._ring()
        return done

    def _ring(self) -> None:
        self.doorbell.ring("ledger")
        self.doorbell.ring("notices")
