"""The names that families know things by, and what the pages ask of the hub."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

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
from hub.consenting.model import ConsentLine, Offer, Outcome, ReceiptLine, Shown
from hub.sharing.explained import RowExplained
from hub.sharing.model import DisclosureEntry, GroupSight, SightOverview
from hub.steering.status import VersionStatus
from hub.telling.model import InboxEntry
from hub.web.language import Language
from hub.web.safeguarding_cases import SafeguardingPages
from hub.wiring import LearnerLine
from policies.difference import Difference
from policies.documents.document import Document
from policies.matrix import Matrix
from policies.model import Partner, ProtocolRef
from policies.words import Words as Both


class Words(Protocol):
    """Names and plain explanations of one language, from the catalogue, the protocols and the directory.

    An id that is not known is answered with the id itself: a family must see that something is there.
    """

    def field(self, field_id: str) -> str:
        """Title of a catalogue field."""

    def field_explanation(self, field_id: str) -> str:
        """What the field says, in one plain sentence."""

    def group(self, group_id: str) -> str:
        """Title of a protocol's group of fields."""

    def agency(self, slug: str) -> str:
        """Name of a partner, as families know it."""

    def purpose(self, code: str) -> str:
        """What a purpose means, as half a sentence."""

    def role(self, code: str) -> str:
        """What somebody does at a partner."""

    def ask(self, holder: str) -> str:
        """Whom to ask at this holder, with a way to reach them."""


class PageExplaining(Protocol):
    """Why, for families."""

    def row(self, person_id: UUID, learner_id: UUID, is_asked: Callable[[GroupSight], bool]) -> RowExplained | None:
        """Why one row of "who can see what" is as it is; None where there is no such row."""


class PublishedUseCases(Protocol):
    """What anybody may read of the partnership, made from the protocols in force."""

    def partners(self) -> Sequence[Partner]:
        """The partners that have a notice."""

    def privacy_notice(self, agency: str, *, for_children: bool) -> Document | None:
        """The notice of a partner; None: there is no such partner."""


class MatrixPageUseCases(Protocol):
    """The matrix of who may see what of whom, for people who work for a partner."""

    def for_person(self, person_id: UUID) -> Matrix | None:
        """As the protocols in force are at this moment; None for who works for no partner."""

    def is_open_to(self, person_id: UUID) -> bool:
        """Whether this person works for a partner."""


class RegisterPageUseCases(Protocol):
    """The register of protocols, for people who work for a partner."""

    def for_person(self, person_id: UUID) -> Sequence[VersionStatus] | None:
        """The versions that this person's agency is a partner of; None for who works for no partner."""


class PolicyDeskPages(Protocol):
    """What people of a partner look up of its protocols: the answers of the command line."""

    def agency_of(self, person_id: UUID) -> str | None:
        """The partner that this person works for; None: none."""

    def compared(self, agency_id: str, *, before: ProtocolRef, after: ProtocolRef) -> Difference:
        """What differs between two registered versions that name this agency; raises UnknownProtocol."""

    def register_rows(self, agency_id: str) -> Sequence[Sequence[Both]]:
        """The rows of the register of processing of this agency."""

    def register_file(self, agency_id: str) -> bytes:
        """The same as a CSV file."""


class AskingPages(Protocol):
    """Requests and objections, as families and holders' people meet them."""

    def asked_of_family(self, person_id: UUID, learner_id: UUID) -> Sequence[AskedLine]:
        """What partners ask this family for."""

    def object_to(self, person_id: UUID, about: Objected, *, words: str, shown: Shown) -> Done:
        """Object to a public task."""

    def withdraw_objection(self, person_id: UUID, objection_id: UUID) -> Done:
        """Take an objection back."""

    def objections(self, person_id: UUID, learner_id: UUID) -> Sequence[ObjectionLine]:
        """This person's own objections."""

    def receipts(self, person_id: UUID, learner_id: UUID) -> Sequence[AskingReceipt]:
        """Receipts of this person's objections."""

    def may_answer(self, person_id: UUID) -> bool:
        """Whether this person answers for a holder."""

    def to_answer(self, person_id: UUID) -> Sequence[ToAnswer]:
        """What waits for this person's agency."""

    def answer_request(self, person_id: UUID, request_id: UUID, answer: RequestAnswer, *, words: str) -> Done:
        """Answer a request for the holder."""

    def answer_objection(self, person_id: UUID, objection_id: UUID, answer: ObjectionAnswer, *, words: str) -> Done:
        """Answer an objection for the holder."""


class PageUseCases(Protocol):
    """What the pages ask of the hub. Each method checks anew whether this person may, and raises when not."""

    @property
    def explaining(self) -> PageExplaining:
        """Why a row of "who can see what" is as it is."""

    @property
    def published(self) -> PublishedUseCases:
        """What is open to all."""

    @property
    def safeguarding(self) -> SafeguardingPages:
        """Bars and overrides, for people who work for a partner."""

    @property
    def matrix(self) -> MatrixPageUseCases:
        """Who may see what of whom."""

    @property
    def protocols(self) -> RegisterPageUseCases:
        """Protocol versions, their states and signatures."""

    @property
    def policy(self) -> PolicyDeskPages:
        """Differences of protocols, and the register of processing."""

    @property
    def asking(self) -> AskingPages:
        """Requests and objections."""

    def words(self, language: Language) -> Words:
        """Names in one language."""

    def person_by_email(self, email: str) -> UUID | None:
        """The active person who signs in with this address; None: nobody. Found by blind index, nothing is opened."""

    def learners_of(self, person_id: UUID) -> Sequence[LearnerLine]:
        """The learners on this person's pages."""

    def who_sees_what(self, person_id: UUID, learner_id: UUID) -> SightOverview:
        """What each partner may see now, and what it may not."""

    def who_looked(self, person_id: UUID, learner_id: UUID) -> Sequence[DisclosureEntry]:
        """Recorded disclosures, without values."""

    def offers(self, person_id: UUID, learner_id: UUID) -> Sequence[Offer]:
        """What this person can decide on."""

    def grant(self, person_id: UUID, offer: Offer, *, until: datetime, shown: Shown) -> Outcome:
        """Agree to share the fields of the offer."""

    def refuse(self, person_id: UUID, offer: Offer, *, shown: Shown) -> Outcome:
        """Say no to the offer."""

    def withdraw(self, person_id: UUID, consent_id: UUID, *, shown: Shown, reason: str = "") -> Outcome:
        """Stop sharing."""

    def consents(self, person_id: UUID, learner_id: UUID) -> Sequence[ConsentLine]:
        """What this person has answered."""

    def receipts(self, person_id: UUID, learner_id: UUID) -> Sequence[ReceiptLine]:
        """Receipts of this person's decisions."""

    def receipt(self, person_id: UUID, event_id: UUID) -> bytes:
        """One receipt as a file; raises ReceiptNotReady."""

    def inbox(self, person_id: UUID) -> Sequence[InboxEntry]:
        """Notices of this person."""

    def open_notice(self, person_id: UUID, notice_id: UUID) -> InboxEntry:
        """Note that it was opened."""

    def acknowledge(self, person_id: UUID, notice_id: UUID) -> InboxEntry:
        """Note that it was acknowledged."""
