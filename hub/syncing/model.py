"""The row report: what became of every unit of a source."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

Counts = dict[str, int]


@dataclass(slots=True)
class RowReport:
    """Counts of one run; every unit that was read is in exactly one of the six.

    `reasons` says why units are in quarantine, by code; `ignored_types` which types the kind does not carry. No value,
    no name and no place is in it.
    """

    kind: str
    source: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    out_of_scope: int = 0
    ignored: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    ignored_types: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    is_dry_run: bool = False

    @property
    def read(self) -> int:
        """How many units were read: the sum of the six counts, by construction."""
        return self.created + self.updated + self.unchanged + self.quarantined + self.out_of_scope + self.ignored

    def quarantine(self, reason: str) -> None:
        """Count one unit that could not be placed."""
        self.quarantined += 1
        self.reasons[reason] += 1

    def ignore(self, unit_type: str) -> None:
        """Count one unit of a type that this kind does not carry."""
        self.ignored += 1
        self.ignored_types[unit_type] += 1

    def as_json(self) -> dict[str, str | int | bool | Counts]:
        """The object that `dolen sync --json` prints (docs/architecture.md section 7), and the types."""
        return {
            "kind": self.kind,
            "source": self.source,
            "read": self.read,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "quarantined": self.quarantined,
            "out_of_scope": self.out_of_scope,
            "ignored": self.ignored,
            "reasons": dict(sorted(self.reasons.items())),
            "ignored_types": dict(sorted(self.ignored_types.items())),
            "flags": dict(sorted(self.flags.items())),
            "dry_run": self.is_dry_run,
        }

    def to_store(self) -> dict[str, str | int | bool | Counts]:
        """The same without the source: a file name can be somebody's name."""
        return {key: value for key, value in self.as_json().items() if key != "source"}
