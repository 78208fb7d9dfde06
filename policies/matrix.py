"""The matrix of recipient, purpose and field, per holder: what the protocols in force share, on which basis.

It is read off the very masks that decide. No learner is in it: conditions and limits are named, not judged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from policies.conditions import midnight
from policies.fields import Catalogue
from policies.model import ALWAYS, Basis, Partner, ProtocolRef, Purpose, ReadLimit, Role, When
from policies.snapshot import Cell, Snapshot


class Sharing(StrEnum):
    """How a field is shared at the most."""

    OBLIGATION = "obligation"
    TASK = "task"
    CONSENT = "consent"
    OVERRIDE_ONLY = "override_only"
    NEVER = "never"


_SHARING = {
    Basis.LEGAL_OBLIGATION: Sharing.OBLIGATION,
    Basis.PUBLIC_TASK: Sharing.TASK,
    Basis.CONSENT: Sharing.CONSENT,
    Basis.OVERRIDE_ONLY: Sharing.OVERRIDE_ONLY,
}
_STRONGEST_FIRST = tuple(Sharing)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a field reaches these roles: on a basis, under conditions, so often."""

    sharing: Sharing
    when: When
    reads: ReadLimit | None
    roles: tuple[str, ...]

    @property
    def is_conditional(self) -> bool:
        """Whether facts about the learner, days or earlier reads can keep it from counting."""
        return self.when != ALWAYS or self.reads is not None


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """What one field is to one recipient for one purpose.

    `sharing` is the strongest that any role can have. `is_conditional`: no role has that without condition or limit;
    `is_partial`: some role of the column never has it.
    """

    sharing: Sharing
    is_conditional: bool
    is_partial: bool
    ways: tuple[Way, ...]


NEVER = MatrixCell(Sharing.NEVER, is_conditional=False, is_partial=False, ways=())


@dataclass(frozen=True, slots=True)
class Column:
    """One recipient and purpose, with its fields parted into those that are shared alike. What is left is never.

    `roles` are those of the recipient that some row names here; no other role of it sees anything.
    """

    recipient: str
    purpose: str
    roles: tuple[str, ...]
    parts: tuple[tuple[int, MatrixCell], ...]

    @property
    def mask(self) -> int:
        """Every field that is shared in some way."""
        return sum(mask for mask, _ in self.parts)

    def cell(self, bit: int) -> MatrixCell:
        """The cell of one field."""
        return next((cell for mask, cell in self.parts if mask & bit), NEVER)


@dataclass(frozen=True, slots=True)
class HolderTable:
    """What one holder shares, recipient by recipient."""

    holder: str
    columns: tuple[Column, ...]

    @property
    def mask(self) -> int:
        """Every field that some column shares."""
        mask = 0
        for column in self.columns:
            mask |= column.mask
        return mask


@dataclass(frozen=True, slots=True)
class Matrix:
    """The matrix at one instant, with the words of those who are in it."""

    at: datetime
    catalogue: Catalogue
    protocols: tuple[ProtocolRef, ...]
    partners: Mapping[str, Partner]
    purposes: Mapping[str, Purpose]
    roles: Mapping[str, Role]
    tables: tuple[HolderTable, ...]

    @property
    def key(self) -> Iterable[Sharing]:
        """What a cell can be, strongest first."""
        return _STRONGEST_FIRST


def matrix(snapshot: Snapshot, *, at: datetime) -> Matrix:
    """The matrix of the protocols that are in force at this instant. A partner that holds nothing to share has a table
    without columns: so it is seen that nothing leaves it."""
    found: dict[tuple[str, str, str], list[Cell]] = {}
    for cell in snapshot.in_force(at):
        found.setdefault((cell.holder, cell.recipient, cell.purpose), []).append(cell)
    current = snapshot.current(at)
    partners = {agency: partner for one in current for agency, partner in one.partners.items()}
    columns: dict[str, list[Column]] = {agency: [] for agency in sorted(partners)}
    for (holder, recipient, purpose), cells in sorted(found.items()):
        roles = tuple(sorted({cell.role for cell in cells}))
        parts = tuple(_parts(cells, frozenset(roles), at))
        if parts:
            columns[holder].append(Column(recipient, purpose, roles, parts))
    return Matrix(
        at=at,
        catalogue=snapshot.catalogue,
        protocols=tuple(one.ref for one in current),
        partners=partners,
        purposes={code: purpose for one in current for code, purpose in one.purposes.items()},
        roles={code: role for one in current for code, role in one.roles.items()},
        tables=tuple(HolderTable(holder, tuple(found_)) for holder, found_ in columns.items()),
    )


_Said = tuple[Sharing, When, ReadLimit | None]


def _parts(cells: Iterable[Cell], able: frozenset[str], at: datetime) -> Iterator[tuple[int, MatrixCell]]:
    """Fields that are shared in the same ways to the same roles, together."""
    said: dict[_Said, dict[str, int]] = {}
    for cell in cells:
        for key, mask in _said(cell, at):
            by_role = said.setdefault(key, {})
            by_role[cell.role] = by_role.get(cell.role, 0) | mask
    parts = [-1]
    for by_role in said.values():
        for mask in set(by_role.values()):
            parts = [cut for part in parts for cut in (part & mask, part & ~mask) if cut]
    for part in sorted(part for part in parts if part > 0):
        ways = tuple(
            Way(sharing, when, reads, tuple(sorted(role for role, mask in by_role.items() if mask & part)))
            for (sharing, when, reads), by_role in said.items()
            if any(mask & part for mask in by_role.values())
        )
        if ways:
            yield part, _cell(ways, able)


def _said(cell: Cell, at: datetime) -> Iterator[tuple[_Said, int]]:
    """The masks of one protocol's cell. A row whose last day is over says nothing any more."""
    plain = (cell.obligation, cell.task, cell.consent, cell.override_only)
    for sharing, mask in zip(_STRONGEST_FIRST, plain, strict=False):
        yield (sharing, ALWAYS, None), mask
    for guard in cell.guarded:
        if guard.when.until_on is None or at < midnight(guard.when.until_on):
            yield (_SHARING[guard.basis], guard.when, guard.reads), guard.mask


def _cell(ways: tuple[Way, ...], able: frozenset[str]) -> MatrixCell:
    ordered = tuple(sorted(ways, key=_strongest_first))
    sharing = ordered[0].sharing
    best = [way for way in ordered if way.sharing is sharing]
    return MatrixCell(
        sharing=sharing,
        is_conditional=all(way.is_conditional for way in best),
        is_partial=not able <= {role for way in best for role in way.roles},
        ways=ordered,
    )


def _strongest_first(way: Way) -> tuple[int, bool, tuple[str, ...], str]:
    return _STRONGEST_FIRST.index(way.sharing), way.is_conditional, way.roles, repr((way.when, way.reads))
