"""Bars and overrides of the running hub: the use cases of `hub.safeguarding`, bound to one process."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from hub.database import reading
from hub.directory.model import Principal
from hub.safeguarding import bars, course, desk, make, sweep, words
from hub.safeguarding.errors import NotForYou
from hub.safeguarding.model import BarLine, Desk, Made, NewBar, Override, ReviewOutcome, Safeguarding, Tray
from hub.wiring.doorbell import Doorbell
from hub.wiring.learner_lines import name_of


@dataclass(frozen=True, slots=True)
class SafeguardingDesk:
    """What workers do on pages, their systems by the API, and the operator by command. `person_id` is who does it."""

    room: Safeguarding
    doorbell: Doorbell

    def tray(self, person_id: UUID) -> Tray:
        """See `hub.safeguarding.desk`."""
        return desk.tray(self.room, person_id)

    def desk(self, person_id: UUID, handle_id: UUID) -> Desk:
        """See `hub.safeguarding.desk`; with the learner's name as this worker's own agency has it."""
        found = desk.desk(self.room, person_id, handle_id)
        with reading(self.room.engine) as connection:
            name = name_of(connection, self.room.keys, found.learner_id, person_id)
        return replace(found, learner_name=name)

    def words_of(self, person_id: UUID, subject_id: UUID) -> str:
        """See `hub.safeguarding.words`."""
        return words.words_of(self.room, person_id, subject_id)

    def set_bar(self, person_id: UUID, new: NewBar) -> UUID:
        """See `hub.safeguarding.bars`."""
        made = bars.set_bar(self.room, person_id, new)
        self._ring()
        return made

    def lift_bar(self, person_id: UUID, bar_id: UUID, *, reasons: str) -> None:
        """See `hub.safeguarding.bars`."""
        bars.lift_bar(self.room, person_id, bar_id, reasons=reasons)
        self._ring()

    def review_bar(self, person_id: UUID, bar_id: UUID, *, review_on: date, reasons: str) -> None:
        """See `hub.safeguarding.bars`."""
        bars.review_bar(self.room, person_id, bar_id, review_on=review_on, reasons=reasons)
        self._ring()

    def bars_of(self, person_id: UUID, learner_id: UUID) -> tuple[BarLine, ...]:
        """See `hub.safeguarding.bars`."""
        return bars.bars_of(self.room, person_id, learner_id)

    def make_override(self, person_id: UUID, new: Override) -> Made:
        """See `hub.safeguarding.make`."""
        made = make.make_override(self.room, person_id, new)
        self._ring()
        return made

    def begin_override(self, principal: Principal, person_id: UUID, new: Override) -> Made:
        """An override that a partner's system begins in the name of one of the partner's people; raises as for them.

        The token says agency, role and purpose; a person of another agency is nobody here.
        """
        make.check_agency(self.room, person_id, principal.agency_id)
        if (new.role, new.purpose) != (principal.role, principal.purpose):
            raise NotForYou
        return self.make_override(person_id, new)

    def confirm_override(self, person_id: UUID, override_id: UUID) -> None:
        """See `hub.safeguarding.course`."""
        course.confirm_override(self.room, person_id, override_id)
        self._ring()

    def end_override(self, person_id: UUID, override_id: UUID) -> None:
        """See `hub.safeguarding.course`."""
        course.end_override(self.room, person_id, override_id)
        self._ring()

    def review_override(self, person_id: UUID, override_id: UUID, *, outcome: ReviewOutcome, words: str) -> None:
        """See `hub.safeguarding.course`."""
        course.review_override(self.room, person_id, override_id, outcome=outcome, words=words)
        self._ring()

    def sweep(self, at: datetime) -> int:
        """See `hub.safeguarding.sweep`."""
        return sweep.sweep(self.room, at=at)

    def _ring(self) -> None:
        self.doorbell.ring("ledger")
        self.doorbell.ring("notices")
