"""What partners may try and look up of protocols: drafts, differences, and their own records of processing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from hub.database import Clock, reading
from hub.directory.queries import parties
from hub.protocols.book import PolicyBook
from hub.sealing.model import Json
from hub.steering.checked import check_draft
from hub.steering.compared import compared_for, versions_of
from hub.steering.records import as_json, files_of, listed
from policies.difference import Difference, difference
from policies.documents.register import register_rows
from policies.model import ProtocolRef
from policies.properties import FILE_NAME
from policies.strict_yaml import MAX_BYTES
from policies.words import Words


@dataclass(frozen=True, slots=True)
class PolicyDesk:
    """The answers of `dolen policy check`, `diff` and `records`, by the same functions. Nobody's data is in them."""

    engine: Engine
    book: PolicyBook
    clock: Clock
    drafts: Path

    def check(self, content: bytes) -> dict[str, Json]:
        """Everything wrong with an unsigned draft, as of today, against the standing properties of this hub."""
        return check_draft(
            content, self.book.catalogue, on=self.clock().date(), standing=_standing(self.drafts / FILE_NAME)
        ).as_json()

    def difference(self, agency_id: str, *, before: ProtocolRef, after: ProtocolRef) -> dict[str, object]:
        """What differs between two registered versions that name this agency; raises UnknownProtocol."""
        with reading(self.engine) as connection:
            return compared_for(connection, self.book.catalogue, agency_id, before=before, after=after)

    def compared(self, agency_id: str, *, before: ProtocolRef, after: ProtocolRef) -> Difference:
        """The same difference, for the page; raises UnknownProtocol."""
        with reading(self.engine) as connection:
            first, second = versions_of(connection, self.book.catalogue, agency_id, before=before, after=after)
        return difference(first, second, self.book.catalogue)

    def records(self, agency_id: str) -> dict[str, Json]:
        """The register of processing of this agency, and which files `dolen policy records` makes of it."""
        with reading(self.engine) as connection:
            protocols = self.book.snapshot(connection).current(self.clock())
        made = files_of(protocols, self.book.catalogue, partner=agency_id)
        return as_json(protocols, self.book.catalogue, listed(made), partner=agency_id, written=False)

    def register_rows(self, agency_id: str) -> Sequence[Sequence[Words]]:
        """The rows of that register, for the page."""
        with reading(self.engine) as connection:
            protocols = self.book.snapshot(connection).current(self.clock())
        return register_rows(protocols, self.book.catalogue, partner=agency_id)

    def register_file(self, agency_id: str) -> bytes:
        """The register as `dolen policy records` writes it: register.csv."""
        with reading(self.engine) as connection:
            protocols = self.book.snapshot(connection).current(self.clock())
        return files_of(protocols, self.book.catalogue, partner=agency_id)["register.csv"]

    def agency_of(self, person_id: UUID) -> str | None:
        """The partner that this person works for; None for who is not active or works for none."""
        with reading(self.engine) as connection:
            person = parties.person_by_id(connection, person_id)
        return person.agency_id if person is not None and person.is_active else None


def _standing(path: Path) -> bytes | None:
    """The bytes of the properties, or as many as show that it is too much; None where the partnership wrote none."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return None
