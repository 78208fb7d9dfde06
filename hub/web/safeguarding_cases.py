"""What the safeguarding pages ask of the hub. Each method checks anew whether this person may, and raises when not."""

from __future__ import annotations

from datetime import date
from typing import Protocol
from uuid import UUID

from hub.safeguarding.model import Desk, Made, NewBar, Override, ReviewOutcome, Tray


class SafeguardingPages(Protocol):
    """Bars and overrides, in the name of the person who is signed in. NotForYou looks like a page that is not there."""

    def tray(self, person_id: UUID) -> Tray:
        """Overrides of this worker's agency that wait for something."""

    def desk(self, person_id: UUID, handle_id: UUID) -> Desk:
        """One learner: bars, overrides, and what this worker may do."""

    def words_of(self, person_id: UUID, subject_id: UUID) -> str:
        """What was written of an override or a bar, for who acts on it."""

    def set_bar(self, person_id: UUID, new: NewBar) -> UUID:
        """Set a bar."""

    def lift_bar(self, person_id: UUID, bar_id: UUID, *, reasons: str) -> None:
        """Lift a bar."""

    def review_bar(self, person_id: UUID, bar_id: UUID, *, review_on: date, reasons: str) -> None:
        """Say that a bar stays."""

    def make_override(self, person_id: UUID, new: Override) -> Made:
        """Make an override, as its first person."""

    def confirm_override(self, person_id: UUID, override_id: UUID) -> None:
        """Stand by an override, as its second person."""

    def end_override(self, person_id: UUID, override_id: UUID) -> None:
        """End an override before its time."""

    def review_override(self, person_id: UUID, override_id: UUID, *, outcome: ReviewOutcome, words: str) -> None:
        """Write down what the review found."""
