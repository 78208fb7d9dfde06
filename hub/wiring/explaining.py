"""Why: one function's answer, for the command line, partners' systems and families."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from hub.directory.model import Principal
from hub.sharing.explained import Explained, RowExplained
from hub.sharing.explaining import explain_in_full, explain_row, explain_to_recipient
from hub.sharing.model import GroupSight
from hub.sharing.ruling import Sharing


@dataclass(frozen=True, slots=True)
class Explaining:
    """See `hub.sharing.explaining`."""

    sharing: Sharing

    def in_full(
        self, *, agency_id: str, role: str, purpose: str, learner: UUID, fields: Sequence[str] | None = None
    ) -> Explained:
        """For whoever runs the hub, bars and all."""
        return explain_in_full(
            self.sharing, agency_id=agency_id, role=role, purpose=purpose, learner=learner, fields=fields
        )

    def to_recipient(self, principal: Principal, handle_id: UUID, fields: Sequence[str] | None = None) -> Explained:
        """For the caller, about its own handle."""
        return explain_to_recipient(self.sharing, principal, handle_id, fields)

    def row(self, person_id: UUID, learner_id: UUID, is_asked: Callable[[GroupSight], bool]) -> RowExplained | None:
        """For somebody with standing, about one row of "who can see what"."""
        return explain_row(self.sharing, person_id, learner_id, is_asked)
