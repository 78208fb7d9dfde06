"""What people are to a learner, and what standing that gives them.

Call these in the transaction that has locked the learner's stream row: a tie that ends binds at its commit.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from hub.database import new_id
from hub.directory.errors import UnknownLearner, UnknownPerson
from hub.directory.model import Sight, Standing, Tie, TieKind
from hub.directory.queries import learners, parties
from hub.sealing.key_store import KeyStore
from hub.sealing.model import learner_key
from hub.sealing.text import seal_text

_LOCAL = ZoneInfo("Europe/London")


def add_tie(
    connection: Connection,
    keys: KeyStore,
    *,
    learner_id: UUID,
    person_id: UUID,
    kind: TieKind,
    standing: Standing | None,
    evidence_kind: str,
    evidence: str,
    from_on: date,
    until_on: date | None,
    checked_by: UUID,
    at: datetime,
) -> UUID:
    """Write down a tie that `checked_by` has checked; `evidence` is sealed under the learner's key.

    `until_on` is the first day on which it no longer holds. Raises UnknownLearner or UnknownPerson.
    """
    key = keys.unwrap(learner_key(learner_id))
    if not learners.learner_exists(connection, learner_id):
        raise UnknownLearner(learner_id)
    for somebody in (person_id, checked_by):
        found = parties.person_by_id(connection, somebody)
        if found is None or not found.is_active:
            raise UnknownPerson(somebody)
    tie_id = new_id()
    sealed = seal_text(key, owner=key.owner, purpose=f"tie.evidence/{tie_id}", data=evidence.encode())
    learners.insert_tie(
        connection,
        {
            "id": tie_id,
            "learner_id": learner_id,
            "person_id": person_id,
            "kind": kind.value,
            "standing": None if standing is None else standing.value,
            "evidence_kind": evidence_kind,
            "sealed_evidence": sealed,
            "from_on": from_on,
            "until_on": until_on,
            "checked_by": checked_by,
            "checked_at": at,
        },
    )
    return tie_id


def end_tie(connection: Connection, tie_id: UUID, *, until_on: date, checked_by: UUID, at: datetime) -> bool:
    """End an open tie on `until_on`, the first day without it; False when there is no such open tie."""
    return learners.end_tie(connection, tie_id, until_on=until_on, checked_by=checked_by, at=at)


def standing_of(connection: Connection, learner_id: UUID, person_id: UUID, *, on: date) -> Standing | None:
    """In which capacity this person may act for the learner on that day; None: in none. Of several ties, the oldest."""
    for sight in learners.ties_with_standing(connection, learner_id, on=on):
        if sight.person_id == person_id:
            return sight.standing
    return None


def people_with_sight(connection: Connection, learner_id: UUID, *, at: datetime) -> list[Sight]:
    """Everybody entitled to see this learner's events at `at`: active people whose tie gives standing.

    Ties begin and end by days in the United Kingdom.
    """
    return learners.ties_with_standing(connection, learner_id, on=day_of(at))


def day_of(at: datetime) -> date:
    """The day of an instant where ties begin and end: in the United Kingdom, an hour before UTC's in summer."""
    return at.astimezone(_LOCAL).date()


def ties_of_person(connection: Connection, person_id: UUID, *, on: date) -> list[Tie]:
    """The ties of one person that hold on that day, oldest first."""
    return [tie for tie in learners.ties_of(connection, person_id=person_id) if _holds(tie, on)]


def ties_of_learner(connection: Connection, learner_id: UUID, *, on: date) -> list[Tie]:
    """The ties of one learner that hold on that day, oldest first."""
    return [tie for tie in learners.ties_of(connection, learner_id=learner_id) if _holds(tie, on)]


def _holds(tie: Tie, on: date) -> bool:
    return tie.from_on <= on and (tie.until_on is None or on < tie.until_on)
