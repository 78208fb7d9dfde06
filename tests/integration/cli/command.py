"""Calling `dolen` from tests: in this process, or as one of its own."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from hub.cli import cli
from hub.settings import Settings

ROOT = Path(__file__).parents[3]


@dataclass
class Dolen:
    """The command line on one home."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """Settings of the same home."""
        return Settings(home=self.home)

    def run(self, *arguments: str, expect: int = 0, stdin: object = None, **env: str) -> Result:
        """Run one command here, and insist on its exit code."""
        answer = CliRunner().invoke(
            cli,
            list(arguments),
            env={"DOLEN_HOME": str(self.home), **self.env, **env},
            input=None if stdin is None else json.dumps(stdin),
            prog_name="dolen",
        )
        assert answer.exit_code == expect, answer.output
        assert "Traceback" not in answer.output
        return answer

    def json(self, *arguments: str, expect: int = 0, **env: str) -> dict[str, Any]:
        """What a command prints with --json."""
        return json.loads(self.run(*arguments, "--json", expect=expect, **env).stdout)

    def process(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Run one command in a process of its own."""
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env=self.environment(**env),
        )

    def command(self, *arguments: str) -> list[str]:
        """The command as a process takes it."""
        return [sys.executable, "-m", "hub.cli", *arguments]

    def environment(self, **env: str) -> dict[str, str]:
        """The environment of such a process."""
        return {**os.environ, "PYTHONPATH": str(ROOT), "DOLEN_HOME": str(self.home), **self.env, **env}

    def sql(self, *statements: str, database: str = "dolen.db") -> None:
        """Change a database past the hub, its triggers and its foreign keys."""
        with closing(sqlite3.connect(self.home / database)) as connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for (name,) in triggers:
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def value(self, statement: str, database: str = "dolen.db") -> Any:
        """The one value that a statement answers."""
        with closing(sqlite3.connect(self.home / database)) as connection:
            return connection.execute(statement).fetchone()[0]

    def contents(self) -> dict[str, str]:
        """A digest of what each database says and of every other file of the home."""
        found = {}
        for path in sorted(path for path in self.home.rglob("*") if path.is_file()):
            name = path.relative_to(self.home).as_posix()
            if path.suffix == ".db":
                with closing(sqlite3.connect(path)) as connection:
                    data = "\n".join(connection.iterdump()).encode()
            elif path.name.endswith(("-wal", "-shm")):
                continue
            else:
                data = path.read_bytes()
            found[name] = hashlib.sha256(data).hexdigest()
        return found
