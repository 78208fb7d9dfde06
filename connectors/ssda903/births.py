"""Birth dates of a return: two of them under one number mean two children, whose rows nobody could tell apart."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.reasons import ReasonCode, Unfit
from connectors.tables.cells import day_of
from connectors.tables.files import TableFile


class Births:
    """What a whole return says of every child's birth date.

    The newest header table decides; a child without a header row is judged by all other tables of the newest return
    that has one.
    """

    def __init__(self, files: Iterable[TableFile]) -> None:
        """`files` newest first."""
        self._by_header: dict[str, tuple[int, set[str]]] = {}
        self._by_others: dict[str, tuple[int, set[str]]] = {}
        for file in files:
            self._collect(file, self._by_header if file.name == "header" else self._by_others)

    def check(self, child: str, born_on: str | None) -> None:
        """Refuse a row of `child` whose birth date is not certain.

        Raises:
            Unfit: the number stands for several birth dates, or this row for another one than the header does.
        """
        known = self._by_header.get(child) or self._by_others.get(child)
        if known is None:
            return
        if len(known[1]) > 1 or (born_on is not None and born_on not in known[1]):
            raise Unfit(ReasonCode.CONFLICTING_BIRTH_DATE)

    def of(self, child: str) -> str | None:
        """The birth date of `child`, where the return agrees on one."""
        known = self._by_header.get(child) or self._by_others.get(child)
        return None if known is None or len(known[1]) > 1 else next(iter(known[1]))

    def _collect(self, file: TableFile, births: dict[str, tuple[int, set[str]]]) -> None:
        for row in file.table().rows():
            child, cell = row.cells.get("child", ""), row.cells.get("dob", "")
            try:
                born_on = day_of(cell)
            except Unfit:
                continue
            if child and born_on is not None:
                age, days = births.setdefault(child, (file.age, set()))
                if age == file.age:
                    days.add(born_on)
