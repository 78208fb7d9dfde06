"""The running hub: every use case, bound to the engines, keys and protocols of one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine

from connectors.base import MemorySource, Source
from hub.consenting import decide, lines, offers, receipts
from hub.consenting.expire import expire_due
from hub.consenting.model import ConsentLine, Offer, Outcome, ReceiptLine, Shown
from hub.consenting.standing import Consenting
from hub.consenting.tie import NewTie, write_tie
from hub.database import Clock, reading, unit_of_work
from hub.directory import ties
from hub.directory.lookup import find_handle, person_by_email
from hub.directory.model import Accountable, Principal
from hub.sealing.key_store import KeyStore
from hub.settings import Settings
from hub.sharing import overview
from hub.sharing.disclose import disclose
from hub.sharing.model import Disclosure, DisclosureEntry, RecordQuery, SightOverview
from hub.sharing.ruling import Sharing
from hub.syncing.model import RowReport
from hub.syncing.place import Syncing
from hub.syncing.run_sync import run_sync
from hub.telling import codes, deliver, inbox
from hub.telling.deliver import Post
from hub.telling.model import Address, InboxEntry
from hub.telling.take_over import take_over
from hub.wiring.asking import AskingCases
from hub.wiring.doorbell import Doorbell
from hub.wiring.explaining import Explaining
from hub.wiring.health import Health
from hub.wiring.identifiers import identified
from hub.wiring.learner_lines import LearnerLine, learner_lines, named_inbox
from hub.wiring.names import Language, Names, names_in
from hub.wiring.policy_desk import PolicyDesk
from hub.wiring.policy_matrix import ProtocolMatrix
from hub.wiring.protocols_life import ProtocolsLife
from hub.wiring.published import Published
from hub.wiring.safeguarding import SafeguardingDesk
from hub.wiring.sequencing import Sequencing
from policies.fields import Catalogue


@dataclass(slots=True)
class Hub:
    """Every use case of pages, API, command line and workers; safe for threads. `close` it before a fork or the end."""

    settings: Settings
    engine: Engine
    key_engine: Engine
    keys: KeyStore
    clock: Clock
    doorbell: Doorbell
    holder: str
    sequencing: Sequencing
    sharing: Sharing
    consenting: Consenting
    syncing: Syncing
    post: Post
    safeguarding: SafeguardingDesk
    explaining: Explaining
    protocols: ProtocolsLife
    published: Published
    matrix: ProtocolMatrix
    policy: PolicyDesk
    asking: AskingCases
    _health: Health = field(default_factory=Health)

    @property
    def catalogue(self) -> Catalogue:
        """The field catalogue of this process."""
        return self.sharing.book.catalogue

    # ---- partners' systems

    def disclose(self, principal: Principal, handle_id: UUID, query: RecordQuery) -> Disclosure:
        """See `hub.sharing.disclose`."""
        answer = disclose(self.sharing, principal, handle_id, query)
        self.doorbell.ring("ledger")
        if any(one.tells_family for one in answer.obligations):
            self.doorbell.ring("notices")
        return answer

    def lookup(self, principal: Principal, identifiers: Sequence[tuple[str, str]]) -> UUID | None:
        """The caller's own handle for the learner who has one of these identifiers; None: unknown, or not theirs."""
        asked = [identified(kind, value) for kind, value in identifiers]
        if not asked:
            return None
        with reading(self.engine) as connection:
            return find_handle(connection, self.keys, agency_id=principal.agency_id, identifiers=asked)

    def push(self, principal: Principal, kind: str, content: bytes) -> RowReport:
        """Take in what a partner's system sends, as a sync of one small source would."""
        return self.sync(principal.agency_id, kind, MemorySource("push", content), is_push=True)

    def sync(
        self,
        agency_id: str,
        kind: str,
        source: Source,
        *,
        name: str = "push",
        is_dry_run: bool = False,
        is_push: bool = False,
    ) -> RowReport:
        """Run one connector for one holder; see `hub.syncing.run_sync`."""
        report = run_sync(
            self.syncing,
            agency_id=agency_id,
            kind=kind,
            source=source,
            name=name,
            is_dry_run=is_dry_run,
            is_push=is_push,
        )
        self.doorbell.ring("ledger")
        self.doorbell.ring("notices")
        return report

    def consents_for(self, principal: Principal, handle_id: UUID) -> Sequence[ConsentLine]:
        """Consents about this learner that name the caller's agency."""
        return lines.consents_for(self.consenting, principal.agency_id, handle_id)

    def disclosure_of(self, principal: Principal, disclosure_id: UUID) -> Mapping[str, object]:
        """A disclosure made to the caller's agency, without values; raises NotKnownHere."""
        return overview.disclosure_of(self.sharing, principal.agency_id, disclosure_id)

    # ---- families

    def who_sees_what(self, person_id: UUID, learner_id: UUID) -> SightOverview:
        """See `hub.sharing.overview`."""
        return overview.who_sees_what(self.sharing, person_id, learner_id)

    def who_looked(self, person_id: UUID, learner_id: UUID) -> Sequence[DisclosureEntry]:
        """See `hub.sharing.overview`."""
        return overview.who_looked(self.sharing, person_id, learner_id)

    def learners_of(self, person_id: UUID) -> Sequence[LearnerLine]:
        """The learners whom this person has standing for or is accountable for, by name, and what they are to them."""
        with reading(self.engine) as connection:
            return learner_lines(connection, self.keys, person_id, on=ties.day_of(self.clock()))

    def offers(self, person_id: UUID, learner_id: UUID) -> Sequence[Offer]:
        """See `hub.consenting.offers`."""
        return offers.offers(self.consenting, person_id, learner_id)

    def grant(self, person_id: UUID, offer: Offer, *, until: datetime, shown: Shown) -> Outcome:
        """See `hub.consenting.decide`."""
        return self._decided(decide.grant(self.consenting, person_id, offer, until=until, shown=shown))

    def refuse(self, person_id: UUID, offer: Offer, *, shown: Shown) -> Outcome:
        """See `hub.consenting.decide`."""
        return self._decided(decide.refuse(self.consenting, person_id, offer, shown=shown))

    def withdraw(self, person_id: UUID, consent_id: UUID, *, shown: Shown, reason: str = "") -> Outcome:
        """See `hub.consenting.decide`."""
        return self._decided(decide.withdraw(self.consenting, person_id, consent_id, shown=shown, reason=reason))

    def consents(self, person_id: UUID, learner_id: UUID) -> Sequence[ConsentLine]:
        """See `hub.consenting.lines`."""
        return lines.consents(self.consenting, person_id, learner_id)

    def receipts(self, person_id: UUID, learner_id: UUID) -> Sequence[ReceiptLine]:
        """See `hub.consenting.receipts`."""
        return receipts.receipts(self.consenting, person_id, learner_id)

    def receipt(self, person_id: UUID, event_id: UUID) -> bytes:
        """See `hub.consenting.receipts`."""
        return receipts.receipt_soon(self.consenting, person_id, event_id)

    # ---- ties and accountable people

    def write_tie(self, new: NewTie) -> UUID:
        """See `hub.consenting.tie`."""
        tie_id = write_tie(self.engine, self.keys, new, clock=self.clock)
        self.doorbell.ring("notices")
        return tie_id

    def hand_over(self, learner_id: UUID, to_person_id: UUID, *, because: str) -> Accountable:
        """Make somebody accountable for a learner; see `hub.telling.take_over`."""
        done = take_over(
            self.engine,
            self.keys,
            learner_id=learner_id,
            to_person_id=to_person_id,
            because=because,
            clock=self.clock,
        )
        self.doorbell.ring("notices")
        return done.row

    def inbox(self, person_id: UUID) -> Sequence[InboxEntry]:
        """See `hub.telling.inbox`."""
        with reading(self.engine) as connection:
            return named_inbox(connection, self.keys, person_id, at=self.clock())

    def open_notice(self, person_id: UUID, notice_id: UUID) -> InboxEntry:
        """See `hub.telling.inbox`."""
        with unit_of_work(self.engine) as connection:
            return inbox.open_notice(
                connection, person_id=person_id, notice_id=notice_id, at=self.clock(), record=self.post.record
            )

    def acknowledge(self, person_id: UUID, notice_id: UUID) -> InboxEntry:
        """See `hub.telling.inbox`."""
        with unit_of_work(self.engine) as connection:
            return inbox.acknowledge(
                connection, person_id=person_id, notice_id=notice_id, at=self.clock(), record=self.post.record
            )

    # ---- signing in

    def person_by_email(self, email: str) -> UUID | None:
        """The active person who signs in with this address, by blind index."""
        with reading(self.engine) as connection:
            found = person_by_email(connection, self.keys, email=email)
        return None if found is None else found.id

    def send_code(self, person_id: UUID, language: Language, code: str) -> None:
        """Mail a sign-in code to a person, in the language that they chose, or else in the page's."""
        address = self.post.address_of(person_id)
        if address is not None:
            chosen = Address(address.email, address.language or language)
            codes.send_code(self.post.mailer, person_id=person_id, address=chosen, code=code, at=self.clock())

    def words(self, language: Language) -> Names:
        """Names in one language."""
        with reading(self.engine) as connection:
            return names_in(connection, self.sharing.book, language)

    # ---- work of this process

    def deliver_due(self, at: datetime) -> int:
        """Tell some of the notices that are due, and do what time brings: ends of consents and more, reviews."""
        told = deliver.sweep(self.post, holder=self.holder, at=at)
        ended = expire_due(self.consenting, at=at) + self.protocols.keep_time(at=at)
        return told + ended + self.safeguarding.sweep(at) + self.asking.sweep(at)

    def sequence(self) -> int:
        """Put waiting entries into the ledger and publish its checkpoint, where this process holds the lease."""
        return self.sequencing.sequence(holder=self.holder, now=self.clock())

    def checkpoint(self) -> bytes | None:
        """The newest signed checkpoint; None before the first."""
        return self.sequencing.checkpoint()

    def readiness(self) -> Mapping[str, str]:
        """See `hub.wiring.health`."""
        return self._health.ask(self.engine, self.key_engine, self.keys.keyrings, at=self.clock())

    def close(self) -> None:
        """Let go of the sequencer's lease, and of every connection and key."""
        self.sequencing.stand_down(holder=self.holder, now=self.clock())
        self.keys.forget()
        self.engine.dispose()
        self.key_engine.dispose()

    def _decided(self, outcome: Outcome) -> Outcome:
        self.doorbell.ring("ledger")
        self.doorbell.ring("notices")
        return outcome
