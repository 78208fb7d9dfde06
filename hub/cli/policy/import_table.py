"""`dolen policy import-table`: an information reference table, as partners fill it in, into a draft."""

from __future__ import annotations

import os
from pathlib import Path

import click

from hub.cli.faults import Unusable
from hub.cli.printing import say, say_json
from hub.steering.table_files import rows_of_file
from policies.documents.frame import frame_for
from policies.documents.import_table import Imported, RowReport, import_rows
from policies.documents.table import TableRefused, TableRow, read_rows
from policies.load_catalogue import load_catalogue
from policies.strict_yaml import MAX_BYTES

NOTHING = "nothing was written"
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import-table")
@click.argument("file", type=_FILE)
@click.option("--into", "draft", type=_FILE, help="Draft (YAML) that the rows go into. Without it: they are printed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_table(file: Path, draft: Path | None, as_json: bool) -> None:
    """Take the rows of FILE (.csv or .xlsx) into the information reference table of a draft, with a report on each.

    A row that is refused is left out and told with its number, its column and what to do; the others are taken.
    Which columns there are: docs/policy-language.md, section 4.

    \b
    Example:
      dolen policy import-table table.csv --into drafts/aln.yaml
    """
    try:
        imported = _imported(read_rows(rows_of_file(file)), draft)
    except TableRefused as refused:
        place = f"{file}:{refused.line}" if refused.line else str(file)
        raise Unusable(f"{place}: {refused.problem}", kept=NOTHING, todo=refused.remedy) from None
    refused_rows = len(imported.report) - imported.accepted
    if draft is not None and imported.accepted:
        _replace(draft, imported.content)
    if as_json:
        say_json(_json(file, imported, draft))
    else:
        _say(file, imported, draft)
    raise click.exceptions.Exit(1 if refused_rows or not imported.report else 0)


def _imported(rows: tuple[TableRow, ...], draft: Path | None) -> Imported:
    catalogue = load_catalogue()
    if draft is None:
        return import_rows(rows, frame_for(rows, catalogue=catalogue.version), catalogue, file="table")
    return import_rows(rows, _text_of(draft), catalogue, file=str(draft))


def _text_of(draft: Path) -> str:
    with draft.open("rb") as opened:
        content = opened.read(MAX_BYTES + 1)
    try:
        if len(content) <= MAX_BYTES:
            return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    problem = f"{draft}: not UTF-8 text of at most {MAX_BYTES} bytes"
    raise Unusable(problem, kept=NOTHING, todo="save the draft as UTF-8, or name the right file")


def _replace(draft: Path, content: str) -> None:
    """All of it or none of it: a crash in between leaves the draft as it was."""
    made = draft.with_name(f".{draft.name}.new")
    made.write_bytes(content.encode())
    os.replace(made, draft)


def _json(file: Path, imported: Imported, draft: Path | None) -> dict[str, object]:
    return {
        "file": str(file),
        "rows": len(imported.report),
        "accepted": imported.accepted,
        "refused": len(imported.report) - imported.accepted,
        "report": [_line(one) for one in imported.report],
        "written": str(draft) if draft is not None and imported.accepted else None,
        "information": imported.rows,
    }


def _line(one: RowReport) -> dict[str, object]:
    faults = [{"column": fault.column, "problem": fault.problem, "remedy": fault.remedy} for fault in one.faults]
    return {"row": one.number, "id": one.id, "accepted": one.is_accepted, "faults": faults}


def _say(file: Path, imported: Imported, draft: Path | None) -> None:
    if draft is None and imported.rows:
        say("information:\n" + "".join(f"  {line}\n" for line in imported.rows.splitlines()))
    for one in imported.report:
        for fault in one.faults:
            told = f"{file}: row {one.number}, column {fault.column}: {fault.problem}\n  to do: {fault.remedy}"
            say(told, err=True)
    left = len(imported.report) - imported.accepted
    where = "" if draft is None else f" into {draft}"
    say(f"{imported.accepted} row(s) taken{where}, {left} refused, of {len(imported.report)}.", err=True)
