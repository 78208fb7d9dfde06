"""In which roles of its agency's protocols a person may act. Nothing follows from a job title: no row, no role."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.directory.errors import UnknownPerson
from hub.directory.queries import acting_roles, parties


def let_act(connection: Connection, *, person_id: UUID, role: str, at: datetime) -> None:
    """Let a person act in a role of a protocol, for the agency that they work for; a second time changes nothing.

    Raises UnknownPerson for family and for who is not active. Whether a protocol knows the role is asked at each act.
    """
    found = parties.person_by_id(connection, person_id)
    if found is None or not found.is_active or found.agency_id is None:
        raise UnknownPerson(person_id)
    if role not in roles_of(connection, person_id):
        acting_roles.add_role(connection, agency_id=found.agency_id, person_id=person_id, role=role, at=at)


def stop_acting(connection: Connection, *, person_id: UUID, role: str) -> bool:
    """Let a person act in this role no longer, from the next act on; False where they could not."""
    return acting_roles.take_role(connection, person_id=person_id, role=role)


def roles_of(connection: Connection, person_id: UUID) -> frozenset[str]:
    """The roles in which this active person may act now, for the agency that they work for."""
    return acting_roles.roles_of(connection, person_id)
