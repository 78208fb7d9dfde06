"""SQL of consents and their events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from itertools import groupby
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Insert, Row, Select, and_, bindparam, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from consent.errors import HistoryUnreadable
from consent.model import ConsentEvent, ConsentKind, EventKind, Matter, Method, ShownText, Standing
from consent.tables import consent, consent_event

_EVENT_COLUMNS = tuple(column for column in consent_event.c if column.name != "consent_id")


def ensure(connection: Connection, matter: Matter, *, new_id: UUID, at: datetime) -> UUID:
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
    found: UUID = connection.execute(select(consent.c.id).where(_is(matter))).scalar_one()
    return found


def matter(connection: Connection, consent_id: UUID) -> Matter | None:
    """What a consent is about."""
    row = connection.execute(select(consent).where(consent.c.id == consent_id)).one_or_none()
    return None if row is None else _matter(row)


def events_of_consent(connection: Connection, consent_id: UUID) -> list[ConsentEvent]:
    """A consent's events in order of number."""
    return [_event(row) for row in connection.execute(_in_order().where(consent.c.id == consent_id))]


def events_of_learner(connection: Connection, learner_id: UUID) -> list[ConsentEvent]:
    """Every event about a learner, consent by consent."""
    return [_event(row) for row in connection.execute(_in_order().where(consent.c.learner_id == learner_id))]


def histories(
    connection: Connection, learner_id: UUID, chosen: Mapping[str, str | ConsentKind | None]
) -> Iterator[tuple[UUID, Matter, list[ConsentEvent]]]:
    """Each consent about a learner whose columns are as `chosen` (None: any), with its events."""
    wanted = {name: str(value) for name, value in chosen.items() if value is not None}
    found = connection.execute(_histories(*sorted(wanted)), {"learner": learner_id, **wanted})
    for consent_id, rows in groupby(found, key=lambda row: row.consent_id):
        group = list(rows)
        yield consent_id, _matter(group[0]), [_event(row) for row in group]


def write(connection: Connection, event: ConsentEvent) -> None:
    """Insert one event; the unique number refuses a second writer."""
    connection.execute(insert(consent_event).values(_as_row(event)))


def lapsed(connection: Connection, *, at: datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Learner and consent whose newest event is a grant or narrowing whose end has come, the longest over first."""
    newest = (
        select(consent_event.c.consent_id, func.max(consent_event.c.number).label("number"))
        .group_by(consent_event.c.consent_id)
        .subquery()
    )
    is_newest = and_(consent_event.c.consent_id == consent.c.id, consent_event.c.number == newest.c.number)
    statement = (
        select(consent.c.learner_id, consent.c.id)
        .join(newest, newest.c.consent_id == consent.c.id)
        .join(consent_event, is_newest)
        .where(
            consent_event.c.kind.in_([EventKind.GRANTED.value, EventKind.NARROWED.value]),
            consent_event.c.valid_until <= at,
        )
        .order_by(consent_event.c.valid_until, consent.c.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in connection.execute(statement)]


def _insert_if_absent(connection: Connection) -> Insert:
    if connection.dialect.name == "sqlite":
        return sqlite.insert(consent).on_conflict_do_nothing()
    return postgresql.insert(consent).on_conflict_do_nothing()


def _is(wanted: Matter) -> ColumnElement[bool]:
    return and_(
        consent.c.learner_id == wanted.learner_id,
        consent.c.kind == wanted.kind.value,
        consent.c.holder == wanted.holder,
        consent.c.recipient == wanted.recipient,
        consent.c.purpose == wanted.purpose,
        consent.c.scope == wanted.scope,
        consent.c.person_id == wanted.person_id,
    )


def _in_order() -> Select[tuple[object, ...]]:
    event = [column.label(f"event_{column.name}") for column in _EVENT_COLUMNS]
    about = [column for column in consent.c if column.name not in ("id", "opened_at")]
    both = consent.join(consent_event, consent_event.c.consent_id == consent.c.id)
    selected = select(consent.c.id.label("consent_id"), *about, *event).select_from(both)
    return selected.order_by(consent.c.id, consent_event.c.number)


@cache
def _histories(*names: str) -> Select[tuple[object, ...]]:
    """Built once for each choice of columns: every read runs it, and building it costs more than running it."""
    statement = _in_order().where(consent.c.learner_id == bindparam("learner"))
    for name in names:
        statement = statement.where(consent.c[name] == bindparam(name))
    return statement


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
