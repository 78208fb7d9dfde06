"""Bars, overrides, objections and live ties of one learner, as facts that a decision takes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.circumstances import queries
from hub.circumstances.queries import StandingRow
from hub.directory.ties import day_of
from policies.bars import BarKind, covered
from policies.facts import BarFact, ObjectionFact, OverrideFact
from policies.fields import Catalogue


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is true of one learner at one instant, besides consent; sorted, so that two readings compare."""

    bars: tuple[BarFact, ...] = ()
    overrides: tuple[OverrideFact, ...] = ()
    objections: tuple[ObjectionFact, ...] = ()
    live_ties: frozenset[str] = frozenset()

    def without_overrides(self, override_ids: Collection[UUID]) -> Circumstances:
        """The same without these overrides: for whoever may not know of them."""
        hidden = {str(one) for one in override_ids}
        return replace(self, overrides=tuple(one for one in self.overrides if one.override_id not in hidden))


def circumstances_of(connection: Connection, learner_id: UUID, *, catalogue: Catalogue, at: datetime) -> Circumstances:
    """Read them in the transaction that holds the learner's lock.

    A bar of a kind that is not known here takes everything away: what cannot be read denies.
    """
    rows = queries.standing(connection, learner_id, at=at, on=day_of(at))
    return Circumstances(
        bars=tuple(_bar(row, catalogue) for row in _of(rows, queries.BAR)),
        overrides=tuple(_override(row, catalogue) for row in _of(rows, queries.OVERRIDE)),
        objections=tuple(_objection(row, catalogue) for row in _of(rows, queries.OBJECTION)),
        live_ties=frozenset(row.agency for row in _of(rows, queries.TIE) if row.agency is not None),
    )


def objections_by(
    connection: Connection, learner_id: UUID, person_id: UUID, *, catalogue: Catalogue
) -> tuple[ObjectionFact, ...]:
    """The objections of one person that count now."""
    return tuple(_objection(row, catalogue) for row in queries.objections_by(connection, learner_id, person_id))


def _of(rows: Iterable[StandingRow], what: int) -> list[StandingRow]:
    return [row for row in rows if row.what == what]


def _bar(row: StandingRow, catalogue: Catalogue) -> BarFact:
    if row.code not in set(BarKind):
        return BarFact(BarKind.COURT_ORDER, catalogue.everything, row.agency)
    kind = BarKind(row.code)
    return BarFact(kind, covered(kind, catalogue, named=_mask(row, catalogue)), row.agency)


def _override(row: StandingRow, catalogue: Catalogue) -> OverrideFact:
    if row.from_at is None or row.until_at is None:
        raise TypeError("an override without an instant; its columns are NOT NULL")
    return OverrideFact(
        override_id=str(row.id),
        recipient=row.agency or "",
        role=row.extra or "",
        purpose=row.code,
        mask=_mask(row, catalogue),
        valid_from=row.from_at,
        valid_until=row.until_at,
    )


def _objection(row: StandingRow, catalogue: Catalogue) -> ObjectionFact:
    return ObjectionFact(
        holder=row.extra or "", recipient=row.agency or "", purpose=row.code, mask=_mask(row, catalogue)
    )


def _mask(row: StandingRow, catalogue: Catalogue) -> int:
    return sum(1 << ordinal for ordinal in set(row.ordinals)) & catalogue.everything
