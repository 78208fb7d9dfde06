"""Finds the learner of an address for the person who is signed in."""

from __future__ import annotations

from uuid import UUID

from hub.web.errors import NotHere
from hub.web.site import person_id, site
from hub.wiring import LearnerLine


def learner(learner_id: UUID) -> LearnerLine:
    """The learner, if they are this person's; raises `NotHere` otherwise, as for one that does not exist."""
    for line in site().use_cases.learners_of(person_id()):
        if line.learner_id == learner_id:
            return line
    raise NotHere
