"""All SQL about the offices of partners. Nothing here commits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from hub.directory.model import Office
from hub.directory.tables import office, person


def set_office(connection: Connection, *, agency_id: str, holds: Office, person_id: UUID, at: datetime) -> None:
    """Name who holds the agency's office in place of the one before."""
    values = {"person_id": person_id, "named_at": at}
    here = (office.c.agency_id == agency_id, office.c.office == holds.value)
    if connection.execute(update(office).where(*here).values(values)).rowcount == 0:
        connection.execute(insert(office).values(agency_id=agency_id, office=holds.value, **values))


def holder_of(connection: Connection, agency_id: str, holds: Office) -> UUID | None:
    """Who holds this office of the agency now, if active."""
    statement = (
        select(person.c.id)
        .join(office, office.c.person_id == person.c.id)
        .where(office.c.agency_id == agency_id, office.c.office == holds.value, person.c.is_active)
    )
    return connection.execute(statement).scalar_one_or_none()


def offices_of(connection: Connection, person_id: UUID) -> frozenset[tuple[str, Office]]:
    """(agency, office) of everything that this active person holds now."""
    statement = (
        select(office.c.agency_id, office.c.office)
        .join(person, person.c.id == office.c.person_id)
        .where(office.c.person_id == person_id, person.c.is_active)
        .order_by(office.c.agency_id, office.c.office)
    )
    return frozenset((row.agency_id, Office(row.office)) for row in connection.execute(statement))
