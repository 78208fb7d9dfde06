"""Sealing of words, ledger entries and notices of this room, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from hub.directory import links, ties
from hub.directory.model import Office
from hub.directory.offices import holder_of
from hub.directory.streams import LedgerEvent, write_events
from hub.notices.model import ACCOUNTABLE, SAFEGUARDING, Audience, NewNotice, NoticeKind
from hub.notices.write import write_notices
from hub.safeguarding import queries
from hub.safeguarding.queries import OverrideRow
from hub.sealing.model import SubjectKey
from hub.sealing.text import seal_text
from policies.fields import Catalogue
from policies.model import Basis
from policies.snapshot import Snapshot


def sealed(key: SubjectKey, purpose: str, words: str) -> bytes:
    """Words of this room under the learner's key; `purpose` names column and row."""
    return seal_text(key, owner=key.owner, purpose=purpose, data=words.encode())


def words_purpose(override_id: UUID) -> str:
    """Purpose of the words with which an override was made."""
    return f"override.words/{override_id}"


def evidence_purpose(bar_id: UUID) -> str:
    """Purpose of a bar's evidence."""
    return f"bar.evidence/{bar_id}"


def write_bar_event(
    connection: Connection,
    key: SubjectKey,
    kind: Kind,
    *,
    learner_id: UUID,
    bar_id: UUID,
    handles: Sequence[UUID],
    body: Mapping[str, Json],
    at: datetime,
) -> None:
    """In the streams of the acting agency's handles and nowhere else: a hidden location protects from a parent."""
    event = LedgerEvent(kind, {"bar": str(bar_id), **body}, bar_id, handles=handles)
    write_events(connection, {key.owner: key}, [(learner_id, event)], at=at)


def write_override_event(
    connection: Connection,
    key: SubjectKey,
    kind: Kind,
    row: OverrideRow,
    *,
    holders: frozenset[str],
    body: Mapping[str, Json],
    at: datetime,
) -> None:
    """In the streams of the acting agency, of the holders whose fields it names, and of everybody with sight who may
    know: whoever it is kept from has no entry, and so no gap in their numbers.
    """
    kept = queries.kept_from(connection, row.agency_id, row.id)
    sight = [one.person_id for one in ties.people_with_sight(connection, row.learner_id, at=at)]
    touched = holders | {row.agency_id}
    event = LedgerEvent(
        kind,
        {"override": str(row.id), "agency": row.agency_id, "role": row.role, "purpose": row.purpose, **body},
        row.id,
        handles=[handle for agency, handle in links.handles_of(connection, row.learner_id) if agency in touched],
        sight=[person for person in sight if person not in kept],
    )
    write_events(connection, {key.owner: key}, [(row.learner_id, event)], at=at)


def holders_of(snapshot: Snapshot, row: OverrideRow) -> frozenset[str]:
    """Holders of whose records a row in force lets this override open one of its fields."""
    named = sum(1 << ordinal for ordinal in set(row.ordinals))
    return frozenset(
        holder
        for (recipient, purpose, role, holder), cells in snapshot.cells.items()
        if (recipient, purpose, role) == (row.agency_id, row.purpose, row.role)
        and any(rule.mask & named for cell in cells for rule in cell.rules if rule.basis is Basis.OVERRIDE_ONLY)
    )


def fields_of(catalogue: Catalogue, ordinals: Sequence[int]) -> tuple[str, ...]:
    """Ids of the fields with these ordinals."""
    return tuple(catalogue.ids(sum(1 << ordinal for ordinal in set(ordinals)) & catalogue.everything))


def bar_audiences(connection: Connection, agency_id: str) -> list[Audience]:
    """Who is told of a bar: the accountable person, and the lead of the agency that set it, where it has one."""
    lead = holder_of(connection, agency_id, Office.SAFEGUARDING)
    return [ACCOUNTABLE] if lead is None else [ACCOUNTABLE, SAFEGUARDING]


def tell(
    connection: Connection,
    told: Sequence[tuple[NoticeKind, Audience]],
    *,
    event_id: UUID,
    learner_id: UUID,
    agency_id: str,
    at: datetime,
) -> None:
    """Write notices about one bar or override; telling asks again whether each reader may know."""
    rows = [NewNotice(kind, event_id, audience, learner_id=learner_id, agency_id=agency_id) for kind, audience in told]
    write_notices(connection, rows, at=at)
