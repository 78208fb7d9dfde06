"""`dolen policy matrix`: who may see what of whom, as text, JSON, CSV or a page to print and sign."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time
from pathlib import Path

import click

from hub.cli.faults import Unusable
from hub.cli.policy.days import DAY, day_or_today
from hub.cli.policy.versions import protocols_at, snapshot_of_hub
from hub.cli.printing import say, say_json, say_table
from policies.load_catalogue import load_catalogue
from policies.matrix import Matrix, Sharing
from policies.matrix import matrix as matrix_of
from policies.matrix_files import as_csv, as_page
from policies.matrix_files import as_json as told
from policies.snapshot import compile_snapshot

_FILE = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--on", type=DAY, help="The day of which to show it, YYYY-MM-DD; otherwise today.")
@click.option("--html", type=_FILE, help="Write a bilingual page to this file.")
@click.option("--csv", "csv_file", type=_FILE, help="Write one line per recipient, purpose and field to this file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def matrix(folder: Path | None, on: datetime | None, html: Path | None, csv_file: Path | None, as_json: bool) -> None:
    """Show for every holder, recipient, purpose and field on which basis it is shared, or that it never is.

    FOLDER is a folder of drafts, or one file; without it: what decides in this hub. What is shown are the versions that
    are in force on the day. Nobody's data is in it.

    \b
    Example:
      dolen policy matrix drafts/ --html matrix.html --csv matrix.csv
    """
    catalogue = load_catalogue()
    at = datetime.combine(day_or_today(on), time.min, tzinfo=UTC)
    snapshot = snapshot_of_hub() if folder is None else compile_snapshot(catalogue, protocols_at(folder, catalogue))
    found = matrix_of(snapshot, at=at)
    if html is not None:
        _write(html, as_page(found))
    if csv_file is not None:
        # With a mark of its encoding, or a spreadsheet takes the Welsh for something else.
        _write(csv_file, "\ufeff" + as_csv(found))
    if as_json:
        say_json(told(found))
    else:
        _say(found)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError:
        raise Unusable(f"{path} can't be written", todo="name a file in a folder that you may write to") from None


def _say(found: Matrix) -> None:
    refs = ", ".join(str(ref) for ref in found.protocols)
    say(f"{found.at.date()}, protocols in force: {refs or 'none'}")
    rows = []
    for table in found.tables:
        for column in table.columns:
            count: Counter[Sharing] = Counter()
            for mask, cell in column.parts:
                count[cell.sharing] += mask.bit_count()
            count[Sharing.NEVER] = len(found.catalogue.fields) - column.mask.bit_count()
            rows.append((table.holder, column.recipient, column.purpose, *(count[one] for one in found.key)))
    say_table(("holder", "recipient", "purpose", *(sharing.value for sharing in found.key)), rows)
