"""A small hub for tests of telling: real tables, one learner, two accountable people, mail as files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import Column, Connection, Engine, MetaData, String, Table, Uuid, insert, select, update

import hub.directory.tables as directory
from hub.database import new_id, reading, unit_of_work
from hub.directory.model import Accountable
from hub.directory.queries.learners import insert_accountable, insert_learners
from hub.migrations.run import Store, upgrade
from hub.notices.model import ACCOUNTABLE, Audience, NoticeKind, NoticeState
from hub.notices.tables import notice, notice_told
from hub.notices.write import write_notice
from hub.telling.channels import FileMail, Mailer
from hub.telling.deliver import Post, sweep
from hub.telling.model import Address
from hub.telling.recording import NoticeEvent

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
BASE_URL = "https://dolen.example"

_recorded_metadata = MetaData()
recorded = Table(
    "recorded_for_test",
    _recorded_metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("notice_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
)
"""Stands for the ledger's outbox: written in the transaction at hand, so that what is rolled back is not here."""


def record(connection: Connection, event: NoticeEvent) -> None:
    """A `RecordEvent` that keeps events in a table of the same database."""
    row = {"id": new_id(), "kind": event.kind.value, "notice_id": event.notice_id, "person_id": event.person_id}
    connection.execute(insert(recorded).values(row))


def create_schema(engine: Engine) -> None:
    """The hub's schema, by its migrations, and the table that stands for the outbox."""
    upgrade(engine, Store.MAIN)
    with unit_of_work(engine) as connection:
        _recorded_metadata.create_all(connection)


@dataclass
class World:
    """The hub of one test."""

    engine: Engine
    folder: Path
    mailer: Mailer | None = None
    addresses: dict[UUID, Address] = field(default_factory=dict)
    learner: UUID = field(default_factory=new_id)
    first: UUID = field(default_factory=new_id)
    second: UUID = field(default_factory=new_id)
    parent: UUID = field(default_factory=new_id)
    agency: str = field(default_factory=lambda: f"gwent-{uuid4().hex}")

    def settle(self) -> World:
        """Make an agency with a duty person, a learner whose accountable person is `first`, a parent."""
        with unit_of_work(self.engine) as connection:
            agency = {"id": self.agency, "sector": "education", "name_en": "G", "name_cy": "G"}
            connection.execute(insert(directory.agency).values(**agency, is_active=True, created_at=NOW))
            people = [(self.first, "accountable"), (self.second, "accountable"), (self.parent, "family")]
            for person_id, role in people:
                self._person(connection, person_id, role)
            connection.execute(
                insert(directory.duty_person).values(agency_id=self.agency, person_id=self.first, named_at=NOW)
            )
            self.add_learner(connection, self.learner)
        for person_id, _ in people:
            self.addresses[person_id] = Address(f"{person_id.hex}@post.example", "en")
        return self

    def add_learner(self, connection: Connection, learner_id: UUID) -> None:
        """A learner whose accountable person is `first`."""
        row = {
            "id": new_id(),
            "learner_id": learner_id,
            "person_id": self.first,
            "from_at": NOW,
            "sealed_because": None,
        }
        insert_learners(connection, [{"id": learner_id, "accountable_id": row["id"], "created_at": NOW}], [row])

    def _person(self, connection: Connection, person_id: UUID, role: str) -> None:
        connection.execute(
            insert(directory.person).values(
                id=person_id,
                agency_id=None if role == "family" else self.agency,
                role=role,
                sealed_contact=b"sealed",
                is_active=True,
                created_at=NOW,
            )
        )

    @property
    def post(self) -> Post:
        """What the sweep works with."""
        mailer = self.mailer or FileMail(self.folder / "mail", "no-reply@dolen.example")
        return Post(self.engine, mailer, self.addresses.get, record, BASE_URL)

    def happens(
        self,
        *,
        kind: NoticeKind = NoticeKind.RECORD_CHANGED,
        audience: Audience = ACCOUNTABLE,
        event_id: UUID | None = None,
        at: datetime = NOW,
    ) -> UUID:
        """Something that makes a notice; answers the notice's id."""
        with unit_of_work(self.engine) as connection:
            return write_notice(
                connection,
                kind=kind,
                event_id=event_id or new_id(),
                learner_id=self.learner,
                agency_id=self.agency,
                audience=audience,
                at=at,
            )

    def sweep(self, *, at: datetime = NOW, holder: str = "test") -> int:
        """One sweep."""
        return sweep(self.post, holder=holder, at=at)

    def hand_over(self, to: UUID, *, at: datetime) -> None:
        """Make `to` the accountable person; passes nothing on."""
        with unit_of_work(self.engine) as connection:
            insert_accountable(connection, Accountable(new_id(), self.learner, to, at), sealed_because=None)

    def put_out_of_use(self, person_id: UUID) -> None:
        """Make a person inactive."""
        with unit_of_work(self.engine) as connection:
            connection.execute(
                update(directory.person).where(directory.person.c.id == person_id).values(is_active=False)
            )

    def tie(self, person_id: UUID, *, until_on: date | None = None) -> None:
        """Tie a person to the learner."""
        with unit_of_work(self.engine) as connection:
            connection.execute(
                insert(directory.tie).values(
                    id=new_id(),
                    learner_id=self.learner,
                    person_id=person_id,
                    kind="mother",
                    standing="parent",
                    evidence_kind="birth_certificate",
                    from_on=NOW.date() - timedelta(days=100),
                    until_on=until_on,
                    checked_by=self.first,
                    checked_at=NOW,
                )
            )

    def state(self, notice_id: UUID) -> NoticeState:
        """Where delivery of a notice stands."""
        return NoticeState(self.row(notice_id)["state"])

    def row(self, notice_id: UUID) -> dict[str, object]:
        """The notice's row."""
        with reading(self.engine) as connection:
            return dict(connection.execute(select(notice).where(notice.c.id == notice_id)).mappings().one())

    def rows(self) -> Sequence[dict[str, object]]:
        """All notice rows, oldest first."""
        with reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(select(notice).order_by(notice.c.id)).mappings()]

    def told(self, notice_id: UUID) -> list[tuple[UUID, str]]:
        """Who was told of a notice, and how."""
        query = select(notice_told.c.person_id, notice_told.c.channel).where(notice_told.c.notice_id == notice_id)
        with reading(self.engine) as connection:
            return [(person, channel) for person, channel in connection.execute(query)]

    def recorded(self, kind: str) -> list[tuple[UUID, UUID]]:
        """Notice and person of the events of this kind that were recorded."""
        query = select(recorded.c.notice_id, recorded.c.person_id).where(recorded.c.kind == kind)
        with reading(self.engine) as connection:
            return [(notice_id, person) for notice_id, person in connection.execute(query.order_by(recorded.c.id))]

    def mails(self) -> list[str]:
        """The text of every mail file, in order of their names."""
        return [file.read_text("utf-8") for file in sorted((self.folder / "mail").glob("*.eml"))]
