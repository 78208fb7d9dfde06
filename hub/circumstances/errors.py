"""What the circumstances of a learner refuse. Ids only."""

from __future__ import annotations

from uuid import UUID


class CircumstanceError(Exception):
    """Whatever this folder raises."""


class NotKnownToAgency(CircumstanceError):
    """An agency without a handle for the learner has no tie to them: it has to bring them first."""

    def __init__(self, agency_id: str, learner_id: UUID) -> None:
        super().__init__(f"agency {agency_id} does not know learner {learner_id}")
        self.agency_id = agency_id


class NoSuchAgencyTie(CircumstanceError):
    """No open tie of an agency has this id, or it would end before it begins."""

    def __init__(self, tie_id: UUID) -> None:
        super().__init__(f"there is no open tie {tie_id} that could end on that day")
        self.tie_id = tie_id


class LevelNotTheirs(CircumstanceError):
    """Only who is accountable for the learner now sets the level of need."""

    def __init__(self, person_id: UUID) -> None:
        super().__init__(f"person {person_id} is not accountable for this learner now")
        self.person_id = person_id
