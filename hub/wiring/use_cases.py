"""What pages, API, command line and workers may ask of the hub, as Protocols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from hub.consenting.model import ConsentLine, Offer, Outcome, ReceiptLine, Shown
from hub.sharing.model import Disclosure, DisclosureEntry, RecordQuery, SightOverview
from hub.telling.model import InboxEntry


class Doorbell(Protocol):
    """Rings a worker. A lost ring loses nothing: the sweep finds what is due."""

    def ring(self, what: str) -> None:
        """Say that there is work of kind `what` ("notices", "ledger"); must return at once and never raise."""


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """A learner on a person's page: the hub's id, the display name, and what this person is to them."""

    learner_id: UUID
    name: str
    tie: str


class UseCases(Protocol):
    """What pages, API, command line and workers may ask of the hub. One method, one use case, one transaction."""

    def disclose(self, principal: object, handle_id: UUID, query: RecordQuery) -> Disclosure: ...

    def lookup(self, principal: object, identifiers: Sequence[tuple[str, str]]) -> UUID | None: ...

    def who_sees_what(self, person_id: UUID, learner_id: UUID) -> SightOverview: ...

    def who_looked(self, person_id: UUID, learner_id: UUID) -> Sequence[DisclosureEntry]: ...

    def learners_of(self, person_id: UUID) -> Sequence[LearnerLine]: ...

    def offers(self, person_id: UUID, learner_id: UUID) -> Sequence[Offer]: ...

    def grant(self, person_id: UUID, offer: Offer, *, until: datetime, shown: Shown) -> Outcome: ...

    def refuse(self, person_id: UUID, offer: Offer, *, shown: Shown) -> Outcome: ...

    def withdraw(self, person_id: UUID, consent_id: UUID, *, shown: Shown, reason: str = "") -> Outcome: ...

    def consents(self, person_id: UUID, learner_id: UUID) -> Sequence[ConsentLine]: ...

    def receipts(self, person_id: UUID, learner_id: UUID) -> Sequence[ReceiptLine]: ...

    def receipt(self, person_id: UUID, event_id: UUID) -> bytes: ...

    def inbox(self, person_id: UUID) -> Sequence[InboxEntry]: ...

    def open_notice(self, person_id: UUID, notice_id: UUID) -> InboxEntry: ...

    def acknowledge(self, person_id: UUID, notice_id: UUID) -> InboxEntry: ...

    def deliver_due(self, at: datetime) -> int:
        """Tell some of the notices that are due (a worker's sweep); answers how many were taken on."""
        ...

    def sequence(self) -> int:
        """Put waiting entries into the ledger where this process holds the sequencer's lease; answers how many."""
        ...
