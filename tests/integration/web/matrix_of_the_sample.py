"""The matrix behind the pages of these tests: that of the sample protocol, for one person who works for a partner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from policies import Catalogue, Protocol, compile_snapshot
from policies.matrix import Matrix, matrix


class MatrixOfTheSample:
    """Implements `MatrixPageUseCases`."""

    def __init__(self, catalogue: Catalogue, protocols: Iterable[Protocol], at: datetime, *, reader: UUID) -> None:
        self.found = matrix(compile_snapshot(catalogue, protocols), at=at)
        self.reader = reader

    def for_person(self, person_id: UUID) -> Matrix | None:
        """See `hub.wiring.policy_matrix`."""
        return self.found if self.is_open_to(person_id) else None

    def is_open_to(self, person_id: UUID) -> bool:
        """See `hub.wiring.policy_matrix`."""
        return person_id == self.reader
