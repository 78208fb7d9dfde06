"""The offices of a partner: its designated person, who signs protocols, and its safeguarding lead. One person each."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.directory.errors import UnknownAgency, UnknownPerson
from hub.directory.model import Office
from hub.directory.queries import offices, parties
from hub.directory.queries.offices import holder_of, offices_of

__all__ = ["holder_of", "name_office", "offices_of"]


def name_office(connection: Connection, *, agency_id: str, holds: Office, person_id: UUID, at: datetime) -> None:
    """Name who holds an office of the agency, in place of the one before.

    Raises UnknownAgency; UnknownPerson when the person is not active or not one of the agency's own.
    """
    if parties.agency_by_id(connection, agency_id) is None:
        raise UnknownAgency(agency_id)
    found = parties.person_by_id(connection, person_id)
    if found is None or not found.is_active or found.agency_id != agency_id:
        raise UnknownPerson(person_id)
    offices.set_office(connection, agency_id=agency_id, holds=holds, person_id=person_id, at=at)
