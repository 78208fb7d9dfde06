"""SQL stands where one looks for it, and only the unit of work commits."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.tree import Module, dotted, imports, module, modules, package_of

# Modules that may speak SQL: in `consent` its stores. Everything else may name the two types that it is handed, and
# the errors that it translates.
SPEAKS_SQL = re.compile(
    r"(hub/database\.py"
    r"|hub/migrations/.+\.py"
    r"|(hub|consent)/(\w+/)*(tables|queries|invariants)\.py"
    r"|(hub|consent)/(\w+/)*queries/\w+\.py"
    r"|consent/(columns|append_only)\.py)"
)
HANDED = {("sqlalchemy", "Connection"), ("sqlalchemy", "Engine")}


def sql_outside_its_place(one: Module) -> list[str]:
    """What this module takes from SQLAlchemy, or runs by itself, although SQL has no place in it."""
    if SPEAKS_SQL.fullmatch(one.path):
        return []
    wanted = set(imports(one.tree, package_of(one)))
    found = [
        f"{base}:{name}"
        for base, name in wanted
        if base.partition(".")[0] == "sqlalchemy" and base != "sqlalchemy.exc" and (base, name) not in HANDED
    ]
    found += [
        f".{node.attr}"
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Attribute) and node.attr == "exec_driver_sql"
    ]
    found += sorted({base for base, _ in wanted if base.partition(".")[0] in {"sqlite3", "psycopg"}})
    return sorted(found)


def commits(one: Module) -> list[int]:
    """Lines that begin or commit a transaction by hand; a savepoint within one is nobody's commit."""
    return [
        node.lineno
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            node.func.attr == "commit"
            or (node.func.attr == "begin" and dotted(node.func.value).endswith(("engine", "connection")))
        )
    ]


def opens_unit_of_work(one: Module) -> bool:
    """True for a module that opens a transaction of its own."""
    return any(name == "unit_of_work" for _, name in imports(one.tree, package_of(one)))


def test_sql_is_spoken_in_tables_and_queries_only() -> None:
    assert {one.path: sql_outside_its_place(one) for one in modules() if sql_outside_its_place(one)} == {}


def test_only_the_unit_of_work_ends_a_transaction() -> None:
    allowed = re.compile(r"hub/database\.py|hub/migrations/.+\.py")
    assert {one.path: commits(one) for one in modules() if commits(one) and not allowed.fullmatch(one.path)} == {}


def test_tables_and_queries_never_open_a_unit_of_work() -> None:
    # The key store is a database of its own: a key is committed there before its first use.
    below = re.compile(
        r".*/(tables|queries)\.py|.*/queries/\w+\.py|hub/sealing/(?!key_store\.py).+\.py|hub/notices/.+\.py|consent/.+\.py"
    )
    assert [one.path for one in modules() if below.fullmatch(one.path) and opens_unit_of_work(one)] == []


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy import select",
        "import sqlalchemy as sa",
        "from sqlalchemy.orm import Session",
        "def peek(connection):\n    return connection.exec_driver_sql('select 1')",
        "import sqlite3",
    ],
)
def test_planted_sql_is_seen(text: str) -> None:
    assert sql_outside_its_place(module("hub/sharing/disclose.py", text))
    assert not sql_outside_its_place(module("hub/sharing/queries.py", text))


def test_a_use_case_may_name_the_connection_it_is_handed() -> None:
    assert sql_outside_its_place(module("hub/sharing/disclose.py", "from sqlalchemy import Connection, Engine")) == []


@pytest.mark.parametrize("call", ["connection.commit()", "self.engine.begin()", "connection.begin()"])
def test_a_planted_commit_is_seen(call: str) -> None:
    assert commits(module("hub/records/queries.py", f"def save(connection):\n    {call}")) == [2]
