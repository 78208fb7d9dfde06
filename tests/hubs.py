"""A whole hub for tests: the demo's partnership on real databases, its records brought in, ready to be asked.

Use, in a conftest: `from tests.hubs import postgres_world, small_world, sqlite_world, world  # noqa: F401`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy.engine import make_url

from hub.consenting.model import Offer, Outcome, Shown
from hub.demo.partnership import Partnership, bring_all, found, prepare_home, settle
from hub.demo.people import EDUCATION, HEALTH
from hub.directory.model import Principal
from hub.settings import Settings
from hub.sharing.model import Disclosure, RecordQuery
from hub.sharing.ruling import Pause
from hub.wiring.build import build
from hub.wiring.hub import Hub
from tests.databases import KINDS, POSTGRES, database_urls

SHOWN = Shown("test-1", "en", bytes(32))


@dataclass(frozen=True, slots=True)
class World:
    """A hub with its partnership, and the few things that most tests do with it."""

    hub: Hub
    partnership: Partnership
    settings: Settings

    @property
    def parent(self) -> UUID:
        """The parent of the child whom all three partners know."""
        return self.partnership.people["parent"]

    @property
    def child(self) -> UUID:
        """That child, by the hub's own id."""
        return self.partnership.child

    def handle(self, agency_id: str = EDUCATION.id) -> UUID:
        """What a partner knows the child by."""
        return self.partnership.child_handles[agency_id]

    def read(
        self,
        query: RecordQuery | None = None,
        *,
        purpose: str = "aln-plan",
        role: str = "alnco",
        agency: str = EDUCATION.id,
    ) -> Disclosure:
        """What a partner reads about the child now."""
        principal = Principal(agency, f"{agency}-system", "smart", purpose, role)
        return self.hub.disclose(principal, self.handle(agency), RecordQuery() if query is None else query)

    def offer(self, group: str = "health.speech", *, recipient: str = EDUCATION.id, holder: str = HEALTH.id) -> Offer:
        """The parent's choice about one group."""
        wanted = (recipient, holder, group)
        offers = self.hub.offers(self.parent, self.child)
        return next(one for one in offers if (one.recipient, one.holder, one.group_id) == wanted)

    def grant(self, group: str = "health.speech", *, days: int = 30) -> Outcome:
        """The parent agrees to one group for education."""
        until = self.hub.clock() + timedelta(days=days)
        return self.hub.grant(self.parent, self.offer(group), until=until, shown=SHOWN)

    def withdraw(self, granted: Outcome) -> Outcome:
        """The parent takes a consent back."""
        return self.hub.withdraw(self.parent, granted.consent_id, shown=SHOWN)


def fields_of(answer: Disclosure, holder: str | None = None) -> set[str]:
    """Ids of all fields that an answer shows."""
    return {name for one in answer.records if holder in (None, one.holder) for name in one.fields}


def values_of(answer: Disclosure) -> str:
    """Everything that an answer says, as text, to look for what must not be there."""
    return repr([dict(one.fields) for one in answer.records]) + repr(answer)


@contextmanager
def a_world(kind: str, folder: Path, *, protocol: str | None = None) -> Iterator[World]:
    """A hub with the demo's partnership, made from nothing in `folder`, on `sqlite` or `postgres`.

    `protocol` is the text of another protocol file than the demo's.
    """
    folder.mkdir(exist_ok=True)
    with ExitStack() as stack:
        main_url, keys_url = stack.enter_context(database_urls(kind, folder))
        settings = Settings(home=folder / "home", database_url=main_url, keys_url=keys_url)
        prepare_home(settings)
        if protocol is not None:
            next(settings.protocol_folder.glob("dyffryn-*.yaml")).write_text(protocol, encoding="utf-8")
        hub = build(settings)
        stack.callback(hub.close)
        people = found(hub)
        bring_all(hub)
        yield World(hub, settle(hub, people), settings)


@dataclass(frozen=True, slots=True)
class Template:
    """A world that nobody uses: it is copied for each test."""

    kind: str
    folder: Path
    partnership: Partnership
    databases: tuple[str, str]


def template_of(kind: str, folder: Path, stack: ExitStack, *, protocol: str | None = None) -> Template:
    """A template with the demo's protocol, or with the text of another one."""
    made = stack.enter_context(a_world(kind, folder, protocol=protocol))
    names = (made.hub.engine.url.database or "", made.hub.key_engine.url.database or "")
    made.hub.close()  # a database that is copied must have no connections
    return Template(kind, folder, made.partnership, names)


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """The template on SQLite."""
    with ExitStack() as stack:
        yield template_of("sqlite", tmp_path_factory.mktemp("world"), stack)


@pytest.fixture(scope="session")
def postgres_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    """The template on PostgreSQL."""
    with ExitStack() as stack:
        yield template_of("postgres", tmp_path_factory.mktemp("world"), stack)


@contextmanager
def _copied(template: str) -> Iterator[str]:
    """Address of a new PostgreSQL database that begins as a copy of another, dropped at the end."""
    name = f"dolen_copy_{uuid4().hex}"
    with psycopg.connect(POSTGRES, autocommit=True, connect_timeout=5) as admin:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        admin.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            url = make_url(POSTGRES).set(drivername="postgresql+psycopg", database=name)
            yield url.render_as_string(hide_password=False)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def copy_of(template: Template, folder: Path, *, pause: Pause | None = None) -> Iterator[World]:
    """A copy of a template in `folder`."""
    with ExitStack() as stack:
        home = folder / "home"
        shutil.copytree(template.folder / "home", home)
        if template.kind == "sqlite":
            for name in template.databases:
                shutil.copy(name, folder / Path(name).name)
            urls = stack.enter_context(database_urls("sqlite", folder))
        else:
            main, keys = (stack.enter_context(_copied(name)) for name in template.databases)
            urls = (main, keys)
        hub = build(Settings(home=home, database_url=urls[0], keys_url=urls[1]), pause=pause)
        stack.callback(hub.close)
        yield World(hub, template.partnership, hub.settings)


@contextmanager
def another_process(world: World, *, pause: Pause | None = None) -> Iterator[World]:
    """A second hub on the same home, as another process would build it: nothing is shared but files and databases."""
    hub = build(world.settings, pause=pause)
    try:
        yield World(hub, world.partnership, world.settings)
    finally:
        hub.close()


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A hub with the demo's partnership, on SQLite and on PostgreSQL."""
    with copy_of(request.getfixturevalue(f"{request.param}_world"), tmp_path) as made:
        yield made


@pytest.fixture
def small_world(sqlite_world: Template, tmp_path: Path) -> Iterator[World]:
    """A hub with the demo's partnership on SQLite, for what does not depend on the database."""
    with copy_of(sqlite_world, tmp_path) as made:
        yield made
