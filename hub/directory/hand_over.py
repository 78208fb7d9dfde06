"""Who is accountable for a learner, and handing that over. There is no moment without somebody."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.database import new_id
from hub.directory.errors import NotAccountable, UnknownLearner
from hub.directory.model import Accountable, PersonRole
from hub.directory.queries import learners, parties
from hub.sealing.key_store import KeyStore
from hub.sealing.model import learner_key
from hub.sealing.text import seal_text


def hand_over(
    connection: Connection, keys: KeyStore, *, learner_id: UUID, to_person_id: UUID, because: str, at: datetime
) -> Accountable:
    """Make `to_person_id` accountable from `at` on, which ends the one before; `because` is sealed.

    Call it after the learner's stream row is locked and the learner's key is unwrapped.

    Raises:
        UnknownLearner: no such learner.
        NotAccountable: the person is family, unknown or not active.
        NotYetSucceeded: somebody else handed over at `at` or later; the transaction is lost.
    """
    key = keys.unwrap(learner_key(learner_id))
    if not learners.learner_exists(connection, learner_id):
        raise UnknownLearner(learner_id)
    person = parties.person_by_id(connection, to_person_id)
    if person is None or not person.is_active or person.role is PersonRole.FAMILY:
        raise NotAccountable(to_person_id)
    row = Accountable(new_id(), learner_id, to_person_id, at)
    sealed = seal_text(key, owner=key.owner, purpose=f"accountable.because/{row.id}", data=because.encode())
    learners.insert_accountable(connection, row, sealed_because=sealed)
    return row


def accountable_of(connection: Connection, learner_id: UUID) -> Accountable:
    """Who is accountable now; raises UnknownLearner."""
    found = learners.accountable_of(connection, learner_id)
    if found is None:
        raise UnknownLearner(learner_id)
    return found


def history_of(connection: Connection, learner_id: UUID) -> list[Accountable]:
    """Everybody who was accountable, oldest first; each ends where the next one begins."""
    return learners.accountable_history(connection, learner_id)


def learners_in_care_of(connection: Connection, person_id: UUID) -> list[UUID]:
    """The learners that this person is accountable for now."""
    return learners.learners_in_care_of(connection, person_id)
