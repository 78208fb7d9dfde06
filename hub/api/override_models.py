"""What an override is begun with by the API, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, StrictInt, StrictStr

from hub.api.models import FieldId
from hub.api.strict_input import Strict
from hub.safeguarding.model import DEFAULT_HOURS, LONGEST_WORDS, MOST_HOURS, OverrideReason

Sentences = Annotated[StrictStr, Field(max_length=LONGEST_WORDS, pattern=r"^[^\x00]*$")]


class OverrideRequest(Strict):
    """One learner, by your handle; the person who acts, by the hub's id for them; the fields, and why.

    `keeps_from` names people who must not know. `sight_from` is the instant from which the family sees it, with its
    reason; without it they see it at once.
    """

    learner: UUID
    acting_person: UUID
    fields: Annotated[list[FieldId], Field(min_length=1, max_length=500)]
    reason: OverrideReason
    words: Annotated[Sentences, Field(min_length=1)]
    hours: Annotated[StrictInt, Field(ge=1, le=MOST_HOURS)] = DEFAULT_HOURS
    keeps_from: Annotated[list[UUID], Field(default_factory=list, max_length=50)]
    sight_from: AwareDatetime | None = None
    sight_reason: Sentences = ""


class OverrideAnswer(BaseModel):
    """It opens its fields until `confirm_by`, and once a second person has confirmed it, until `until`."""

    override_id: UUID
    made_at: datetime
    confirm_by: datetime
    until: datetime
