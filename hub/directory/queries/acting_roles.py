"""In which protocol roles people may act."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select

from hub.directory.tables import acting_role, person


def roles_of(connection: Connection, person_id: UUID) -> frozenset[str]:
    """The roles of this active person at the agency that they work for."""
    statement = (
        select(acting_role.c.role)
        .join(person, (person.c.id == acting_role.c.person_id) & (person.c.agency_id == acting_role.c.agency_id))
        .where(acting_role.c.person_id == person_id, person.c.is_active)
    )
    return frozenset(connection.execute(statement).scalars())


def add_role(connection: Connection, *, agency_id: str, person_id: UUID, role: str, at: datetime) -> None:
    """Add a role that the person does not have."""
    row = {"agency_id": agency_id, "person_id": person_id, "role": role, "named_at": at}
    connection.execute(insert(acting_role).values(row))


def take_role(connection: Connection, *, person_id: UUID, role: str) -> bool:
    """Take a role away; False where there was none."""
    gone = connection.execute(
        delete(acting_role).where(acting_role.c.person_id == person_id, acting_role.c.role == role)
    )
    return gone.rowcount > 0
