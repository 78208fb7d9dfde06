"""An information reference table into a draft: each row is judged by the parser of protocols itself, in its place.

One bad row never takes others along; what comes out loads, because it was loaded before it was handed out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from policies import strict_yaml
from policies.documents.row_as_yaml import Lines, lines_of
from policies.documents.table import CellFault, TableRefused, TableRow
from policies.errors import PolicyFileError, ProtocolsRefused
from policies.fields import Catalogue
from policies.protocols import parse_protocol
from policies.strict_yaml import Fault

KEY = "information"


@dataclass(frozen=True, slots=True)
class RowReport:
    """What became of one row: taken into the draft, or left out with everything that is wrong with it."""

    number: int
    id: str
    faults: tuple[CellFault, ...]

    @property
    def is_accepted(self) -> bool:
        """Whether the row is in the draft now."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Imported:
    """The draft with the accepted rows, those rows alone, and a report that accounts for every row of the table."""

    content: str
    rows: str
    report: tuple[RowReport, ...]

    @property
    def accepted(self) -> int:
        """How many rows were taken."""
        return sum(one.is_accepted for one in self.report)


class DraftRefused(ProtocolsRefused):
    """The draft itself has problems, so no row can be judged in it. Nothing was taken."""


@dataclass(slots=True)
class _Candidate:
    row: TableRow
    lines: Lines
    faults: list[CellFault] = field(default_factory=list)
    first: int = 0

    def column(self, line: int) -> str | None:
        """The column that this line of the draft came from; None: the line is not of this row."""
        at = line - self.first
        return self.lines.columns[at] if 0 <= at < len(self.lines.columns) else None


def import_rows(rows: Sequence[TableRow], draft: str, catalogue: Catalogue, *, file: str) -> Imported:
    """The draft with those rows that load in it; what else stands in the draft stays as it is, remarks too.

    Raises:
        DraftRefused: if the draft does not load for a reason that is not in a row of the table.
        TableRefused: if the draft is not written in a way that rows can be added to.
    """
    place = _Place.find(draft, file)
    candidates = [_candidate(row) for row in rows]
    content = draft
    while good := [one for one in candidates if not one.faults]:
        content = place.filled(good)
        errors = _errors(content, catalogue, file)
        if not errors:
            break
        outside = [error for error in errors if not _noted(error, good)]
        if outside:
            raise DraftRefused(outside)
    return Imported(
        content=content if good else draft,
        rows="".join(f"{line}\n" for one in good for line in one.lines.text),
        report=tuple(RowReport(one.row.number, one.row.cells.get("id", ""), tuple(one.faults)) for one in candidates),
    )


def _candidate(row: TableRow) -> _Candidate:
    if row.faults:
        return _Candidate(row, Lines(), list(row.faults))
    lines = lines_of(row.cells)
    return _Candidate(row, lines, list(lines.faults))


def _errors(content: str, catalogue: Catalogue, file: str) -> tuple[PolicyFileError, ...]:
    try:
        parse_protocol(content.encode(), catalogue, file=file)
    except ProtocolsRefused as refused:
        return refused.errors
    return ()


def _noted(error: PolicyFileError, good: Iterable[_Candidate]) -> bool:
    for one in good:
        column = one.column(error.line)
        if column is not None:
            one.faults.append(CellFault(column, error.problem, error.remedy))
            return True
    return False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where rows go in a draft: between these lines, this far in."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    indent: str
    newline: str

    @staticmethod
    def find(draft: str, file: str) -> _Place:
        lines = draft.splitlines()
        newline = "\r\n" if "\r\n" in draft else "\n"
        try:
            body = strict_yaml.parse(draft.encode())
        except Fault as fault:
            raise DraftRefused([PolicyFileError(file, fault.line, fault.problem, fault.remedy)]) from None
        if not isinstance(body, strict_yaml.Table):
            raise TableRefused("the draft is not a protocol file", remedy="begin with `format:`, see the samples")
        if KEY not in body.key_lines:
            return _Place((*lines, f"{KEY}:"), (), "  ", newline)
        start = body.key_lines[KEY]
        end = min((line for line in body.key_lines.values() if line > start), default=len(lines) + 1) - 1
        while end > start and _is_remark(lines[end - 1]):
            end -= 1
        head = _head_of(lines[start - 1], number=start)
        inside = lines[start:end]
        return _Place((*lines[: start - 1], head, *inside), tuple(lines[end:]), _indent(inside), newline)

    def filled(self, candidates: Iterable[_Candidate]) -> str:
        """The draft with these rows; notes where each begins."""
        lines = list(self.before)
        for one in candidates:
            one.first = len(lines) + 1
            lines += [f"{self.indent}{line}" for line in one.lines.text]
        return self.newline.join([*lines, *self.after]) + self.newline


def _is_remark(line: str) -> bool:
    return not line.strip() or line.startswith("#")


def _head_of(line: str, *, number: int) -> str:
    """The line with the key, ready for rows below it."""
    rest = line.removeprefix(f"{KEY}:").partition("#")[0].strip()
    if line.startswith(f"{KEY}:") and rest in {"", "[]"}:
        return line if not rest else f"{KEY}:"
    problem = f"`{KEY}` is not written as lines that begin with `- `"
    raise TableRefused(problem, remedy=f"write `{KEY}:` alone on its line, and each row below it", line=number)


def _indent(inside: Iterable[str]) -> str:
    """How far in the rows that are there already stand; two spaces where there are none."""
    first = next((line for line in inside if line.lstrip().startswith("- ")), "  - ")
    return first[: len(first) - len(first.lstrip())]
