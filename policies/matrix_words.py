"""What stands in a cell of the matrix, in words of both languages: never a colour or a sign alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from policies.matrix import Column, HolderTable, Matrix, MatrixCell, Sharing, Way
from policies.model import Period, ReadLimit, When
from policies.words import Words

SHARINGS: Final[Mapping[Sharing, Words]] = {
    Sharing.OBLIGATION: Words("Legal obligation", "Rhwymedigaeth gyfreithiol"),
    Sharing.TASK: Words("Public task", "Tasg gyhoeddus"),
    Sharing.CONSENT: Words("Consent", "Cydsyniad"),
    Sharing.OVERRIDE_ONLY: Words("Override only", "Gwrthwneud yn unig"),
    Sharing.NEVER: Words("Never", "Byth"),
}
"""What a cell is called."""

MEANINGS: Final[Mapping[Sharing, Words]] = {
    Sharing.OBLIGATION: Words(
        "The law makes the holder share it. The family is told.",
        "Mae’r gyfraith yn gorfodi’r deiliad i’w rannu. Dywedir wrth y teulu.",
    ),
    Sharing.TASK: Words(
        "The law lets the holder share it. The family is told, and may object.",
        "Mae’r gyfraith yn gadael i’r deiliad ei rannu. Dywedir wrth y teulu, a chaiff wrthwynebu.",
    ),
    Sharing.CONSENT: Words(
        "It is shared only while the family, or the young person, agrees.",
        "Dim ond tra bo’r teulu, neu’r person ifanc, yn cytuno y caiff ei rannu.",
    ),
    Sharing.OVERRIDE_ONLY: Words(
        "It is closed, but for a safeguarding override.", "Mae ar gau, heblaw am wrthwneud er diogelu."
    ),
    Sharing.NEVER: Words("It is not shared for this purpose.", "Ni chaiff ei rannu at y diben hwn."),
}
"""What each means for a family."""

_PERIODS: Final[Mapping[Period, Words]] = {
    Period.DAY: Words("in 24 hours", "mewn 24 awr"),
    Period.WEEK: Words("in 7 days", "mewn 7 diwrnod"),
    Period.MONTH: Words("in 31 days", "mewn 31 diwrnod"),
    Period.YEAR: Words("in 366 days", "mewn 366 diwrnod"),
}


def conditions(way: Way) -> tuple[Words, ...]:
    """Every condition and limit of a way, each as a few words that stand after "only"."""
    return (*_of_learner(way.when), *_of_days(way.when), *_of_reads(way.reads))


@dataclass(frozen=True, slots=True)
class Footnotes:
    """What there is to say beside the names of the cells of one table, each thing once and numbered from 1."""

    notes: tuple[Words, ...]
    _numbers: Mapping[tuple[Column, MatrixCell], tuple[int, ...]]

    def of(self, column: Column, cell: MatrixCell) -> tuple[int, ...]:
        """Numbers of the notes of this cell."""
        return self._numbers.get((column, cell), ())


def footnotes(table: HolderTable, found: Matrix) -> Footnotes:
    """For every cell that some role or learner does not have, or has in several ways: who has it, and when."""
    numbered: dict[Words, int] = {}
    numbers: dict[tuple[Column, MatrixCell], tuple[int, ...]] = {}
    for column in table.columns:
        for _, cell in column.parts:
            said = [_note(way, cell, column, found) for way in cell.ways] if _needs_notes(cell) else []
            numbers[column, cell] = tuple(numbered.setdefault(note, len(numbered) + 1) for note in said)
    return Footnotes(tuple(numbered), numbers)


def names_of(roles: Iterable[str], found: Matrix) -> Words:
    """The titles of these roles."""
    titles = [found.roles[role].title if role in found.roles else Words(role, role) for role in roles]
    return Words(", ".join(title.en for title in titles), ", ".join(title.cy for title in titles))


def _needs_notes(cell: MatrixCell) -> bool:
    return cell.is_partial or len(cell.ways) > 1 or any(way.is_conditional for way in cell.ways)


def _note(way: Way, cell: MatrixCell, column: Column, found: Matrix) -> Words:
    name = SHARINGS[way.sharing]
    is_other = way.sharing is not cell.sharing
    english, welsh = [name.en] * is_other, [name.cy] * is_other
    if way.roles != column.roles:
        roles = names_of(way.roles, found)
        english.append(f"for: {roles.en}")
        welsh.append(f"ar gyfer: {roles.cy}")
    said = conditions(way)
    if said:
        english.append(f"only {', '.join(one.en for one in said)}")
        welsh.append(f"dim ond {', '.join(one.cy for one in said)}")
    return Words("; ".join(english) or "for all of these roles", "; ".join(welsh) or "ar gyfer pob un o’r rolau hyn")


def _of_learner(when: When) -> Iterator[Words]:
    if when.age_from is not None:
        yield Words(f"aged {when.age_from} or over", f"yn {when.age_from} oed neu’n hŷn")
    if when.age_until is not None:
        yield Words(f"aged under {when.age_until}", f"o dan {when.age_until} oed")
    if when.levels:
        levels = ", ".join(str(level) for level in sorted(when.levels))
        yield Words(f"level of need {levels}", f"lefel angen {levels}")
    if when.live_tie:
        yield Words("with a live tie to the learner", "gyda chyswllt byw â’r dysgwr")


def _of_days(when: When) -> Iterator[Words]:
    if when.from_on is not None:
        yield Words(f"from {when.from_on}", f"o {when.from_on}")
    if when.until_on is not None:
        yield Words(f"before {when.until_on}", f"cyn {when.until_on}")


def _of_reads(reads: ReadLimit | None) -> Iterator[Words]:
    if reads is not None:
        per = _PERIODS[reads.per]
        yield Words(f"reads at most: {reads.most} {per.en}", f"darlleniadau ar y mwyaf: {reads.most} {per.cy}")
