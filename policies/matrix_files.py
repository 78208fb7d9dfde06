"""The matrix as files: JSON, CSV that no spreadsheet takes for formulas, and one bilingual page that stands alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import TypeVar

from policies.fields import Field
from policies.matrix import Column, HolderTable, Matrix, MatrixCell, Sharing
from policies.matrix_words import MEANINGS, SHARINGS, Footnotes, conditions, footnotes, names_of
from policies.values import Json
from policies.words import Words

T = TypeVar("T")

CSV_HEAD = (
    "holder", "recipient", "purpose", "field", "title_en", "title_cy", "sharing", "conditional", "some_roles_only",
    "ways",
)  # fmt: skip
# Full-width signs are live too.
_LIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_json(found: Matrix) -> dict[str, Json]:
    """Every column with its fields by how they are shared; a field that is in no part is never shared there."""
    return {
        "at": found.at.isoformat(),
        "catalogue": found.catalogue.version,
        "protocols": [str(ref) for ref in found.protocols],
        "holders": [
            {"holder": table.holder, "columns": [_column(column, found) for column in table.columns]}
            for table in found.tables
        ],
    }


def _column(column: Column, found: Matrix) -> dict[str, Json]:
    parts: list[Json] = []
    for mask, cell in column.parts:
        ways: list[Json] = [
            {
                "sharing": way.sharing.value,
                "roles": list(way.roles),
                "conditions": [one.en for one in conditions(way)],
            }
            for way in cell.ways
        ]
        parts.append(
            {
                "sharing": cell.sharing.value,
                "conditional": cell.is_conditional,
                "some_roles_only": cell.is_partial,
                "fields": list(found.catalogue.ids(mask)),
                "ways": ways,
            }
        )
    return {"recipient": column.recipient, "purpose": column.purpose, "cells": parts}


def as_csv(found: Matrix) -> str:
    """One line per holder, recipient, purpose and field of the catalogue, also for what is never shared."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(CSV_HEAD)
    fields = [[harmless(part) for part in (one.id, one.title.en, one.title.cy)] for one in found.catalogue.fields]
    for table in found.tables:
        for column in table.columns:
            names = [harmless(name) for name in (table.holder, column.recipient, column.purpose)]
            said = _by_field(column, found, _said)
            writer.writerows([*names, *field, *said.get(field[0], _NEVER_SAID)] for field in fields)
    return text.getvalue()


def _by_field(column: Column, found: Matrix, say: Callable[[MatrixCell], T]) -> dict[str, T]:
    """What is said of each field that is shared, said once for those that are shared alike."""
    told = [(mask, say(cell)) for mask, cell in column.parts]
    return {entry.id: text for mask, text in told for entry in found.catalogue.entries(mask)}


_NEVER_SAID = ("never", "no", "no", "")


def _said(cell: MatrixCell) -> tuple[str, str, str, str]:
    ways = "; ".join(
        f"{way.sharing.value} [{', '.join(way.roles)}]" + "".join(f" only {one.en}" for one in conditions(way))
        for way in cell.ways
    )
    return cell.sharing.value, _yes(cell.is_conditional), _yes(cell.is_partial), harmless(ways)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def harmless(text: str) -> str:
    """The text, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_LIVE) else text


def as_page(found: Matrix) -> str:
    """One HTML page in English and Welsh, without scripts and without anything to fetch."""
    return "".join(_page(found))


_STYLE = (
    "body{font:16px/1.4 Arial,sans-serif;margin:2em;color:#0b0c0c}table{border-collapse:collapse;margin:1em 0 2em}"
    "caption{text-align:left;font-weight:bold;font-size:1.2em;padding:.4em 0}"
    "th,td{border:1px solid #505a5f;padding:.3em .5em;text-align:left;vertical-align:top}"
    "thead th{background:#f3f2f1}th[colspan]{background:#f3f2f1}[lang=cy]{font-style:italic}small{display:block}"
    ".never{color:#505a5f}.scroll{overflow-x:auto}@media print{.scroll{overflow:visible}}"
)


def _page(found: Matrix) -> Iterator[str]:
    day = found.at.date().isoformat()
    yield '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Who may see what of whom, {day} / Pwy gaiff weld beth gan bwy, {day}</title>"
    yield f"<style>{_STYLE}</style></head><body><main>\n"
    yield f"<h1>{_both(Words('Who may see what of whom', 'Pwy gaiff weld beth gan bwy'))}</h1>\n"
    refs = escape(", ".join(str(ref) for ref in found.protocols)) or "-"
    yield f"<p>{_both(Words('As of', 'Fel ar'))} {day}. {_both(Words('Protocols', 'Protocolau'))}: {refs}</p>\n"
    yield f"<h2>{_both(Words('What the words mean', 'Ystyr y geiriau'))}</h2>\n<dl>"
    for sharing in found.key:
        yield f"<dt><b>{_both(SHARINGS[sharing])}</b></dt><dd>{_both(MEANINGS[sharing])}</dd>"
    yield "</dl>\n"
    for table in found.tables:
        yield from _table(table, found)
    yield "</main></body></html>\n"


def _table(table: HolderTable, found: Matrix) -> Iterator[str]:
    name = found.partners[table.holder].name
    yield f"<h2>{_both(name)}</h2>\n"
    if not table.columns:
        nothing = Words("It shares nothing of its own with another partner.", "Nid yw’n rhannu dim o’i eiddo ei hun.")
        yield f"<p>{_both(nothing)}</p>\n"
        return
    yield '<div class="scroll" tabindex="0"><table>\n<caption>'
    yield _both(Words(f"What is shared of the records of {name.en}", f"Yr hyn a rennir o gofnodion {name.cy}"))
    yield f'</caption>\n<thead><tr><th scope="col">{_both(Words("Field", "Maes"))}</th>'
    for column in table.columns:
        yield f'<th scope="col">{_both(found.partners[column.recipient].name)}'
        yield f"<small>{_both(found.purposes[column.purpose].words)}</small>"
        yield f"<small>{_both(names_of(column.roles, found))}</small></th>"
    yield "</tr></thead>\n"
    noted = footnotes(table, found)
    shown = [_texts(column, table, found, noted) for column in table.columns]
    for group_id, mask in found.catalogue.by_group(table.mask).items():
        yield f'<tbody><tr><th scope="rowgroup" colspan="{len(table.columns) + 1}">'
        yield f"{_both(found.catalogue.groups[group_id].title)}</th></tr>\n"
        for entry in found.catalogue.entries(mask):
            yield _row(entry, [said.get(entry.id, _NEVER) for said in shown])
        yield "</tbody>\n"
    yield "</table></div>\n"
    if noted.notes:
        yield "<ol>"
        for number, note in enumerate(noted.notes, start=1):
            yield f'<li id="{_anchor(table.holder, number)}">{_both(note)}</li>'
        yield "</ol>\n"
    rest = len(found.catalogue.entries(found.catalogue.everything & ~table.mask))
    yield f"<p>{_both(Words('Fields of the catalogue that nobody else sees', 'Meysydd nad oes neb arall yn eu gweld'))}"
    yield f": {rest}</p>\n"


def _texts(column: Column, table: HolderTable, found: Matrix, noted: Footnotes) -> dict[str, str]:
    return _by_field(column, found, lambda cell: _cell(cell, noted.of(column, cell), table.holder))


def _row(entry: Field, cells: Sequence[str]) -> str:
    return f'<tr><th scope="row">{_both(entry.title)}<small>{escape(entry.id)}</small></th>{"".join(cells)}</tr>\n'


def _cell(cell: MatrixCell, numbers: Sequence[int], holder: str) -> str:
    links = " ".join(f'<a href="#{_anchor(holder, number)}">[{number}]</a>' for number in numbers)
    return f"<td>{_both(SHARINGS[cell.sharing])} {links}</td>" if links else f"<td>{_both(SHARINGS[cell.sharing])}</td>"


def _anchor(holder: str, number: int) -> str:
    return f"note-{escape(holder)}-{number}"


def _both(words: Words) -> str:
    """English, and Welsh marked as such; once where the two are one text."""
    english, welsh = escape(words.en), escape(words.cy)
    return english if english == welsh else f'{english} <span lang="cy">{welsh}</span>'


_NEVER = f'<td class="never">{_both(SHARINGS[Sharing.NEVER])}</td>'
