"""What is registered, and where each version stands, by its steps and by the calendar."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from hub.protocols import queries
from hub.protocols.book import PolicyBook
from hub.protocols.model import ENFORCED, OVER, Signed, Standing, State, Step
from hub.protocols.verify import parsed, unsigned_by
from hub.steering.ageing import end_of
from policies.canonical import digest
from policies.conditions import midnight
from policies.model import Protocol, ProtocolRef
from policies.words import Words


@dataclass(frozen=True, slots=True)
class VersionStatus:
    """One registered version. `state` is by the calendar too: a lapsed one is lapsed before its step is written.

    `is_permitting`: it decides now. `unsigned`: partners whose signature is missing or does not verify.
    """

    ref: ProtocolRef
    state: State
    is_permitting: bool
    since: datetime
    digest: bytes
    title: Words
    partners: tuple[str, ...]
    in_force_from: date
    review_on: date
    signed: tuple[Signed, ...]
    unsigned: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def verified(self) -> tuple[Signed, ...]:
        """Signatures that verify now, by agency."""
        good = (one for one in self.signed if one.agency_id not in self.unsigned)
        return tuple(sorted(good, key=lambda one: one.agency_id))


def status(
    connection: Connection, book: PolicyBook, *, at: datetime, partner: str | None = None
) -> Sequence[VersionStatus]:
    """Every registered version that can be read, or those that this agency is a partner of; sorted."""
    versions = queries.all_versions(connection)
    siblings = [one for one, _ in versions]
    lines = [_line(connection, book, one, since=since, siblings=siblings, at=at) for one, since in versions]
    return [line for line in lines if line is not None and partner in (None, *line.partners)]


def unreadable(connection: Connection, book: PolicyBook) -> Sequence[ProtocolRef]:
    """Registered versions of which the document can't be read, or is not the one that was proposed."""
    versions = [one for one, _ in queries.all_versions(connection)]
    return [one.ref for one in versions if _document(connection, book, one) is None]


def _line(
    connection: Connection,
    book: PolicyBook,
    one: Standing,
    *,
    since: datetime,
    siblings: Sequence[Standing],
    at: datetime,
) -> VersionStatus | None:
    protocol = _document(connection, book, one)
    if protocol is None:
        return None
    unsigned = unsigned_by(connection, protocol, book.catalogue)
    end = end_of(book, connection, protocol, siblings)
    state = one.state
    if state in ENFORCED - OVER and end is not None and at >= end.at:
        state = end.state
    has_begun = at >= midnight(protocol.in_force_from)
    return VersionStatus(
        ref=one.ref,
        state=state,
        is_permitting=state is State.IN_FORCE and has_begun and not unsigned and end is not None,
        since=since,
        digest=one.digest,
        title=protocol.title,
        partners=tuple(sorted(protocol.partners)),
        in_force_from=protocol.in_force_from,
        review_on=protocol.review_on,
        signed=tuple(queries.signatures_of(connection, one.ref).values()),
        unsigned=unsigned,
        steps=tuple(queries.steps_of(connection, one.ref)),
    )


def _document(connection: Connection, book: PolicyBook, one: Standing) -> Protocol | None:
    protocol = parsed(connection, one.ref, book.catalogue)
    same = protocol is not None and hmac.compare_digest(digest(protocol, book.catalogue), one.digest)
    return protocol if same else None
