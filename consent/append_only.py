"""Triggers that make history append-only in the database itself, for a migration to install after the tables."""

from __future__ import annotations

from collections.abc import Sequence

_FROZEN = ("consent_event", "ledger_leaf", "ledger_checkpoint")
_OUTBOX_FIXED = (
    "id",
    "stream",
    "number",
    "leaf",
    "sealed_opening",
    "owner_agency",
    "owner_kind",
    "owner_id",
    "subject_event_id",
    "created_at",
)


def triggers(dialect_name: str) -> Sequence[str]:
    """Statements for `sqlite` or `postgresql`, to be run in order.

    An UPDATE or DELETE of a consent event, a leaf or a checkpoint is refused; of an outbox row, every DELETE and every
    UPDATE but the one that gives it its index. TRUNCATE is refused too where it exists.
    """
    if dialect_name == "sqlite":
        return _sqlite()
    if dialect_name == "postgresql":
        return _postgresql()
    raise ValueError(f"no append-only triggers for {dialect_name}")


def drop_triggers(dialect_name: str) -> Sequence[str]:
    """Statements that take the triggers away again (a migration's way back)."""
    tables = (*_FROZEN, "ledger_outbox")
    if dialect_name == "sqlite":
        return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}" for table in tables for verb in ("update", "delete")]
    statements = [
        f"DROP TRIGGER IF EXISTS {table}_no_{verb} ON {table}"
        for table in tables
        for verb in ("update", "delete", "truncate")
    ]
    return [*statements, "DROP FUNCTION IF EXISTS dolen_append_only()"]


def _sqlite() -> list[str]:
    refuse = "BEGIN SELECT RAISE(ABORT, 'append-only'); END"
    statements = [
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} {refuse}"
        for table in _FROZEN
        for verb in ("update", "delete")
    ]
    changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in _OUTBOX_FIXED)
    only_index = f"WHEN OLD.idx IS NOT NULL OR NEW.idx IS NULL OR {changed}"
    return [
        *statements,
        f"CREATE TRIGGER ledger_outbox_no_delete BEFORE DELETE ON ledger_outbox {refuse}",
        f"CREATE TRIGGER ledger_outbox_no_update BEFORE UPDATE ON ledger_outbox {only_index} {refuse}",
    ]


def _postgresql() -> list[str]:
    body = "$$ BEGIN RAISE EXCEPTION 'append-only'; END $$"
    statements = [f"CREATE FUNCTION dolen_append_only() RETURNS trigger LANGUAGE plpgsql AS {body}"]
    for table in (*_FROZEN, "ledger_outbox"):
        statements.append(_postgresql_trigger(table, "delete", "FOR EACH ROW"))
        statements.append(_postgresql_trigger(table, "truncate", "FOR EACH STATEMENT"))
    statements.extend(_postgresql_trigger(table, "update", "FOR EACH ROW") for table in _FROZEN)
    changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in _OUTBOX_FIXED)
    only_index = f"FOR EACH ROW WHEN (OLD.idx IS NOT NULL OR NEW.idx IS NULL OR {changed})"
    return [*statements, _postgresql_trigger("ledger_outbox", "update", only_index)]


def _postgresql_trigger(table: str, verb: str, scope: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb.upper()} ON {table} {scope} "
        "EXECUTE FUNCTION dolen_append_only()"
    )
