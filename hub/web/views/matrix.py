"""Who may see what of whom, as a table for people who work for a partner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint
from flask.typing import ResponseReturnValue

from hub.web.access import open_to
from hub.web.errors import NotHere
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import language, person_id, site
from policies.matrix import HolderTable, Matrix
from policies.matrix_words import MEANINGS, SHARINGS, Footnotes, footnotes, names_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: what it is called, and the numbers of its notes."""

    name: str
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One field, with a cell for each column."""

    title: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a column."""

    recipient: str
    purpose: str
    roles: str


@dataclass(frozen=True, slots=True)
class Table:
    """What one holder shares; `groups` are titles with their rows, `rest` counts the fields that nobody else sees."""

    holder: str
    heads: tuple[Head, ...]
    groups: tuple[tuple[str, tuple[Row, ...]], ...]
    notes: tuple[str, ...]
    rest: int


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/policy/matrix", "policy_matrix", policy_matrix)


@open_to(Access.SIGNED_IN)
def policy_matrix() -> ResponseReturnValue:
    """The matrix of the protocols in force now; not there for anybody but people of a partner."""
    found = site().use_cases.matrix.for_person(person_id())
    if found is None:
        raise NotHere
    return page(
        "matrix.html",
        at=found.at,
        protocols=[str(ref) for ref in found.protocols],
        tables=[_table(table, found) for table in found.tables],
        meanings=[(SHARINGS[one].say(language()), MEANINGS[one].say(language())) for one in found.key],
    )


def _table(table: HolderTable, found: Matrix) -> Table:
    noted = footnotes(table, found)
    return Table(
        holder=found.partners[table.holder].name.say(language()),
        heads=tuple(
            Head(
                found.partners[column.recipient].name.say(language()),
                found.purposes[column.purpose].words.say(language()),
                names_of(column.roles, found).say(language()),
            )
            for column in table.columns
        ),
        groups=tuple(_groups(table, found, noted)),
        notes=tuple(note.say(language()) for note in noted.notes),
        rest=len(found.catalogue.fields) - len(found.catalogue.entries(table.mask)),
    )


def _groups(table: HolderTable, found: Matrix, noted: Footnotes) -> Iterator[tuple[str, tuple[Row, ...]]]:
    catalogue = found.catalogue
    for group_id, mask in catalogue.by_group(table.mask).items():
        rows = tuple(
            Row(entry.title.say(language()), tuple(_cells(table, entry.bit, noted)))
            for entry in catalogue.entries(mask)
        )
        yield catalogue.groups[group_id].title.say(language()), rows


def _cells(table: HolderTable, bit: int, noted: Footnotes) -> Iterator[Cell]:
    for column in table.columns:
        cell = column.cell(bit)
        yield Cell(SHARINGS[cell.sharing].say(language()), noted.of(column, cell))
