"""What other tables of the same term say of a pupil: ranked needs, and how often they were excluded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from connectors.base import Rejected
from connectors.reasons import ReasonCode, Unfit
from connectors.school_census.tables import EXCLUSIONS, KEY, NEEDS, PUPILS
from connectors.tables.cells import whole_of
from connectors.tables.files import TableFile
from connectors.tables.reading import Row

_LAST = 2**31


class Joined:
    """Needs and exclusions by term and pupil."""

    def __init__(self, files: Iterable[TableFile]) -> None:
        """`files` are all tables of the source; rows that belong to no pupil are told by `rejected`."""
        self._needs: defaultdict[tuple[int, str], list[tuple[int, int, str]]] = defaultdict(list)
        self._exclusions: Counter[tuple[int, str]] = Counter()
        self._has_exclusions: set[int] = set()
        self._files = list(files)
        self._pupils = {
            (file.age, row.cells[KEY[PUPILS]]) for file in self._of(PUPILS) for row in file.table().rows() if row.cells
        }
        for file in self._of(EXCLUSIONS):
            self._has_exclusions.add(file.age)

    def needs(self, term: int, pupil: str) -> list[str]:
        """Needs of the pupil in that term, most important first."""
        return [code for _, _, code in sorted(self._needs.get((term, pupil), []))]

    def exclusions(self, term: int, pupil: str) -> int | None:
        """How often the pupil was excluded in that term; None where no table tells."""
        return self._exclusions[term, pupil] if term in self._has_exclusions else None

    def read(self) -> Iterator[Rejected]:
        """Read the joined tables; gives the rows that can't be used."""
        for name in (NEEDS, EXCLUSIONS):
            for file in self._of(name):
                table = file.table()
                for row in table.rows():
                    try:
                        self._take(name, file.age, row)
                    except Unfit as problem:
                        yield Rejected(f"{file.file.name}:{row.line}", problem.reason, table.original(row))

    def _of(self, name: str) -> list[TableFile]:
        return [file for file in self._files if file.name == name]

    def _take(self, name: str, term: int, row: Row) -> None:
        if row.problem is not None:
            raise Unfit(row.problem)
        pupil = row.cells[KEY[name]]
        if not pupil:
            raise Unfit(ReasonCode.NO_KEY)
        if (term, pupil) not in self._pupils:
            raise Unfit(ReasonCode.NO_MATCHING_PUPIL)
        if name == EXCLUSIONS:
            self._exclusions[term, pupil] += 1
        elif row.cells["sentype"]:
            rank = whole_of(row.cells["sentyperank"])
            order = whole_of(row.cells.get("senneedsorderseqcolumn", ""))
            place = (_LAST if rank is None else rank, _LAST if order is None else order)
            self._needs[term, pupil].append((*place, row.cells["sentype"]))
