"""What the API asks of the hub; `hub.wiring` implements it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast
from uuid import UUID

from flask import current_app

from hub.asking.model import NewRequest, RequestLine
from hub.consenting.model import ConsentLine
from hub.directory.model import Principal
from hub.safeguarding.model import Made, Override
from hub.sharing.explained import Explained
from hub.sharing.model import Disclosure, RecordQuery
from hub.steering.status import VersionStatus
from hub.syncing.model import RowReport
from policies.matrix import Matrix
from policies.model import ProtocolRef

EXTENSION = "dolen_api"


class OverrideUseCases(Protocol):
    """What a partner's system may do about overrides."""

    def begin_override(self, principal: Principal, person_id: UUID, new: Override) -> Made:
        """Make an override in the name of a person of the caller's agency; nobody is confirmed by a token."""
        ...


class ApiExplaining(Protocol):
    """Why, for agency systems."""

    def to_recipient(self, principal: Principal, handle_id: UUID, fields: Sequence[str] | None = None) -> Explained:
        """Why this caller may or may not see each field of this learner now; nothing is opened or recorded."""
        ...


class MatrixUseCases(Protocol):
    """The matrix of who may see what of whom."""

    def now(self) -> Matrix:
        """As the protocols in force are at this moment."""
        ...


class RegisterUseCases(Protocol):
    """The register of protocols."""

    def status(self, *, partner: str | None = None) -> Sequence[VersionStatus]:
        """Registered versions that this agency is a partner of."""
        ...


class PolicyDeskUseCases(Protocol):
    """Checking, comparing and accounting for protocols."""

    def check(self, content: bytes) -> Mapping[str, object]:
        """Everything wrong with a draft."""
        ...

    def difference(self, agency_id: str, *, before: ProtocolRef, after: ProtocolRef) -> Mapping[str, object]:
        """What differs between two registered versions that name this agency; raises UnknownProtocol."""
        ...

    def records(self, agency_id: str) -> Mapping[str, object]:
        """The register of processing of this agency."""
        ...


class AskingApi(Protocol):
    """Requests for withheld fields, for the agency of the caller."""

    def ask(self, principal: Principal, new: NewRequest) -> Sequence[RequestLine]:
        """Write a request down; answers with its parts."""
        ...

    def requests(self, principal: Principal, handle_id: UUID | None = None) -> Sequence[RequestLine]:
        """The agency's own requests, newest first; of one of its handles, or of all."""
        ...

    def request(self, principal: Principal, request_id: UUID) -> RequestLine:
        """One of them; raises NotForYou."""
        ...

    def withdraw_request(self, principal: Principal, request_id: UUID) -> RequestLine:
        """Take one back that waits; raises NotForYou or AnsweredAlready."""
        ...


class ApiUseCases(Protocol):
    """The use cases of agency systems. `principal` is who asks, as the access token says."""

    @property
    def safeguarding(self) -> OverrideUseCases:
        """Overrides."""
        ...

    @property
    def explaining(self) -> ApiExplaining:
        """Why."""
        ...

    @property
    def matrix(self) -> MatrixUseCases:
        """Who may see what of whom."""
        ...

    @property
    def protocols(self) -> RegisterUseCases:
        """Protocol versions, their states and signatures."""
        ...

    @property
    def policy(self) -> PolicyDeskUseCases:
        """Checking, comparing and accounting for protocols."""
        ...

    @property
    def asking(self) -> AskingApi:
        """Requests for withheld fields."""
        ...

    def disclose(self, principal: Principal, handle_id: UUID, query: RecordQuery) -> Disclosure:
        """What this caller may see of this learner now, recorded."""
        ...

    def lookup(self, principal: Principal, identifiers: Sequence[tuple[str, str]]) -> UUID | None:
        """The caller's own handle for the learner with these identifiers (kind, value); None: unknown or not theirs."""
        ...

    def push(self, principal: Principal, kind: str, content: bytes) -> RowReport:
        """Take in one small source of this kind for the caller's agency."""
        ...

    def consents_for(self, principal: Principal, handle_id: UUID) -> Sequence[ConsentLine]:
        """Consents about this learner that name the caller's agency as holder or recipient."""
        ...

    def disclosure_of(self, principal: Principal, disclosure_id: UUID) -> Mapping[str, object]:
        """A disclosure that was made to the caller's agency, as JSON without values; raises NotKnownHere."""
        ...

    def checkpoint(self) -> bytes | None:
        """The newest signed checkpoint of the ledger; None before the first."""
        ...

    def readiness(self) -> Mapping[str, str]:
        """The state of each component by name: `ok`, or a short code for what is wrong. No text from outside."""
        ...


def use_cases() -> ApiUseCases:
    """The hub of the application that answers this request."""
    return cast(ApiUseCases, current_app.extensions[EXTENSION])
