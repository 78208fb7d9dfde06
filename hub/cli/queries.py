"""All SQL of the command line: figures and faults for whoever runs the hub. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, Select, String, cast, func, insert, select, text

from consent.tables import consent, consent_event, ledger_outbox
from hub.database import is_sqlite
from hub.directory.tables import accountable, handle, learner, person
from hub.notices.tables import notice
from hub.sealing.model import KeyOwner, handle_directory_key, handle_key, learner_key, person_key
from hub.sealing.tables import wrapped_key
from hub.sharing.tables import disclosure

# ---- keys


def keys_by_version(connection: Connection) -> dict[str, dict[int, int]]:
    """How many keys each version of each keyring wraps, in the key store."""
    by = (wrapped_key.c.agency_id, wrapped_key.c.keyring_version)
    counts: dict[str, dict[int, int]] = {}
    for agency_id, version, count in connection.execute(select(*by, func.count()).group_by(*by).order_by(*by)):
        counts.setdefault(agency_id, {})[version] = count
    return counts


def owners_in_directory(connection: Connection) -> Iterator[KeyOwner]:
    """Every owner whose key the main database counts on."""
    for agency_id, handle_id in connection.execute(select(handle.c.agency_id, handle.c.id)):
        yield handle_key(agency_id, handle_id)
        yield handle_directory_key(handle_id)
    yield from (learner_key(one) for one in connection.scalars(select(learner.c.id)))
    yield from (person_key(one) for one in connection.scalars(select(person.c.id)))


def owners_in_key_store(connection: Connection) -> set[tuple[str, str, str]]:
    """Agency, kind and id of every key there is."""
    rows = connection.execute(select(wrapped_key.c.agency_id, wrapped_key.c.kind, wrapped_key.c.owner_id))
    return {(agency_id, kind, owner_id) for agency_id, kind, owner_id in rows}


def try_writing_a_key(connection: Connection) -> None:
    """Insert a row that belongs to nobody; the caller rolls it back."""
    row = {"agency_id": "hub", "kind": "probe", "owner_id": str(uuid4()), "keyring_version": 0, "wrapped": b""}
    connection.execute(insert(wrapped_key).values(**row, created_at=datetime.now(UTC)))


# ---- what no foreign key keeps: hub and consent are two sets of tables


def orphans(connection: Connection) -> dict[str, int]:
    """Rows that name somebody who is not there, counted by what they are; nothing for what is whole."""
    found = {name: connection.scalar(statement) or 0 for name, statement in _orphan_counts(connection).items()}
    return {name: count for name, count in found.items() if count}


def _orphan_counts(connection: Connection) -> dict[str, Select[Any]]:
    of_learner = ledger_outbox.c.owner_kind == "learner"
    return {
        "consents without their learner": _without(consent.c.learner_id, learner.c.id),
        "consents without their person": _without(consent.c.person_id, person.c.id),
        "consent events without who decided": _without(consent_event.c.decided_by, person.c.id),
        "notices without their learner": _without(notice.c.learner_id, learner.c.id),
        "disclosures without their learner": _without(disclosure.c.learner_id, learner.c.id),
        "ledger entries without their learner": _without(
            ledger_outbox.c.owner_id, _as_text(connection, learner.c.id), only=of_learner
        ),
    }


def _without(
    names: ColumnElement[Any], there: ColumnElement[Any], *, only: ColumnElement[bool] | None = None
) -> Select[Any]:
    # A list that the database hashes once: a ledger has many entries, and no index has a UUID as text.
    statement = select(func.count()).where(names.is_not(None), names.not_in(select(there)))
    return statement if only is None else statement.where(only)


def _as_text(connection: Connection, column: ColumnElement[UUID]) -> ColumnElement[str]:
    """A UUID as the ledger writes it. SQLite keeps it as 32 digits without hyphens."""
    if not is_sqlite(connection):
        return cast(column, String)
    digits = cast(column, String)
    parts = [func.substr(digits, start, length) for start, length in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))]
    joined: ColumnElement[str] = parts[0]
    for part in parts[1:]:
        joined = joined.concat("-").concat(part)
    return joined


def learners_of_inactive_people(connection: Connection) -> int:
    """How many learners have an accountable person who is no longer active."""
    return (
        connection.scalar(
            select(func.count())
            .select_from(learner)
            .join(accountable, learner.c.accountable_id == accountable.c.id)
            .join(person, person.c.id == accountable.c.person_id)
            .where(~person.c.is_active)
        )
        or 0
    )


# ---- the databases themselves


def sqlite_pragmas(connection: Connection) -> dict[str, str]:
    """What this connection runs under, and whether the file is sound (`quick_check`: `ok`)."""
    names = ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
    found = {name: str(connection.scalar(text(f"PRAGMA {name}"))) for name in names}
    return found | {"quick_check": str(connection.scalar(text("PRAGMA quick_check(1)")))}


def postgres_facts(connection: Connection) -> dict[str, str]:
    """Version number, whether a commit is durable, and whether this is a standby that only reads."""
    names = ("server_version_num", "synchronous_commit", "fsync", "transaction_read_only")
    return {name: str(connection.scalar(select(func.current_setting(name)))) for name in names}
