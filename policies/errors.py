"""What can be wrong with the files of this room. Every problem has its file, its line and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable


class PolicyFileError(Exception):
    """One problem at one line of a catalogue or protocol file; line 0 where the file or folder itself is missing."""

    def __init__(self, file: str, line: int, problem: str, remedy: str) -> None:
        self.file = file
        self.line = line
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{self.place}: {problem}. To mend it: {remedy}")

    @property
    def place(self) -> str:
        """File and line as editors understand them; the file alone where no line is at fault."""
        return f"{self.file}:{self.line}" if self.line else self.file


class ProtocolError(PolicyFileError):
    """A protocol file does not say what a protocol must say."""


class CatalogueError(PolicyFileError):
    """A catalogue file does not say what a catalogue must say."""


class PolicyFilesRefused(Exception):
    """Everything that is wrong with a set of files, one problem a line. While it stands nothing is permitted."""

    def __init__(self, errors: Iterable[PolicyFileError]) -> None:
        self.errors = in_order(errors)
        super().__init__("\n".join(str(error) for error in self.errors))


class ProtocolsRefused(PolicyFilesRefused):
    """The protocol files as a whole are refused; none of them is in force."""


class CatalogueRefused(PolicyFilesRefused):
    """The catalogue is refused."""


def in_order(errors: Iterable[PolicyFileError]) -> tuple[PolicyFileError, ...]:
    """By file and line, so that the same folder always reports the same text."""
    return tuple(sorted(errors, key=lambda error: (error.file, error.line, error.problem)))
