"""Which worker may do what. Everything is asked anew at each act, under the learner's lock where something changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.directory import links, ties
from hub.directory.acting_roles import roles_of
from hub.directory.hand_over import accountable_of
from hub.directory.model import Office
from hub.directory.offices import offices_of
from hub.directory.queries import parties
from hub.safeguarding.errors import NotForYou


@dataclass(frozen=True, slots=True)
class Worker:
    """An active person of a partner: the protocol roles in which they may act, and the offices that they hold there."""

    person_id: UUID
    agency_id: str
    roles: frozenset[str]
    offices: frozenset[Office]

    @property
    def is_lead(self) -> bool:
        """Whether they lead on safeguarding at their agency."""
        return Office.SAFEGUARDING in self.offices

    @property
    def is_designated(self) -> bool:
        """Whether they are their agency's designated person."""
        return Office.DESIGNATED in self.offices


@dataclass(frozen=True, slots=True)
class AtHand:
    """A worker and one learner whom their agency knows."""

    worker: Worker
    learner_id: UUID
    accountable_id: UUID
    handles: tuple[UUID, ...]

    @property
    def may_bar(self) -> bool:
        """Who sets, reviews, lifts bars: the accountable person, and the lead of an agency that knows the learner."""
        return self.worker.is_lead or self.accountable_id == self.worker.person_id


def worker_of(connection: Connection, person_id: UUID) -> Worker:
    """The worker who this person is; raises NotForYou for family and whoever is out of use."""
    person = parties.person_by_id(connection, person_id)
    if person is None or not person.is_active or person.agency_id is None:
        raise NotForYou
    held = offices_of(connection, person_id)
    return Worker(
        person_id=person_id,
        agency_id=person.agency_id,
        roles=roles_of(connection, person_id),
        offices=frozenset(office for agency, office in held if agency == person.agency_id),
    )


def at_hand(connection: Connection, person_id: UUID, learner_id: UUID, *, at: datetime) -> AtHand:
    """This worker beside this learner; raises NotForYou unless their agency knows them and they have a part there.

    A part is a protocol role, the office of safeguarding lead or designated person, or being accountable. Who has a tie
    to the learner themselves has none: nobody works on their own family here.
    """
    worker = worker_of(connection, person_id)
    own = tuple(handle for agency, handle in links.handles_of(connection, learner_id) if agency == worker.agency_id)
    if not own:
        raise NotForYou
    found = AtHand(worker, learner_id, accountable_of(connection, learner_id).person_id, own)
    if not (worker.roles or worker.offices or found.accountable_id == person_id):
        raise NotForYou
    if any(tie.person_id == person_id for tie in ties.ties_of_learner(connection, learner_id, on=ties.day_of(at))):
        raise NotForYou
    return found


def learner_behind(connection: Connection, person_id: UUID, handle_id: UUID) -> UUID:
    """The learner behind a handle of this worker's own agency; raises NotForYou."""
    worker = worker_of(connection, person_id)
    learner_id = links.learner_of(connection, worker.agency_id, handle_id)
    if learner_id is None:
        raise NotForYou
    return learner_id
