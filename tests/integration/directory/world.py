"""A small fictional partnership: three partners with keyrings and duty persons, and children as sources name them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from pydantic import SecretStr
from sqlalchemy import Connection, Engine

from connectors.identifiers import nhs_number, uln, upn
from hub.database import reading, unit_of_work
from hub.directory.bring_handles import bring, prepare
from hub.directory.model import (
    Agency,
    Arrival,
    Contact,
    Demographics,
    Identifier,
    LocalNumber,
    Newcomer,
    PersonRole,
    Sector,
)
from hub.directory.register import draft_person, name_duty_person, register_agency, register_person
from hub.sealing.key_store import KeyStore
from hub.sealing.keyring import Keyrings
from tests.databases import Databases

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PARTNERS = {"health": Sector.HEALTH, "education": Sector.EDUCATION, "social": Sector.SOCIAL_CARE}

# Numbers with right check digits; 999 numbers are kept for tests and never issued.
NHS_ANWEN, NHS_IFAN = "9990000018", "9990000026"


@dataclass(slots=True)
class Watch:
    """A clock that a test sets."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, **how: float) -> datetime:
        self.now += timedelta(**how)
        return self.now


@dataclass(slots=True)
class World:
    """Three partners with keyrings and duty persons, and nobody else."""

    both: Databases
    keys: KeyStore
    keyrings: Keyrings
    watch: Watch
    duty: dict[str, UUID]

    @property
    def engine(self) -> Engine:
        return self.both.main

    def bring(self, agency_id: str, newcomers: Sequence[Newcomer]) -> list[Arrival]:
        """What a sync does with a batch, committed."""
        with reading(self.engine) as connection:
            prepared = prepare(connection, self.keys, agency_id=agency_id, newcomers=newcomers)
        with unit_of_work(self.engine) as connection:
            return bring(connection, self.keys, prepared, at=self.watch.later(seconds=1))

    def person(self, name: str, *, agency_id: str | None = None, role: PersonRole = PersonRole.FAMILY) -> UUID:
        """A person with a contact of their own, committed."""
        contact = Contact(name, email=f"{name.lower().replace(' ', '.')}@example.test", phone="01970 000000")
        draft = draft_person(self.keys, agency_id=agency_id, role=role, contact=contact)
        with unit_of_work(self.engine) as connection:
            return register_person(connection, draft, at=self.watch())


def passphrase(agency_id: str) -> SecretStr:
    """The passphrase of a test's keyring."""
    return SecretStr(f"passphrase of {agency_id}")


def make_keyrings(folder: Path) -> Keyrings:
    """Keyrings of the hub and the three partners."""
    keyrings = Keyrings(folder, passphrase)
    for agency_id in ("hub", *PARTNERS):
        keyrings.create(agency_id)
    return keyrings


def make_world(both: Databases, keyrings: Keyrings) -> World:
    """Three partners, each with a keyring and a duty person."""
    watch = Watch()
    keys = KeyStore(both.keys, keyrings, watch, cache_seconds=60, cache_size=1000)
    made = World(both, keys, keyrings, watch, {})
    for agency_id, sector in PARTNERS.items():
        with unit_of_work(both.main) as connection:
            register_agency(connection, Agency(agency_id, sector, agency_id, agency_id), at=NOW)
        made.duty[agency_id] = made.person(f"Duty {agency_id}", agency_id=agency_id, role=PersonRole.ACCOUNTABLE)
        with unit_of_work(both.main) as connection:
            name_duty_person(connection, agency_id=agency_id, person_id=made.duty[agency_id], at=NOW)
    return made


def child(
    number: str,
    *identifiers: Identifier,
    system: str = "local",
    given: str = "",
    family: str = "Testwr",
    born: str | None = "2015-03-14",
) -> Newcomer:
    """A child as a source names it."""
    names = tuple(given.split())
    return Newcomer(LocalNumber(system, number), identifiers, Demographics(names, family, born, None))


def nhs(number: str = NHS_ANWEN) -> Identifier:
    """An NHS number, checked."""
    return nhs_number(number)


def pupil(number: str) -> Identifier:
    """A unique pupil number, checked."""
    return upn(number)


def learner_number(number: str) -> Identifier:
    """A unique learner number, checked."""
    return uln(number)


def count(connection: Connection, table: str) -> int:
    """Rows in one table."""
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
