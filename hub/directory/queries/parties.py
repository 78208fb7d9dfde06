"""Agencies, clients, people and duty persons."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Select, insert, select, update
from sqlalchemy.exc import IntegrityError

from hub.directory.errors import EmailTaken
from hub.directory.model import Agency, Client, Person, PersonRole, Sector
from hub.directory.tables import agency, client, duty_person, person


def _agencies() -> Select[Any]:
    return select(agency, duty_person.c.person_id.label("duty_person_id")).outerjoin(
        duty_person, duty_person.c.agency_id == agency.c.id
    )


def _agency(row: Row[Any]) -> Agency:
    return Agency(
        id=row.id,
        sector=Sector(row.sector),
        name_en=row.name_en,
        name_cy=row.name_cy,
        is_active=row.is_active,
        duty_person_id=row.duty_person_id,
    )


def agency_by_id(connection: Connection, agency_id: str) -> Agency | None:
    """The agency with this id, active or not."""
    row = connection.execute(_agencies().where(agency.c.id == agency_id)).one_or_none()
    return None if row is None else _agency(row)


def all_agencies(connection: Connection) -> list[Agency]:
    """Every agency, in order of id."""
    return [_agency(row) for row in connection.execute(_agencies().order_by(agency.c.id))]


def insert_agency(connection: Connection, new: Agency, *, at: datetime) -> None:
    """Add an agency; its duty person is named apart, when there are people."""
    connection.execute(
        insert(agency).values(
            id=new.id,
            sector=new.sector.value,
            name_en=new.name_en,
            name_cy=new.name_cy,
            is_active=new.is_active,
            created_at=at,
        )
    )


def set_duty_person(connection: Connection, *, agency_id: str, person_id: UUID, at: datetime) -> None:
    """Name the agency's duty person in place of the one before."""
    values = {"person_id": person_id, "named_at": at}
    changed = connection.execute(update(duty_person).where(duty_person.c.agency_id == agency_id).values(values))
    if changed.rowcount == 0:
        connection.execute(insert(duty_person).values(agency_id=agency_id, **values))


def client_by_id(connection: Connection, client_id: str) -> Client | None:
    """The OAuth client with this id, active or not."""
    row = connection.execute(select(client).where(client.c.client_id == client_id)).one_or_none()
    return None if row is None else _client(row)


def clients_of(connection: Connection, agency_id: str) -> list[Client]:
    """The clients of one agency, in order of their ids."""
    rows = connection.execute(select(client).where(client.c.agency_id == agency_id).order_by(client.c.client_id))
    return [_client(row) for row in rows]


def _client(row: Row[Any]) -> Client:
    return Client(
        client_id=row.client_id,
        agency_id=row.agency_id,
        profile=row.profile,
        jwks=json.dumps(row.jwks),
        token_endpoint_auth_signing_alg=row.token_endpoint_auth_signing_alg,
        scopes=tuple(row.scopes),
        purposes=tuple(row.purposes),
        roles=tuple(row.roles),
        is_active=row.is_active,
    )


def insert_client(connection: Connection, new: Client, *, at: datetime) -> None:
    """Add an OAuth client."""
    connection.execute(
        insert(client).values(
            client_id=new.client_id,
            agency_id=new.agency_id,
            profile=new.profile,
            jwks=json.loads(new.jwks),
            token_endpoint_auth_signing_alg=new.token_endpoint_auth_signing_alg,
            scopes=list(new.scopes),
            purposes=list(new.purposes),
            roles=list(new.roles),
            is_active=new.is_active,
            created_at=at,
        )
    )


def set_client_active(connection: Connection, client_id: str, *, is_active: bool) -> bool:
    """Switch a client on or off; False when there is none."""
    changed = connection.execute(update(client).where(client.c.client_id == client_id).values(is_active=is_active))
    return changed.rowcount > 0


def insert_person(connection: Connection, person_id: UUID, values: dict[str, object]) -> None:
    """Add a person; raises EmailTaken when somebody else signs in with the same address."""
    try:
        connection.execute(insert(person).values(id=person_id, **values))
    except IntegrityError as problem:
        if "email_index" in str(problem.orig) or "e-mail index" in str(problem.orig):
            raise EmailTaken(person_id) from None
        raise


def update_person(connection: Connection, person_id: UUID, values: dict[str, object]) -> bool:
    """Change a person; False when there is none. Raises EmailTaken as `insert_person` does."""
    try:
        return connection.execute(update(person).where(person.c.id == person_id).values(values)).rowcount > 0
    except IntegrityError as problem:
        if "email_index" in str(problem.orig) or "e-mail index" in str(problem.orig):
            raise EmailTaken(person_id) from None
        raise


def person_by_id(connection: Connection, person_id: UUID) -> Person | None:
    """The person with this id, active or not."""
    row = connection.execute(_people().where(person.c.id == person_id)).one_or_none()
    return None if row is None else _person(row)


def person_by_email_index(connection: Connection, indexes: Sequence[bytes]) -> Person | None:
    """The active person whose e-mail has one of these indexes (one per version of the hub's keyring)."""
    statement = _people().where(person.c.email_index.in_(indexes), person.c.is_active).order_by(person.c.id).limit(2)
    rows = connection.execute(statement).all()
    return _person(rows[0]) if len(rows) == 1 else None


def people_with_email_index(connection: Connection, indexes: Sequence[bytes]) -> list[UUID]:
    """Everybody, active or not, whose e-mail has one of these indexes, in order of id."""
    return list(
        connection.execute(select(person.c.id).where(person.c.email_index.in_(indexes)).order_by(person.c.id)).scalars()
    )


def people_of(connection: Connection, agency_id: str, *, role: PersonRole | None = None) -> list[Person]:
    """The agency's active people, of one role or of all, in order of their ids."""
    statement = _people().where(person.c.agency_id == agency_id, person.c.is_active)
    if role is not None:
        statement = statement.where(person.c.role == role.value)
    return [_person(row) for row in connection.execute(statement.order_by(person.c.id))]


def sealed_contact(connection: Connection, person_id: UUID) -> bytes | None:
    """The person's contact details as they rest."""
    return connection.execute(select(person.c.sealed_contact).where(person.c.id == person_id)).scalar_one_or_none()


def _people() -> Select[Any]:
    return select(person.c.id, person.c.agency_id, person.c.role, person.c.is_active)


def _person(row: Row[Any]) -> Person:
    return Person(row.id, row.agency_id, PersonRole(row.role), row.is_active)
