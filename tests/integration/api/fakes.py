"""A hand-written hub behind the API, for the shape of requests and answers. The journeys run against the real one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from apiflask import APIFlask

import policies
from connectors.registry import connector
from hub import api, problems
from hub.asking.errors import AllowedAlready
from hub.asking.errors import NotForYou as NotTheirs
from hub.asking.model import NewRequest, RequestLine
from hub.consenting.model import ConsentLine
from hub.directory.model import Principal
from hub.oauth import endpoints
from hub.protocols.errors import UnknownProtocol
from hub.protocols.model import Signed, State
from hub.safeguarding.errors import NotForYou
from hub.safeguarding.model import Made, Override
from hub.sharing.errors import NotKnownHere, PurposeMissing
from hub.sharing.explained import Explained
from hub.sharing.model import Disclosure, RecordQuery, ShownRecord, Withheld
from hub.steering import compared, records
from hub.steering.checked import check_draft
from hub.steering.status import VersionStatus
from hub.syncing.model import RowReport
from policies import NO_FACTS, AccessRequest, compile_snapshot, load_catalogue
from policies.difference import difference
from policies.matrix import Matrix, matrix
from policies.model import ProtocolRef
from policies.protocols import load_protocol
from policies.told import to_recipient
from tests.integration.oauth.world import Clock, Partner, World

AT = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
KNOWN = UUID("01957000-0000-7000-8000-000000000001")
DISCLOSURE = UUID("01957000-0000-7000-8000-000000000002")
RECORD = UUID("01957000-0000-7000-8000-000000000003")
HUBS_OWN_ID = UUID("01957000-0000-7000-8000-00000000dead")
CATALOGUE = load_catalogue()
SAMPLE = load_protocol(Path(policies.__file__).parent / "samples" / "three-partners.yaml", CATALOGUE)
FIELDS = ("identity.given_name", "health.speech.fluency", "health.clinic")
UPN = "A123456789012"


@dataclass(frozen=True)
class FakeExplaining:
    """Answers from the sample protocol about the one learner."""

    hub: FakeHub

    def to_recipient(self, principal: Principal, handle_id: UUID, fields: Sequence[str] | None = None) -> Explained:
        self.hub.note(principal, handle_id, fields)
        if not principal.purpose:
            raise PurposeMissing
        if handle_id != KNOWN:
            raise NotKnownHere
        request = AccessRequest(
            "dyffryn-education", "alnco", "aln-plan", "afon-health", CATALOGUE.mask(fields or FIELDS), AT
        )
        snapshot = compile_snapshot(CATALOGUE, [SAMPLE])
        told = to_recipient(snapshot, request, NO_FACTS)
        return Explained(AT, "education", principal.role, principal.purpose, told, CATALOGUE, snapshot.protocols)


@dataclass(frozen=True)
class FakeMatrix:
    """The matrix of the sample protocol."""

    hub: FakeHub

    def now(self) -> Matrix:
        self.hub.note()
        return matrix(compile_snapshot(CATALOGUE, [SAMPLE]), at=AT)


@dataclass(frozen=True)
class FakeRegister:
    """One proposed version of the sample protocol; a second signature is there that does not verify."""

    hub: FakeHub

    def status(self, *, partner: str | None = None) -> Sequence[VersionStatus]:
        self.hub.note(partner)
        signed = tuple(
            Signed(agency, "key-1", bytes(64), SAMPLE.title, AT.date(), AT)
            for agency in ("dyffryn-education", "afon-health")
        )
        found = VersionStatus(
            ref=SAMPLE.ref,
            state=State.PROPOSED,
            is_permitting=False,
            since=AT,
            digest=b"\xab" * 32,
            title=SAMPLE.title,
            partners=tuple(sorted(SAMPLE.partners)),
            in_force_from=SAMPLE.in_force_from,
            review_on=SAMPLE.review_on,
            signed=signed,
            unsigned=("dyffryn-education",),
            steps=(),
        )
        return [found]


@dataclass(frozen=True)
class FakePolicyDesk:
    """Checks drafts with the catalogue alone; compares and registers the sample protocol, whoever asks."""

    hub: FakeHub

    def check(self, content: bytes) -> Mapping[str, object]:
        self.hub.note()
        return check_draft(content, CATALOGUE, on=AT.date()).as_json()

    def difference(self, agency_id: str, *, before: ProtocolRef, after: ProtocolRef) -> Mapping[str, object]:
        self.hub.note(agency_id)
        for ref in (before, after):
            if ref != SAMPLE.ref:
                raise UnknownProtocol(ref)
        return compared.as_json(difference(SAMPLE, SAMPLE, CATALOGUE), SAMPLE, SAMPLE)

    def records(self, agency_id: str) -> Mapping[str, object]:
        self.hub.note(agency_id)
        return records.as_json([SAMPLE], CATALOGUE, [], partner=None, written=False)


REQUEST = UUID("01957000-0000-7000-8000-000000000004")


@dataclass
class FakeAsking:
    """Knows one request, and keeps what it was asked in its hub's list."""

    hub: FakeHub

    def ask(self, principal: Principal, new: NewRequest) -> Sequence[RequestLine]:
        self.hub.note(principal, new)
        if new.handle_id != KNOWN:
            raise NotKnownHere
        if "health.growth.height" in new.field_ids:
            raise AllowedAlready
        return [self._line(new.field_ids)]

    def requests(self, principal: Principal, handle_id: UUID | None = None) -> Sequence[RequestLine]:
        self.hub.note(principal, handle_id)
        return [self._line(("health.speech.fluency",))]

    def request(self, principal: Principal, request_id: UUID) -> RequestLine:
        self.hub.note(principal, request_id)
        if request_id != REQUEST:
            raise NotTheirs
        return self._line(("health.speech.fluency",))

    def withdraw_request(self, principal: Principal, request_id: UUID) -> RequestLine:
        line = self.request(principal, request_id)
        return replace(line, status="withdrawn")

    def _line(self, fields: tuple[str, ...]) -> RequestLine:
        return RequestLine(
            REQUEST, KNOWN, "health", "aln-plan", "alnco", fields, "holder", AT, "declined", AT, "Ask the clinic"
        )


@dataclass
class FakeHub:
    """Knows one learner, and keeps what it was asked. `fails_with` is raised by every use case."""

    asked: list[object] = field(default_factory=list)
    fails_with: Exception | None = None
    checks: dict[str, str] = field(default_factory=lambda: {"database": "ok", "keys": "ok"})
    signed: bytes | None = b"dolen.example/ledger\n1\nAAAA\n"

    @property
    def matrix(self) -> FakeMatrix:
        return FakeMatrix(self)

    @property
    def protocols(self) -> FakeRegister:
        return FakeRegister(self)

    @property
    def policy(self) -> FakePolicyDesk:
        return FakePolicyDesk(self)

    @property
    def asking(self) -> FakeAsking:
        return FakeAsking(self)

    def disclose(self, principal: Principal, handle_id: UUID, query: RecordQuery) -> Disclosure:
        self._asked(principal, handle_id, query)
        if not principal.purpose:
            raise PurposeMissing
        if handle_id != KNOWN:
            raise NotKnownHere
        shown = ShownRecord(RECORD, 2, "health", AT, {"health.speech.receptive_language": {"score": "71.5"}})
        hidden = Withheld("social.care.status", "social", "Ask social services.", "Gofynnwch i'r gwasanaethau.")
        return Disclosure(
            DISCLOSURE,
            AT,
            handle_id,
            "education",
            principal.purpose,
            principal.role,
            ("p/1",),
            (shown,),
            (hidden,),
            None,
        )

    def lookup(self, principal: Principal, identifiers: Sequence[tuple[str, str]]) -> UUID | None:
        self._asked(principal, identifiers)
        return KNOWN if ("upn", UPN) in identifiers else None

    def push(self, principal: Principal, kind: str, content: bytes) -> RowReport:
        self._asked(principal, kind, content)
        connector(kind)
        report = RowReport(kind=kind, source="push", created=1)
        report.quarantine("no-key")
        return report

    def consents_for(self, principal: Principal, handle_id: UUID) -> Sequence[ConsentLine]:
        self._asked(principal, handle_id)
        if handle_id != KNOWN:
            raise NotKnownHere
        fields = ("health.speech.receptive_language",)
        return [ConsentLine(DISCLOSURE, HUBS_OWN_ID, "granted", "health", "education", "aln-plan", fields, AT, None)]

    def disclosure_of(self, principal: Principal, disclosure_id: UUID) -> Mapping[str, object]:
        self._asked(principal, disclosure_id)
        if disclosure_id != DISCLOSURE:
            raise NotKnownHere
        return {
            "disclosure_id": str(DISCLOSURE),
            "at": AT.isoformat(),
            "learner": str(KNOWN),
            "recipient": "education",
            "purpose": "aln-plan",
            "role": "aln-coordinator",
            "protocols": ["p/1"],
            "records": [
                {"record_id": str(RECORD), "version": 2, "holder": "health", "fields": ["health.growth.height"]}
            ],
        }

    @property
    def safeguarding(self) -> FakeHub:
        return self

    def begin_override(self, principal: Principal, person_id: UUID, new: Override) -> Made:
        self._asked(principal, person_id, new)
        if new.handle_id != KNOWN:
            raise NotForYou
        return Made(DISCLOSURE, AT, AT + timedelta(hours=1), AT + timedelta(hours=new.hours))

    def checkpoint(self) -> bytes | None:
        self._asked()
        return self.signed

    def readiness(self) -> Mapping[str, str]:
        self._asked()
        return self.checks

    @property
    def explaining(self) -> FakeExplaining:
        return FakeExplaining(self)

    def note(self, *what: object) -> None:
        """For parts of this hub: what was asked."""
        self._asked(*what)

    def _asked(self, *what: object) -> None:
        self.asked.append(what)
        if self.fails_with is not None:
            raise self.fails_with


@dataclass
class ApiWorld(World):
    """A hub with its authorization server, its API and its problem documents."""

    hub: FakeHub = field(default_factory=FakeHub)

    def __post_init__(self) -> None:
        self.app = make_api(self)


def make_api(world: ApiWorld) -> APIFlask:
    """The application without its pages."""
    app = api.make_app("api_tests")
    endpoints.register(app, engine=world.engine, settings=world.settings, clock=world.clock)
    api.register(app, world.hub, settings=world.settings)
    problems.register(app)
    return app


def authorised(partner: Partner, *, scope: str = "records:read", **changed: object) -> dict[str, str]:
    """The header of a request with a fresh token."""
    return {"Authorization": f"Bearer {partner.token(scope=scope, **changed)}"}


__all__ = ["ApiWorld", "Clock", "FakeHub", "Partner", "authorised", "make_api"]
