"""What of a learner is hidden from one person besides record values: overrides, and partners whose name is a place.

Every list that could tell of them goes by this: who looked, who can see what, offers, receipts, names. INVARIANT: what
is hidden leaves no count, no gap and no other trace on a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.circumstances import queries
from hub.directory.model import Sector
from policies.bars import BarKind

PLACES = (Sector.SCHOOL, Sector.FURTHER_EDUCATION, Sector.VOLUNTARY)
"""Partners of these sectors are somewhere: that one of them knows a child says where the child is. An authority or a
health board says no more than the county."""

_RENAMED = (BarKind.HIDDEN_LOCATION, BarKind.ADOPTION)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Overrides, by id, of which the person may not know; agencies that are not named to them."""

    overrides: frozenset[UUID] = frozenset()
    agencies: frozenset[str] = frozenset()


NOTHING_HIDDEN = Hidden()


def hidden_from_family(connection: Connection, learner_id: UUID, *, person_id: UUID, at: datetime) -> Hidden:
    """What somebody of the family is not told about this learner at `at`."""
    overrides = queries.overrides_hidden_from(connection, learner_id, person_id=person_id, is_family=True, at=at)
    return Hidden(overrides, places_hidden(connection, learner_id))


def hidden_from_worker(connection: Connection, learner_id: UUID, *, person_id: UUID | None, at: datetime) -> Hidden:
    """What somebody who works for a partner is not told: overrides that are kept from them. None: a system, nothing."""
    if person_id is None:
        return NOTHING_HIDDEN
    found = queries.overrides_hidden_from(connection, learner_id, person_id=person_id, is_family=False, at=at)
    return Hidden(found)


def places_hidden(connection: Connection, learner_id: UUID) -> frozenset[str]:
    """Agencies that are not named where a bar hides the learner's location; nobody where none does."""
    if queries.barred_since(connection, learner_id, [BarKind.HIDDEN_LOCATION.value]) is None:
        return frozenset()
    return queries.agencies_of_sectors(connection, [sector.value for sector in PLACES])


def sight_of_agency(
    connection: Connection, learner_id: UUID, agency_id: str, *, sight: tuple[UUID, ...]
) -> tuple[UUID, ...]:
    """Who of the family may be told what this agency does: nobody, while its name says where the child is."""
    return () if agency_id in places_hidden(connection, learner_id) else sight


def names_hidden_since(connection: Connection, learner_id: UUID) -> datetime | None:
    """From when on a name that a partner gave is not shown to the family: who hides a child may rename it."""
    return queries.barred_since(connection, learner_id, [kind.value for kind in _RENAMED])
