"""A hub in memory for the pages: real names from the real catalogue and sample protocol, decisions that take effect.

The pages against the real hub are driven by the journey tests; here the seam is the Protocol `PageUseCases`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Never
from uuid import UUID

from hub.asking import errors as asking
from hub.consenting.errors import NoSuchReceipt, NotStanding, NotYourConsent, OfferChanged, ReceiptNotReady
from hub.consenting.model import ConsentLine, Offer, Outcome, ReceiptLine, Shown
from hub.database import new_id
from hub.directory.model import Agency, Sector
from hub.notices.model import NoticeKind
from hub.safeguarding.errors import NotForYou
from hub.sharing.errors import NotKnownHere
from hub.sharing.explained import RowExplained
from hub.sharing.model import DisclosureEntry, GroupSight, SightOverview
from hub.steering.status import VersionStatus
from hub.telling.errors import NotYours
from hub.telling.model import InboxEntry
from hub.web.language import Language
from hub.wiring import LearnerLine
from hub.wiring.names import Names
from policies.changes import Change, Step, Way
from policies.documents.child_notice import child_notice_of
from policies.documents.document import Document
from policies.documents.lines import partners_of
from policies.documents.notice import notice_of, partner_named
from policies.explanation import RuleUse
from policies.load_catalogue import load_catalogue
from policies.model import Basis, Partner, ProtocolRef
from policies.protocols import load_protocol
from policies.told import CLOSED, FieldExplained
from tests.integration.web.in_memory_asking import InMemoryAsking
from tests.integration.web.matrix_of_the_sample import MatrixOfTheSample

SAMPLE = Path(__file__).parents[3] / "policies" / "samples" / "three-partners.yaml"
CATALOGUE = load_catalogue()
PROTOCOLS = (load_protocol(SAMPLE, CATALOGUE),)
HEALTH, EDUCATION, SOCIAL = "afon-health", "dyffryn-education", "dyffryn-social-care"
SPEECH = CATALOGUE.by_id["health.speech.fluency"].group
SPEECH_FIELDS = tuple(one.id for one in CATALOGUE.fields if one.group == SPEECH)
MARI, OSIAN = new_id(), new_id()
PARENT, OTHER_PARENT, WORKER = new_id(), new_id(), new_id()
EMAILS = {"rhian@example.org": PARENT, "dafydd@example.org": OTHER_PARENT, "worker@example.org": WORKER}
STATUS = {
    NotStanding: 404,
    NotKnownHere: 404,
    NotYourConsent: 404,
    NoSuchReceipt: 404,
    NotYours: 404,
    NotForYou: 404,
    asking.NotForYou: 404,
    OfferChanged: 409,
}


class Wrong(Exception):
    """An error that stands for a status of the test's choice."""

    def __init__(self, status: int) -> None:
        super().__init__("Rhian Bowen, rhian@example.org")
        self.status = status


def status_of(error: Exception) -> int | None:
    """The table of problems, as far as these tests need it."""
    return error.status if isinstance(error, Wrong) else STATUS.get(type(error))


@dataclass(frozen=True, slots=True)
class InMemoryExplaining:
    """Implements `PageExplaining` on the rows of the hub."""

    hub: InMemoryHub

    def row(self, person_id: UUID, learner_id: UUID, is_asked: Callable[[GroupSight], bool]) -> RowExplained | None:
        rows = self.hub.who_sees_what(person_id, learner_id).rows
        row = next((one for one in rows if is_asked(one)), None)
        if row is None:
            return None
        protocols = {one.ref: one for one in PROTOCOLS}
        fields = tuple(self._field(name, row) for name in row.field_ids)
        return RowExplained(row, self.hub.at, fields, CATALOGUE, protocols)

    def _field(self, name: str, row: GroupSight) -> FieldExplained:
        bit, (protocol, *_) = CATALOGUE.by_id[name].bit, PROTOCOLS
        spoken = [one for one in protocol.rules if one.mask & bit and one.recipient == row.recipient]
        mine = tuple(str(one) for one in row.consent_ids if one in self.hub.answers)
        given = Way((Step(Change.CONSENT_GIVEN, group=row.group_id),), "he-speech", protocol.ref)
        code = str(row.basis) if row.is_shown else "consent_missing" if row.basis == Basis.CONSENT else CLOSED
        return FieldExplained(
            field_id=name,
            holder=row.holder,
            allowed=row.is_shown,
            code=code,
            is_marked=False,
            rules=tuple(RuleUse(protocol.ref, one) for one in spoken),
            consent_ids=mine,
            until=row.until,
            ways=(given,) if code == "consent_missing" else (),
        )


class InMemoryPublished:
    """Implements `PublishedUseCases` on the sample protocol."""

    def partners(self) -> Sequence[Partner]:
        return partners_of(PROTOCOLS)

    def privacy_notice(self, agency: str, *, for_children: bool) -> Document | None:
        partner = partner_named(agency, PROTOCOLS)
        make = child_notice_of if for_children else notice_of
        return None if partner is None else make(partner, PROTOCOLS, CATALOGUE)


class NoDesk:
    """Safeguarding pages for people who have no part in any."""

    def __getattr__(self, name: str) -> Callable[..., Never]:
        def refuse(*_: object, **__: object) -> Never:
            raise NotForYou

        return refuse


class NoRegister:
    """Implements `RegisterPageUseCases` for people who work for no partner."""

    def for_person(self, person_id: UUID) -> Sequence[VersionStatus] | None:
        return None


class NoPolicyDesk:
    """Implements `PolicyDeskPages` for people who work for no partner."""

    def agency_of(self, person_id: UUID) -> str | None:
        return None

    def compared(self, agency_id: str, *, before: ProtocolRef, after: ProtocolRef) -> Never:
        raise Wrong(404)

    def register_rows(self, agency_id: str) -> Never:
        raise Wrong(404)

    def register_file(self, agency_id: str) -> Never:
        raise Wrong(404)


class InMemoryHub:
    """Implements `PageUseCases`; `decided` is every decision in order, with the text it was taken on."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.published = InMemoryPublished()
        self.matrix = MatrixOfTheSample(CATALOGUE, PROTOCOLS, at, reader=WORKER)
        self.protocols = NoRegister()
        self.policy = NoPolicyDesk()
        self._asking = InMemoryAsking(self)
        self.lock = Lock()
        self.answers: dict[UUID, ConsentLine] = {}
        self.deciders: dict[UUID, UUID] = {}
        self.decided: list[tuple[str, UUID, Shown, str]] = []
        self.granted: list[tuple[Offer, datetime]] = []
        self.lines: dict[UUID, list[ReceiptLine]] = {}
        self.is_signed = True
        self.fails_with: Exception | None = None
        self.refuses_with: Exception | None = None
        self.protocol_version = 1
        self.opened_by_another: tuple[UUID, ...] = ()
        self.looks: list[DisclosureEntry] = [
            DisclosureEntry(
                new_id(), at - timedelta(hours=3), EDUCATION, "aln-plan", "alnco", ("identity.given_name",)
            ),
            DisclosureEntry(new_id(), at - timedelta(days=1), SOCIAL, "care-planning", "iro", ()),
        ]
        self.notices = {
            entry.notice_id: entry
            for entry in (
                InboxEntry(new_id(), "7K2M9QX", NoticeKind.RECORD_CHANGED, MARI, at, at, None, None, "Mari Bowen"),
                InboxEntry(new_id(), "4QX7B2C", NoticeKind.RECORDS_BROUGHT, None, at, None, None, None),
            )
        }

    @property
    def explaining(self) -> InMemoryExplaining:
        return InMemoryExplaining(self)

    @property
    def asking(self) -> InMemoryAsking:
        return self._asking

    # names

    def words(self, language: Language) -> Names:
        partners = PROTOCOLS[0].partners
        sectors = {HEALTH: Sector.HEALTH, EDUCATION: Sector.EDUCATION, SOCIAL: Sector.SOCIAL_CARE}
        agencies = {
            slug: Agency(slug, sectors[slug], partner.name.en, partner.name.cy) for slug, partner in partners.items()
        }
        return Names(language, CATALOGUE, PROTOCOLS, agencies)

    def person_by_email(self, email: str) -> UUID | None:
        return EMAILS.get(email)

    # families

    def learners_of(self, person_id: UUID) -> Sequence[LearnerLine]:
        self._fail()
        if person_id == WORKER:
            return [LearnerLine(MARI, "Mari Bowen", "accountable")]
        own = [LearnerLine(MARI, "Mari Bowen", "mother" if person_id == PARENT else "father")]
        return own if person_id == OTHER_PARENT else [*own, LearnerLine(OSIAN, "Osian Bowen", "mother")]

    def who_sees_what(self, person_id: UUID, learner_id: UUID) -> SightOverview:
        self._stand(person_id, learner_id)
        given = next((line for line in self.answers.values() if line.status == "active"), None)
        shown = given.field_ids if given is not None else ()
        hidden = tuple(name for name in SPEECH_FIELDS if name not in shown)
        rows = [
            GroupSight(
                EDUCATION,
                "aln-plan",
                HEALTH,
                "identity.name",
                Basis.LEGAL_OBLIGATION,
                ("identity.given_name",),
                True,
                roles=("alnco",),
            ),
            GroupSight(
                SOCIAL, "care-planning", HEALTH, "identity.about", Basis.PUBLIC_TASK, ("identity.birth_date",), True
            ),
            GroupSight(
                EDUCATION,
                "aln-plan",
                HEALTH,
                "health.place",
                Basis.OVERRIDE_ONLY,
                ("health.clinic",),
                False,
                roles=("alnco",),
            ),
        ]
        if given is not None:
            rows.append(
                GroupSight(
                    EDUCATION,
                    "aln-plan",
                    HEALTH,
                    SPEECH,
                    Basis.CONSENT,
                    shown,
                    True,
                    tuple(sorted((given.consent_id, *self.opened_by_another))),
                    given.valid_until,
                    ("alnco", "system"),
                )
            )
        if hidden:
            rows.append(
                GroupSight(EDUCATION, "aln-plan", HEALTH, SPEECH, Basis.CONSENT, hidden, False, roles=("alnco",))
            )
        return SightOverview(learner_id, self.at, tuple(rows))

    def who_looked(self, person_id: UUID, learner_id: UUID) -> Sequence[DisclosureEntry]:
        self._stand(person_id, learner_id)
        return self.looks

    def offers(self, person_id: UUID, learner_id: UUID) -> Sequence[Offer]:
        self._stand(person_id, learner_id)
        return [
            Offer(
                learner_id,
                HEALTH,
                EDUCATION,
                "aln-plan",
                SPEECH,
                SPEECH_FIELDS,
                CATALOGUE.version,
                "p",
                self.protocol_version,
            )
        ]

    def grant(self, person_id: UUID, offer: Offer, *, until: datetime, shown: Shown) -> Outcome:
        self._stand(person_id, offer.learner_id)
        self.granted.append((offer, until))
        line = ConsentLine(
            new_id(),
            offer.learner_id,
            "active",
            offer.holder,
            offer.recipient,
            offer.purpose,
            offer.field_ids,
            self.at,
            until,
            offer.group_id,
        )
        return self._decide("granted", person_id, line, shown)

    def refuse(self, person_id: UUID, offer: Offer, *, shown: Shown) -> Outcome:
        self._stand(person_id, offer.learner_id)
        line = ConsentLine(
            new_id(),
            offer.learner_id,
            "refused",
            offer.holder,
            offer.recipient,
            offer.purpose,
            (),
            self.at,
            None,
            offer.group_id,
        )
        return self._decide("refused", person_id, line, shown)

    def withdraw(self, person_id: UUID, consent_id: UUID, *, shown: Shown, reason: str = "") -> Outcome:
        self._fail()
        line = self.answers.get(consent_id)
        if line is None or self.deciders[consent_id] != person_id:
            raise NotYourConsent
        return self._decide("withdrawn", person_id, replace(line, status="withdrawn", field_ids=()), shown, reason)

    def consents(self, person_id: UUID, learner_id: UUID) -> Sequence[ConsentLine]:
        self._stand(person_id, learner_id)
        return [
            line
            for line in self.answers.values()
            if line.learner_id == learner_id and self.deciders[line.consent_id] == person_id
        ]

    def receipts(self, person_id: UUID, learner_id: UUID) -> Sequence[ReceiptLine]:
        self._stand(person_id, learner_id)
        return [replace(line, is_ready=self.is_signed) for line in self.lines.get(person_id, [])]

    def receipt(self, person_id: UUID, event_id: UUID) -> bytes:
        if all(line.event_id != event_id for line in self.lines.get(person_id, [])):
            raise NoSuchReceipt
        if not self.is_signed:
            raise ReceiptNotReady
        return f"c2sp.org/tlog-proof@v1\nevent {event_id}\n".encode()

    # workers

    def inbox(self, person_id: UUID) -> Sequence[InboxEntry]:
        self._fail()
        return list(self.notices.values()) if person_id == WORKER else []

    def open_notice(self, person_id: UUID, notice_id: UUID) -> InboxEntry:
        return self._mark(person_id, notice_id, "opened_at")

    def acknowledge(self, person_id: UUID, notice_id: UUID) -> InboxEntry:
        return self._mark(person_id, notice_id, "acknowledged_at")

    @property
    def safeguarding(self) -> NoDesk:
        """Bars and overrides; their pages are tested on whole hubs."""
        return NoDesk()

    # what all of these share

    def _mark(self, person_id: UUID, notice_id: UUID, what: str) -> InboxEntry:
        entry = self.notices.get(notice_id)
        if entry is None or person_id != WORKER:
            raise NotYours(notice_id)
        if getattr(entry, what) is None:
            self.notices[notice_id] = replace(entry, **{what: self.at})
        return self.notices[notice_id]

    def _decide(self, kind: str, person_id: UUID, line: ConsentLine, shown: Shown, reason: str = "") -> Outcome:
        if self.refuses_with is not None:
            raise self.refuses_with
        with self.lock:
            event_id = new_id()
            self.answers[line.consent_id] = line
            self.deciders[line.consent_id] = person_id
            self.decided.append((kind, person_id, shown, reason))
            self.lines.setdefault(person_id, []).append(
                ReceiptLine(event_id, kind, self.at, True, line.recipient, line.group_id)
            )
            return Outcome(line.consent_id, event_id, self.at)

    def _stand(self, person_id: UUID, learner_id: UUID) -> None:
        self._fail()
        if person_id == WORKER or all(line.learner_id != learner_id for line in self.learners_of(person_id)):
            raise NotStanding

    def _fail(self) -> None:
        if self.fails_with is not None:
            raise self.fails_with
