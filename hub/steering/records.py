"""The files that `dolen policy records` writes: registers and flows as tables and pages, notices as pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path

from hub.sealing.model import Json
from hub.steering.paper import as_html
from policies.documents.child_notice import child_notice_of
from policies.documents.document import Document, Grid
from policies.documents.lines import partners_of
from policies.documents.notice import notice_of
from policies.documents.register import HEAD, flows_document, register_of, register_rows
from policies.documents.table import FORMULA_SIGNS
from policies.fields import Catalogue
from policies.model import Protocol
from policies.words import Words


def files_of(protocols: Sequence[Protocol], catalogue: Catalogue, *, partner: str | None = None) -> dict[str, bytes]:
    """File names and contents; with `partner`, only what that partner answers for, gives or gets."""
    flows = flows_document(protocols, catalogue, partner=partner)
    made = {
        "register.csv": _csv([words for _, words in HEAD], register_rows(protocols, catalogue, partner=partner)),
        "register.html": as_html(register_of(protocols, catalogue, partner=partner)).encode(),
        "flows.csv": _csv(_grid(flows).head, _grid(flows).rows),
        "flows.html": as_html(flows).encode(),
        "flows.md": flows_markdown(protocols, catalogue, partner=partner).encode(),
    }
    for one in partners_of(protocols):
        if partner in (None, one.agency):
            adult, child = notice_of(one, protocols, catalogue), child_notice_of(one, protocols, catalogue)
            made[f"privacy-{one.agency}.html"] = as_html(adult).encode()
            made[f"privacy-{one.agency}-child.html"] = as_html(child).encode()
    return made


def listed(made: Mapping[str, bytes], *, folder: Path | None = None) -> list[dict[str, Json]]:
    """Names and sizes of these files, as they lie in the folder they were written to, if they were."""
    return [{"file": name if folder is None else str(folder / name), "bytes": len(made[name])} for name in sorted(made)]


def as_json(
    protocols: Sequence[Protocol],
    catalogue: Catalogue,
    files: list[dict[str, Json]],
    *,
    partner: str | None,
    written: bool,
) -> dict[str, Json]:
    """What the files are made from, which there are, and the register itself."""
    head: list[Json] = [name for name, _ in HEAD]
    return {
        "protocols": [str(one.ref) for one in protocols],
        "written": written,
        "files": [*files],
        "processing": {
            "columns": head,
            "rows": [
                [{"en": words.en, "cy": words.cy} for words in row]
                for row in register_rows(protocols, catalogue, partner=partner)
            ],
        },
    }


def flows_markdown(protocols: Sequence[Protocol], catalogue: Catalogue, *, partner: str | None = None) -> str:
    """The data flows in English as a Markdown table, to stand in an impact assessment."""
    grid = _grid(flows_document(protocols, catalogue, partner=partner))
    lines = [_line(grid.head), "|" + "---|" * len(grid.head), *(_line(row) for row in grid.rows)]
    return "\n".join(lines) + "\n"


def _grid(document: Document) -> Grid:
    return next(block for section in document.sections for block in section.blocks if isinstance(block, Grid))


def _line(cells: Iterable[Words]) -> str:
    """One row, in which nothing that a protocol says is markup."""
    return "| " + " | ".join(_escaped(cell.en) for cell in cells) + " |"


def _escaped(text: str) -> str:
    shown = "".join(sign if sign.isprintable() else f"[U+{ord(sign):04X}]" for sign in " ".join(text.split()))
    return "".join(f"\\{sign}" if sign in "\\`*_[]|#!" else sign for sign in escape(shown, quote=False))


def _csv(head: Iterable[Words], rows: Iterable[Iterable[Words]]) -> bytes:
    """Both languages side by side; with a byte order mark, without which some spreadsheets misread Welsh."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow([text for words in head for text in (f"{words.en} (en)", f"{words.cy} (cy)")])
    writer.writerows([[_harmless(text) for words in row for text in (words.en, words.cy)] for row in rows])
    return ("\ufeff" + made.getvalue()).encode()


def _harmless(text: str) -> str:
    """What a spreadsheet would run gets an apostrophe before it."""
    return f"'{text}" if text[:1] and text[0] in FORMULA_SIGNS else text
