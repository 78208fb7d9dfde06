"""What trying a draft comes to: counts of learners by recipient, purpose, holder and field, small ones left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from hub.sealing.model import Json
from hub.steering.small_numbers import at_least, shown
from policies.fields import Catalogue
from policies.model import ProtocolRef

CONSENTS_THEN = "consents and withdrawals as they stood at the instant of each disclosure"
ALL_ELSE_NOW = "standing, bars, objections, overrides, ties, age, level and all other protocols as they are now"


@dataclass(frozen=True, slots=True, order=True)
class Row:
    """Whose fields go to whom, and what for."""

    recipient: str
    purpose: str
    holder: str


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """How many learners a draft would change one field for: disjoint counts, out of `of` learners.

    `allowed`: denied until now; `denied`: allowed until now; `changed`: allowed by both, on another basis.
    """

    row: Row
    ordinal: int
    counts: Mapping[str, int]
    of: int


@dataclass(slots=True)
class Tally:
    """Learners, counted once for each row and field, whichever of several roles they are seen in."""

    _seen: dict[Row, set[UUID]] = field(default_factory=dict)
    _found: dict[tuple[Row, int], dict[UUID, str]] = field(default_factory=dict)

    def note(self, row: Row, learner_id: UUID, *, allowed: int, denied: int, changed: int) -> None:
        """Note what a draft would change for one learner; of several roles what takes away counts first."""
        self._seen.setdefault(row, set()).add(learner_id)
        for what, mask in (("denied", denied), ("allowed", allowed), ("changed", changed)):
            while mask:
                ordinal = mask.bit_length() - 1
                mask ^= 1 << ordinal
                found = self._found.setdefault((row, ordinal), {})
                if what == "denied" or learner_id not in found:
                    found[learner_id] = what

    def rows(self) -> tuple[FieldCounts, ...]:
        """One for each row and field for which something would change."""
        return tuple(
            FieldCounts(row, ordinal, _counted(found), len(self._seen[row]))
            for (row, ordinal), found in sorted(self._found.items(), key=lambda one: one[0])
        )


def _counted(found: Mapping[UUID, str]) -> dict[str, int]:
    said = list(found.values())
    return {what: said.count(what) for what in ("allowed", "denied", "changed")}


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a draft would change; `replaces` is the version in force of its id, None where there is none."""

    draft: ProtocolRef
    replaces: ProtocolRef | None
    at: datetime
    since: datetime
    today: tuple[FieldCounts, ...]
    past: tuple[FieldCounts, ...]
    catalogue: Catalogue

    def as_json(self) -> dict[str, Json]:
        """What may leave: no small count, and none from which one follows (decision 0033)."""
        return {
            "draft": str(self.draft),
            "replaces": None if self.replaces is None else str(self.replaces),
            "at": self.at.isoformat(),
            "since": self.since.isoformat(),
            "taken_as_of_then": CONSENTS_THEN,
            "taken_as_of_now": ALL_ELSE_NOW,
            "today": self._part(self.today),
            "recorded_disclosures": self._part(self.past),
        }

    def _part(self, found: tuple[FieldCounts, ...]) -> dict[str, Json]:
        told = [shown(one.counts, of=one.of) for one in found]
        return {
            "learners_touched_at_least": at_least(told),
            "fields": [
                {
                    "recipient": one.row.recipient,
                    "purpose": one.row.purpose,
                    "holder": one.row.holder,
                    "field": self.catalogue.by_ordinal[one.ordinal].id,
                    **counts,
                }
                for one, counts in zip(found, told, strict=True)
            ],
        }
