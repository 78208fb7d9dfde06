"""How a command says no: what happened, what was kept, what to do. Never a value, never a traceback."""

from __future__ import annotations

from typing import IO, Any

import click


class Refused(click.ClickException):
    """The answer is no, or something was refused: exit code 1."""

    exit_code = 1

    def __init__(self, happened: str, *, todo: str, kept: str = "") -> None:
        super().__init__(happened)
        self.kept = kept
        self.todo = todo

    def format_message(self) -> str:
        """The whole message, each part on lines of its own."""
        kept = f"\n  kept:  {self.kept}" if self.kept else ""
        return f"{self.message}{kept}\n  to do: {self.todo}"

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message to standard error."""
        click.echo(f"dolen: {self.format_message()}", file=file, err=file is None)


class Unusable(Refused):
    """Bad usage, or input that cannot be read: exit code 2."""

    exit_code = 2
