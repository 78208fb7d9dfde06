"""Which learner a handle stands for, and who else knows that learner. Both are facts of this instant."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from hub.directory.queries import handles


def learner_of(connection: Connection, agency_id: str, handle_id: UUID) -> UUID | None:
    """The learner that this agency's handle is linked to; None for a handle that is unknown or another agency's."""
    return handles.learner_of_handle(connection, agency_id=agency_id, handle_id=handle_id)


def behind(connection: Connection, agency_id: str, handle_id: UUID) -> tuple[UUID, tuple[tuple[str, UUID], ...]] | None:
    """`learner_of` this agency's handle and `handles_of` that learner; None for a handle that is not this agency's."""
    return handles.handles_behind(connection, agency_id=agency_id, handle_id=handle_id)


def handles_of(connection: Connection, learner_id: UUID) -> list[tuple[str, UUID]]:
    """Agency and handle of every partner that knows this learner, in order of agency and handle."""
    return handles.handles_of_learner(connection, learner_id)
