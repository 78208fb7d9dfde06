"""Who is meant by a notice, worked out when it is told: the accountable person may have changed since."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.directory.model import Office
from hub.directory.offices import holder_of
from hub.directory.ties import day_of
from hub.notices.model import OF_AGENCY, AudienceRole, Leased, NoticeKind
from hub.telling import queries
from hub.telling.errors import MayNotKnow, NobodyToTell


def recipient_now(connection: Connection, leased: Leased, *, at: datetime) -> UUID:
    """The one person to tell of this notice at `at`.

    Raises:
        NobodyToTell: the role has nobody active in it; that is a fault of the set-up, and is tried again.
        MayNotKnow: the named person is out of use, or has no tie to the learner any more; or it is about an override
            that the accountable person must not know of (somebody else was told in their place).
    """
    named = leased.audience.role is AudienceRole.PERSON
    found = _named(connection, leased, at=at) if named else _of_role(connection, leased)
    if found is None:
        raise NobodyToTell(leased.id)
    if queries.is_kept_from(connection, leased.id, found):
        # An office has changed hands since: a person must look whom to tell, so it is not let go of.
        raise NobodyToTell(leased.id) if leased.audience.role in OF_AGENCY else MayNotKnow(leased.id)
    if not named and _is_family(connection, leased, found, at=at):
        raise NobodyToTell(leased.id) if leased.audience.role in OF_AGENCY else MayNotKnow(leased.id)
    return found


_FOR_THE_HOLDER = frozenset(
    (
        NoticeKind.SHARING_OBJECTED,
        NoticeKind.OBJECTION_OVERDUE,
        NoticeKind.OBJECTION_WITHDRAWN,
        NoticeKind.ACCESS_REQUESTED,
    )
)
"""Kinds by which somebody in an office must not learn what was said about a learner of their own family."""


def _is_family(connection: Connection, leased: Leased, person_id: UUID, *, at: datetime) -> bool:
    if leased.learner_id is None or leased.kind not in _FOR_THE_HOLDER:
        return False
    return queries.has_tie(connection, person_id=person_id, learner_id=leased.learner_id, on=day_of(at))


def _of_role(connection: Connection, leased: Leased) -> UUID | None:
    if leased.audience.role in OF_AGENCY:
        return None if leased.agency_id is None else _of_agency(connection, leased.audience.role, leased.agency_id)
    return None if leased.learner_id is None else queries.accountable_now(connection, leased.learner_id)


def _of_agency(connection: Connection, role: AudienceRole, agency_id: str) -> UUID | None:
    if role is AudienceRole.DUTY:
        return queries.duty_now(connection, agency_id)
    return holder_of(connection, agency_id, _OFFICES[role])


_OFFICES = {AudienceRole.SAFEGUARDING: Office.SAFEGUARDING, AudienceRole.DESIGNATED: Office.DESIGNATED}


def _named(connection: Connection, leased: Leased, *, at: datetime) -> UUID:
    person_id = leased.audience.person_id
    if person_id is None or not queries.is_active(connection, person_id):
        raise MayNotKnow(leased.id)
    if leased.learner_id is None or queries.accountable_now(connection, leased.learner_id) == person_id:
        return person_id
    if not queries.has_tie(connection, person_id=person_id, learner_id=leased.learner_id, on=day_of(at)):
        raise MayNotKnow(leased.id)
    return person_id
