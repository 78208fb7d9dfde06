"""All SQL of requests and objections. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, exists, func, insert, select, true, update

from consent.tables import consent, consent_event
from hub.circumstances.tables import access_request, objection
from hub.directory.tables import agency, duty_person, handle_link, office, person
from hub.notices.model import NoticeKind
from hub.notices.tables import notice


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A stored part of a request."""

    id: UUID
    agency_id: str
    learner_id: UUID
    handle_id: UUID
    acting_person_id: UUID | None
    role: str
    purpose: str
    holder_id: str
    ordinals: Sequence[int]
    goes_to: str
    scope: str | None
    sealed_words: bytes
    made_at: datetime
    answer: str | None
    answered_at: datetime | None
    sealed_answer: bytes | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """A stored objection."""

    id: UUID
    learner_id: UUID
    person_id: UUID
    holder_id: str
    recipient_id: str
    purpose: str
    ordinals: Sequence[int]
    sealed_words: bytes
    made_at: datetime
    answer_due_on: date
    answer: str | None
    answered_at: datetime | None
    sealed_answer: bytes | None
    withdrawn_at: datetime | None


_REQUEST = select(*(access_request.c[name] for name in RequestRow.__dataclass_fields__))
_OBJECTION = select(*(objection.c[name] for name in ObjectionRow.__dataclass_fields__))
_REQUEST_IS_OPEN = access_request.c.answer.is_(None) & access_request.c.withdrawn_at.is_(None)
_OBJECTION_IS_OPEN = objection.c.answer.is_(None) & objection.c.withdrawn_at.is_(None)


def _request(row: Row[Any]) -> RequestRow:
    return RequestRow(**row._mapping)


def _objection(row: Row[Any]) -> ObjectionRow:
    return ObjectionRow(**row._mapping)


# ---- who answers for a holder


def answers_for(connection: Connection, person_id: UUID) -> frozenset[str]:
    """The agencies whose duty person or designated person this active person is now."""
    of_person = (person.c.id == person_id, person.c.is_active, agency.c.is_active)
    duty = (
        select(duty_person.c.agency_id)
        .join(person, person.c.id == duty_person.c.person_id)
        .join(agency, agency.c.id == duty_person.c.agency_id)
        .where(*of_person)
    )
    designated = (
        select(office.c.agency_id)
        .join(person, person.c.id == office.c.person_id)
        .join(agency, agency.c.id == office.c.agency_id)
        .where(*of_person, office.c.office == "designated")
    )
    return frozenset(connection.execute(duty.union(designated)).scalars())


# ---- requests


def insert_request(connection: Connection, values: Mapping[str, object]) -> None:
    """Add one part of a request."""
    connection.execute(insert(access_request).values(values))


def open_requests_of(connection: Connection, *, agency_id: str, learner_id: UUID) -> int:
    """How many requests of this agency about this learner wait."""
    wanted = (access_request.c.agency_id == agency_id, access_request.c.learner_id == learner_id, _REQUEST_IS_OPEN)
    return int(connection.execute(select(func.count()).select_from(access_request).where(*wanted)).scalar_one())


def request_of(connection: Connection, *, agency_id: str, request_id: UUID) -> RequestRow | None:
    """A request that this agency made."""
    wanted = (access_request.c.agency_id == agency_id, access_request.c.id == request_id)
    row = connection.execute(_REQUEST.where(*wanted)).one_or_none()
    return None if row is None else _request(row)


def requests_of(connection: Connection, *, agency_id: str, handle_id: UUID | None, limit: int) -> list[RequestRow]:
    """The newest requests of this agency, of one of its handles or of all."""
    of_handle = true() if handle_id is None else access_request.c.handle_id == handle_id
    rows = connection.execute(
        _REQUEST.where(access_request.c.agency_id == agency_id, of_handle)
        .order_by(access_request.c.made_at.desc(), access_request.c.id.desc())
        .limit(limit)
    )
    return [_request(row) for row in rows]


def requests_to_holders(
    connection: Connection,
    holders: Collection[str],
    *,
    leaving_out: Collection[UUID],
    limit: int,
    request_id: UUID | None = None,
) -> list[RequestRow]:
    """Open requests to these holders about learners whom the holder knows now, or one of them; oldest first.

    Not about learners in `leaving_out`.
    """
    knows = exists().where(
        handle_link.c.agency_id == access_request.c.holder_id,
        handle_link.c.learner_id == access_request.c.learner_id,
        handle_link.c.until_at.is_(None),
    )
    rows = connection.execute(
        _REQUEST.where(
            access_request.c.holder_id.in_(holders),
            access_request.c.learner_id.not_in(leaving_out),
            access_request.c.goes_to == "holder",
            _REQUEST_IS_OPEN,
            knows,
            true() if request_id is None else access_request.c.id == request_id,
        )
        .order_by(access_request.c.made_at, access_request.c.id)
        .limit(limit)
    )
    return [_request(row) for row in rows]


def requests_to_family(connection: Connection, learner_id: UUID, *, limit: int) -> list[RequestRow]:
    """Open requests that wait for the family of this learner, oldest first."""
    rows = connection.execute(
        _REQUEST.where(
            access_request.c.learner_id == learner_id, access_request.c.goes_to == "family", _REQUEST_IS_OPEN
        )
        .order_by(access_request.c.made_at, access_request.c.id)
        .limit(limit)
    )
    return [_request(row) for row in rows]


def requests_that_a_family_answered(connection: Connection, *, limit: int) -> list[RequestRow]:
    """Open requests to a family about whose very question somebody has decided since they were made."""
    decided = (
        select(consent_event.c.id)
        .join(consent, consent.c.id == consent_event.c.consent_id)
        .where(
            consent.c.learner_id == access_request.c.learner_id,
            consent.c.kind == "data_sharing",
            consent.c.holder == access_request.c.holder_id,
            consent.c.recipient == access_request.c.agency_id,
            consent.c.purpose == access_request.c.purpose,
            consent.c.scope == access_request.c.scope,
            consent_event.c.kind.in_(("granted", "refused", "narrowed")),
            consent_event.c.at >= access_request.c.made_at,
        )
        .exists()
    )
    rows = connection.execute(
        _REQUEST.where(access_request.c.goes_to == "family", _REQUEST_IS_OPEN, decided)
        .order_by(access_request.c.made_at, access_request.c.id)
        .limit(limit)
    )
    return [_request(row) for row in rows]


def close_request(connection: Connection, request_id: UUID, values: Mapping[str, object]) -> bool:
    """Write an answer or a withdrawal; False where there is one already."""
    changed = connection.execute(
        update(access_request).where(access_request.c.id == request_id, _REQUEST_IS_OPEN).values(values)
    )
    return changed.rowcount == 1


# ---- objections


def insert_objection(connection: Connection, values: Mapping[str, object]) -> None:
    """Add an objection."""
    connection.execute(insert(objection).values(values))


def objections_since(connection: Connection, *, person_id: UUID, learner_id: UUID, since: datetime) -> int:
    """How many objections this person has made about this learner since then."""
    wanted = (objection.c.person_id == person_id, objection.c.learner_id == learner_id, objection.c.made_at > since)
    return int(connection.execute(select(func.count()).select_from(objection).where(*wanted)).scalar_one())


def objections_of(connection: Connection, *, person_id: UUID, learner_id: UUID, limit: int) -> list[ObjectionRow]:
    """This person's own objections about this learner, newest first."""
    rows = connection.execute(
        _OBJECTION.where(objection.c.person_id == person_id, objection.c.learner_id == learner_id)
        .order_by(objection.c.made_at.desc(), objection.c.id.desc())
        .limit(limit)
    )
    return [_objection(row) for row in rows]


def objection_of(connection: Connection, objection_id: UUID) -> ObjectionRow | None:
    """One objection, whoever's it is: the caller checks."""
    row = connection.execute(_OBJECTION.where(objection.c.id == objection_id)).one_or_none()
    return None if row is None else _objection(row)


def objections_to_holders(
    connection: Connection, holders: Collection[str], *, leaving_out: Collection[UUID], limit: int
) -> list[ObjectionRow]:
    """Open objections that these holders answer, not about learners in `leaving_out`; the first to be due first."""
    rows = connection.execute(
        _OBJECTION.where(
            objection.c.holder_id.in_(holders), objection.c.learner_id.not_in(leaving_out), _OBJECTION_IS_OPEN
        )
        .order_by(objection.c.answer_due_on, objection.c.id)
        .limit(limit)
    )
    return [_objection(row) for row in rows]


def close_objection(connection: Connection, objection_id: UUID, values: Mapping[str, object]) -> bool:
    """Answer an open objection; False where it is not open."""
    changed = connection.execute(
        update(objection).where(objection.c.id == objection_id, _OBJECTION_IS_OPEN).values(values)
    )
    return changed.rowcount == 1


def withdraw_objection(connection: Connection, objection_id: UUID, *, at: datetime) -> bool:
    """Withdraw an objection that still counts; False where it was withdrawn or rejected."""
    changed = connection.execute(
        update(objection)
        .where(
            objection.c.id == objection_id,
            objection.c.withdrawn_at.is_(None),
            objection.c.answer.is_(None) | (objection.c.answer != "rejected"),
        )
        .values(withdrawn_at=at)
    )
    return changed.rowcount == 1


def overdue_objections(connection: Connection, *, on: date, limit: int) -> list[ObjectionRow]:
    """Open objections whose last day for an answer is over and of which nobody was told that it is; oldest first."""
    is_told = exists().where(notice.c.kind == NoticeKind.OBJECTION_OVERDUE.value, notice.c.event_id == objection.c.id)
    rows = connection.execute(
        _OBJECTION.where(_OBJECTION_IS_OPEN, objection.c.answer_due_on < on, ~is_told)
        .order_by(objection.c.answer_due_on, objection.c.id)
        .limit(limit)
    )
    return [_objection(row) for row in rows]
