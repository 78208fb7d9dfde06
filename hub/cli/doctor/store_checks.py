"""The two databases: reachable, at the newest schema, durable, writable, and in agreement with each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NoReturn

from sqlalchemy import Engine

from hub.cli import queries
from hub.cli.doctor.model import Finding, Scene, fault, ok
from hub.cli.running import missing_file
from hub.database import reading, unit_of_work
from hub.directory.streams import touch
from hub.migrations.run import Store, level

_LEAST_POSTGRES = 150_000
_RESTORE = "restore it from a backup; for a new hub, run `dolen init`"
_SQLITE_WANTED = {
    "journal_mode": "wal",
    "synchronous": "2",
    "secure_delete": "1",
    "foreign_keys": "1",
    "quick_check": "ok",
}
_SQLITE_REMEDY = {
    "quick_check": "the file is damaged: stop the hub, keep a copy of it, and restore the last backup",
    "journal_mode": "put the home on a local disk: write-ahead logs do not work on network file systems",
}


def main_database(scene: Scene) -> Iterable[Finding]:
    """The main database can be reached and is at the newest schema."""
    yield from _reached(scene.main, Store.MAIN, "DOLEN_DATABASE_URL")


def key_store(scene: Scene) -> Iterable[Finding]:
    """The key store can be reached, is at the newest schema, and is a database of its own."""
    if scene.main.url == scene.key_store.url:
        yield fault(
            "keys and records are in one database, so one stolen dump has both",
            "give the key store a database of its own in DOLEN_KEYS_URL, or leave that empty",
        )
    yield from _reached(scene.key_store, Store.KEYS, "DOLEN_KEYS_URL")


def durability(scene: Scene) -> Iterable[Finding]:
    """What is committed stays: pragmas of SQLite, version and settings of PostgreSQL."""
    for name, engine in (("main", scene.main), ("key store", scene.key_store)):
        with reading(engine) as connection:
            if engine.dialect.name == "sqlite":
                found = _sqlite_faults(queries.sqlite_pragmas(connection))
            else:
                found = _postgres_faults(queries.postgres_facts(connection))
        yield from (fault(f"{name}: {says}", remedy) for says, remedy in found)
        if not found:
            yield ok(f"{name}: {engine.dialect.name}, commits are durable")


def writing(scene: Scene) -> Iterable[Finding]:
    """Both databases take a write."""
    remedy = "look for a full disk, a file that is not ours, or a standby server that only reads"
    for name, write in (("main database", _write_main), ("key store", _write_key)):
        try:
            write(scene)
        except Exception as failure:
            # Whatever it is, it cannot be written to; the text may quote an address.
            yield fault(f"the {name} takes no write ({type(failure).__name__})", remedy)
        else:
            yield ok(f"the {name} takes writes")


def keys_there(scene: Scene) -> Iterable[Finding]:
    """Every handle, learner and person has its keys: a key store put back from an older copy lacks some."""
    with reading(scene.key_store) as connection:
        there = queries.owners_in_key_store(connection)
    missing: Counter[str] = Counter()
    with reading(scene.main) as connection:
        for owner in queries.owners_in_directory(connection):
            if (owner.agency_id, owner.kind.value, str(owner.id)) not in there:
                missing[f"{owner.kind.value} of {owner.agency_id}"] += 1
    for kind, count in sorted(missing.items()):
        yield fault(
            f"{count} key(s) are missing: {kind}",
            "put the newest copy of the key store back; what these keys sealed can be read by nobody without them",
        )
    if not missing:
        yield ok(f"every owner has its key ({len(there)} keys)")


def orphans(scene: Scene) -> Iterable[Finding]:
    """Rows of hub and consents name people and learners who are there."""
    with reading(scene.main) as connection:
        found = queries.orphans(connection)
    for what, count in found.items():
        yield fault(
            f"{count} {what}", "rows were taken out past the hub: keep a copy, and compare with the last good backup"
        )
    if not found:
        yield ok("consents, notices, disclosures and ledger entries name only who is there")


def _reached(engine: Engine, store: Store, setting: str) -> Iterable[Finding]:
    missing = missing_file(engine)
    if missing is not None:
        yield fault(f"{missing} is not there", _RESTORE)
        return
    try:
        found = level(engine, store)
    except Exception as failure:
        # The text may quote the address with its password; the class does not.
        yield fault(f"cannot be reached ({type(failure).__name__})", f"check {setting}, the server and the network")
        return
    if found.is_newest:
        yield ok(f"reachable, schema {found.current}")
    else:
        yield fault(
            f"schema {found.current or 'none'}, this version of Dolen needs {found.newest}",
            "take a backup, then run `dolen init`: it brings both databases to the newest schema",
        )


def _sqlite_faults(found: dict[str, str]) -> list[tuple[str, str]]:
    return [
        (
            f"{name} is {found[name][:80]}, not {wanted}",
            _SQLITE_REMEDY.get(name, "restart the hub; if it stays, report it"),
        )
        for name, wanted in _SQLITE_WANTED.items()
        if found[name] != wanted
    ]


def _postgres_faults(found: dict[str, str]) -> list[tuple[str, str]]:
    wrong = []
    if int(found["server_version_num"]) < _LEAST_POSTGRES:
        wrong.append((f"PostgreSQL {found['server_version_num']} is too old", "use PostgreSQL 15 or newer"))
    if found["synchronous_commit"] in {"off", "local"}:
        says = f"synchronous_commit is {found['synchronous_commit']}: a commit may be lost after it was answered"
        wrong.append((says, "ALTER ROLE … SET synchronous_commit = on (remote_apply with a synchronous standby)"))
    if found["fsync"] != "on":
        wrong.append(("fsync is off: a power cut destroys the database", "set fsync = on and restart PostgreSQL"))
    if found["transaction_read_only"] != "off":
        wrong.append(("the server only reads: it is a standby", "name the primary server"))
    return wrong


def _write_main(scene: Scene) -> None:
    with unit_of_work(scene.main) as connection:
        touch(connection)


def _write_key(scene: Scene) -> None:
    try:
        with unit_of_work(scene.key_store) as connection:
            queries.try_writing_a_key(connection)
            _roll_back()
    except _Enough:
        pass


def _roll_back() -> NoReturn:
    raise _Enough


class _Enough(Exception):
    """It could be written; now nothing of it shall stay."""
