"""Store of consents and their events. Writers hold the learner's stream lock (`consent.ledger.streams.lock`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Insert, Row, Select, and_, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from consent.errors import HistoryUnreadable, UnknownConsent
from consent.model import (
    Answer,
    ConsentEvent,
    ConsentKind,
    ConsentState,
    EventKind,
    Matter,
    Method,
    ShownText,
    Standing,
)
from consent.status import fold
from consent.tables import consent, consent_event
from consent.validation import check

_EVENT_COLUMNS = tuple(column for column in consent_event.c if column.name != "consent_id")


def open_consent(connection: Connection, matter: Matter, *, new_id: UUID, at: datetime) -> UUID:
    """Id of the consent row of this person and matter; `new_id` becomes it where there is none yet."""
    values = {
        "id": new_id,
        "learner_id": matter.learner_id,
        "kind": matter.kind.value,
        "holder": matter.holder,
        "recipient": matter.recipient,
        "purpose": matter.purpose,
        "scope": matter.scope,
        "person_id": matter.person_id,
        "opened_at": at,
    }
    connection.execute(_insert_if_absent(connection).values(values))
    found = connection.execute(select(consent.c.id).where(_is(matter))).scalar_one()
    return UUID(str(found))


def append(connection: Connection, event: Answer) -> ConsentEvent:
    """Write the next event of a consent and return it with its number.

    The caller holds the learner's lock, so no other event comes in between; the unique number is the second guard.
    Raises an `AnswerRefused` that says what is wrong with the event, or UnknownConsent.
    """
    matter = matter_of(connection, event.consent_id)
    earlier = _events(connection, consent.c.id == event.consent_id)
    check(event, fold(earlier, consent_id=event.consent_id, matter=matter, at=event.at))
    numbered = _numbered(event, len(earlier) + 1)
    connection.execute(insert(consent_event).values(_as_row(numbered)))
    return numbered


def matter_of(connection: Connection, consent_id: UUID) -> Matter:
    """What a consent is about; raises UnknownConsent."""
    row = connection.execute(select(consent).where(consent.c.id == consent_id)).one_or_none()
    if row is None:
        raise UnknownConsent(consent_id)
    return _matter(row)


def events_of(connection: Connection, learner_id: UUID, *, consent_id: UUID | None = None) -> list[ConsentEvent]:
    """Every event about a learner, or of one of its consents, oldest first."""
    wanted = consent.c.learner_id == learner_id
    if consent_id is not None:
        wanted = and_(wanted, consent.c.id == consent_id)
    return sorted(_events(connection, wanted), key=lambda event: (event.at, event.consent_id, event.number))


def states_of(
    connection: Connection,
    learner_id: UUID,
    *,
    at: datetime,
    holder: str | None = None,
    recipient: str | None = None,
    purpose: str | None = None,
    kind: ConsentKind | None = None,
) -> list[ConsentState]:
    """What each consent about a learner comes to at `at`, one query; combine them with `consent.status.effective`.

    Raises HistoryUnreadable where events are missing, so that a read refuses instead of guessing.
    """
    chosen = {"holder": holder, "recipient": recipient, "purpose": purpose, "kind": kind and kind.value}
    statement = _joined().where(consent.c.learner_id == learner_id)
    for name, value in chosen.items():
        if value is not None:
            statement = statement.where(consent.c[name] == value)
    rows = connection.execute(statement.order_by(consent.c.id, consent_event.c.number))
    return [_state(list(group), at) for _, group in groupby(rows, key=lambda row: row.consent_id)]


def lapsed(connection: Connection, *, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Learner and consent of grants whose end has come and that have no event after it; at most `limit`.

    Only a first choice, by the newest event of each consent: `append` checks again under the learner's lock.
    """
    newest = (
        select(consent_event.c.consent_id, func.max(consent_event.c.number).label("number"))
        .group_by(consent_event.c.consent_id)
        .subquery()
    )
    statement = (
        select(consent.c.learner_id, consent.c.id)
        .join(newest, newest.c.consent_id == consent.c.id)
        .join(
            consent_event,
            and_(consent_event.c.consent_id == consent.c.id, consent_event.c.number == newest.c.number),
        )
        .where(
            consent_event.c.kind.in_([EventKind.GRANTED.value, EventKind.NARROWED.value]),
            consent_event.c.valid_until <= at,
        )
        .order_by(consent_event.c.valid_until, consent.c.id)
        .limit(limit)
    )
    return [(learner_id, consent_id) for learner_id, consent_id in connection.execute(statement)]


def _insert_if_absent(connection: Connection) -> Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(consent).on_conflict_do_nothing()
    return postgresql.insert(consent).on_conflict_do_nothing()


def _is(matter: Matter) -> ColumnElement[bool]:
    return and_(
        consent.c.learner_id == matter.learner_id,
        consent.c.kind == matter.kind.value,
        consent.c.holder == matter.holder,
        consent.c.recipient == matter.recipient,
        consent.c.purpose == matter.purpose,
        consent.c.scope == matter.scope,
        consent.c.person_id == matter.person_id,
    )


def _joined() -> Select[tuple[object, ...]]:
    event = [column.label(f"event_{column.name}") for column in _EVENT_COLUMNS]
    matter = [column for column in consent.c if column.name not in ("id", "opened_at")]
    both = consent.join(consent_event, consent_event.c.consent_id == consent.c.id)
    return select(consent.c.id.label("consent_id"), *matter, *event).select_from(both)


def _events(connection: Connection, wanted: ColumnElement[bool]) -> list[ConsentEvent]:
    statement = _joined().where(wanted).order_by(consent.c.id, consent_event.c.number)
    return [_event(row) for row in connection.execute(statement)]


def _state(rows: list[Row[tuple[object, ...]]], at: datetime) -> ConsentState:
    first = rows[0]
    return fold(map(_event, rows), consent_id=first.consent_id, matter=_matter(first), at=at)


def _matter(row: Row[tuple[object, ...]]) -> Matter:
    return Matter(
        learner_id=row.learner_id,
        kind=ConsentKind(row.kind),
        holder=row.holder,
        recipient=row.recipient,
        purpose=row.purpose,
        scope=row.scope,
        person_id=row.person_id,
    )


def _event(row: Row[tuple[object, ...]]) -> ConsentEvent:
    try:
        kind, method = EventKind(row.event_kind), Method(row.event_method)
        standing = None if row.event_standing is None else Standing(row.event_standing)
    except ValueError:
        raise HistoryUnreadable(row.consent_id) from None
    return ConsentEvent(
        id=row.event_id,
        consent_id=row.consent_id,
        number=row.event_number,
        kind=kind,
        at=row.event_at,
        decided_by=row.event_decided_by,
        standing=standing,
        method=method,
        protocol_id=row.event_protocol_id,
        protocol_version=row.event_protocol_version,
        catalogue_version=row.event_catalogue_version,
        field_ids=tuple(row.event_field_ids),
        valid_from=row.event_valid_from,
        valid_until=row.event_valid_until,
        shown=_shown(row),
        sealed_reason=row.event_sealed_reason,
    )


def _shown(row: Row[tuple[object, ...]]) -> ShownText | None:
    if row.event_shown_version is None:
        return None
    return ShownText(row.event_shown_version, row.event_shown_language, row.event_shown_sha256)


def _numbered(event: Answer, number: int) -> ConsentEvent:
    fields: Iterable[str] = (name for name in Answer.__dataclass_fields__)
    return ConsentEvent(number=number, **{name: getattr(event, name) for name in fields})


def _as_row(event: ConsentEvent) -> dict[str, object]:
    shown = event.shown
    return {
        "id": event.id,
        "consent_id": event.consent_id,
        "number": event.number,
        "kind": event.kind.value,
        "at": event.at,
        "decided_by": event.decided_by,
        "standing": None if event.standing is None else event.standing.value,
        "method": event.method.value,
        "protocol_id": event.protocol_id,
        "protocol_version": event.protocol_version,
        "catalogue_version": event.catalogue_version,
        "field_ids": list(event.field_ids),
        "valid_from": event.valid_from,
        "valid_until": event.valid_until,
        "shown_version": None if shown is None else shown.version,
        "shown_language": None if shown is None else shown.language,
        "shown_sha256": None if shown is None else shown.sha256,
        "sealed_reason": event.sealed_reason,
    }
