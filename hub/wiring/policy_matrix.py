"""The matrix of who may see what of whom, as the protocols in force are now. Nobody's data is in it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Engine

from hub.database import Clock, reading
from hub.directory.queries import parties
from hub.protocols.book import PolicyBook
from policies.matrix import Matrix, matrix


@dataclass(frozen=True, slots=True)
class ProtocolMatrix:
    """Reads the matrix off the very snapshot that decides at this moment."""

    engine: Engine
    book: PolicyBook
    clock: Clock

    def now(self) -> Matrix:
        """For partners' systems."""
        with reading(self.engine) as connection:
            return matrix(self.book.snapshot(connection), at=self.clock())

    def for_person(self, person_id: UUID) -> Matrix | None:
        """For people who work for a partner; None for everybody else."""
        return self.now() if self.is_open_to(person_id) else None

    def is_open_to(self, person_id: UUID) -> bool:
        """Whether this person is active and works for a partner."""
        with reading(self.engine) as connection:
            person = parties.person_by_id(connection, person_id)
        return person is not None and person.is_active and person.agency_id is not None
