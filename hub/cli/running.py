"""From the environment to settings, and from settings to a hub that a command may use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Engine

from consent.ledger.signer import Signer
from hub.cli.faults import Refused, Unusable
from hub.database import Clock, make_engine
from hub.demo.home import MARKER
from hub.migrations.run import Store, level
from hub.sealing.key_store import KeyStore
from hub.settings import Settings
from hub.wiring import Doorbell
from hub.wiring.build import SilentDoorbell, build, keyrings_of, now, signer_of
from hub.wiring.hub import Hub
from workers.app import make_celery
from workers.doorbell import CeleryDoorbell


def load_settings() -> Settings:
    """The settings of this process; raises Unusable with every one that is wrong, and without what it says."""
    try:
        return Settings()
    except ValidationError as problem:
        wrong = [(str(error["loc"][0]), str(error["msg"])) for error in problem.errors(include_input=False)]
    lines = [f"  DOLEN_{name.upper()}: {says}. {_meaning(name)}" for name, says in wrong]
    raise Unusable(
        "settings are wrong\n" + "\n".join(lines), todo="set these environment variables right, or unset them"
    )


def is_demo(settings: Settings) -> bool:
    """True for a home that the demo made."""
    return (settings.home / MARKER).exists()


def check_home(settings: Settings) -> None:
    """Raise Refused unless there is a hub here whose databases are at the newest schema. Makes no file."""
    if not settings.secrets_folder.is_dir():
        raise Refused(
            f"there is no hub in {settings.home}", todo="set DOLEN_HOME to where it is, or make one with `dolen init`"
        )
    for url, store in ((settings.main_database, Store.MAIN), (settings.key_database, Store.KEYS)):
        engine = make_engine(url)
        try:
            _check_schema(engine, store)
        finally:
            engine.dispose()


@contextmanager
def running_hub(settings: Settings) -> Iterator[Hub]:
    """The whole hub of this home while the block runs, protocols and all."""
    check_home(settings)
    with ExitStack() as stack:
        hub = build(settings, doorbell=_bell(settings, stack))
        stack.callback(hub.close)
        yield hub


@dataclass(frozen=True, slots=True)
class Stores:
    """What commands need that decide nothing about sharing: they work also while a protocol file is broken."""

    settings: Settings
    engine: Engine
    key_engine: Engine
    keys: KeyStore
    clock: Clock
    doorbell: Doorbell

    @property
    def signer(self) -> Signer:
        """The ledger's signer."""
        return signer_of(self.settings)


@contextmanager
def opened_stores(settings: Settings) -> Iterator[Stores]:
    """Databases and keys of this home while the block runs."""
    check_home(settings)
    with ExitStack() as stack:
        bell = _bell(settings, stack)
        engine, key_engine = make_engine(settings.main_database), make_engine(settings.key_database)
        stack.callback(engine.dispose)
        stack.callback(key_engine.dispose)
        keys = KeyStore(
            key_engine,
            keyrings_of(settings),
            now,
            cache_seconds=settings.key_cache_seconds,
            cache_size=settings.key_cache_size,
        )
        yield Stores(settings, engine, key_engine, keys, now, bell)


def missing_file(engine: Engine) -> Path | None:
    """The SQLite file of this engine where it is not there: to connect would make an empty one."""
    name = engine.url.database
    if engine.dialect.name != "sqlite" or name is None or Path(name).is_file():
        return None
    return Path(name)


def _bell(settings: Settings, stack: ExitStack) -> Doorbell:
    """Rings workers on Redis; the embedded one lives in another process and finds work by its sweep."""
    if settings.is_embedded:
        return SilentDoorbell()
    bell = CeleryDoorbell(make_celery(settings))
    stack.callback(bell.close)
    return bell


def _check_schema(engine: Engine, store: Store) -> None:
    missing = missing_file(engine)
    if missing is not None:
        raise Refused(f"database file {missing} is not there", todo="restore it, or make a new hub with `dolen init`")
    found = level(engine, store)
    if not found.is_newest:
        raise Refused(
            f"the {store} database is at schema {found.current or 'none'}, this version of Dolen needs {found.newest}",
            kept="nothing was changed",
            todo="take a backup, then run `dolen init`: it brings both databases to the newest schema",
        )


def _meaning(name: str) -> str:
    field = Settings.model_fields.get(name)
    return "" if field is None else str(field.description)
