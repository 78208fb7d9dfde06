"""Learners as their pages and inboxes name them: whom a person has to do with, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.circumstances.hiding import names_hidden_since
from hub.directory import contact, ties
from hub.directory.hand_over import learners_in_care_of
from hub.directory.queries import parties
from hub.sealing.key_store import KeyStore
from hub.sealing.model import learner_key
from hub.telling.inbox import inbox_of
from hub.telling.model import InboxEntry

MOST_IN_CARE = 200
"""A duty person can have thousands of learners; a page names this many. Each notice names its own learner."""

ACCOUNTABLE_TIE = "accountable"
"""What an accountable person is to a learner, on their pages."""


@dataclass(frozen=True, slots=True)
class LearnerLine:
    """A learner on a person's page: the hub's id, the display name, and what this person is to them."""

    learner_id: UUID
    name: str
    tie: str


def learner_lines(connection: Connection, keys: KeyStore, person_id: UUID, *, on: date) -> list[LearnerLine]:
    """The learners whom this person has standing for or is accountable for on a day, by name."""
    found = {
        **dict.fromkeys(learners_in_care_of(connection, person_id)[:MOST_IN_CARE], ACCOUNTABLE_TIE),
        **{
            tie.learner_id: tie.kind.value
            for tie in ties.ties_of_person(connection, person_id, on=on)
            if tie.standing is not None
        },
    }
    lines = [LearnerLine(one, name_of(connection, keys, one, person_id), tie) for one, tie in found.items()]
    return sorted(lines, key=lambda line: (line.name, line.learner_id))


def named_inbox(connection: Connection, keys: KeyStore, person_id: UUID, *, at: datetime) -> list[InboxEntry]:
    """A person's notices, each with what its learner is called on this person's pages."""
    entries = inbox_of(connection, person_id, at=at)
    learners = {entry.learner_id for entry in entries if entry.learner_id is not None}
    names = {learner: name_of(connection, keys, learner, person_id) for learner in learners}
    return [
        entry if entry.learner_id is None else replace(entry, learner_name=names[entry.learner_id]) for entry in entries
    ]


def name_of(connection: Connection, keys: KeyStore, learner_id: UUID, person_id: UUID) -> str:
    """What a learner is called on this person's page: a worker's own agency's name for them, where it has one.

    Another partner may know a name that is not for this worker. Else the oldest name; empty where nobody gave one.
    While a bar hides where the learner is, or who they became, the family is shown no name that came or changed since
    it was set, and a worker none but their own agency's.
    """
    person = parties.person_by_id(connection, person_id)
    own = None if person is None else person.agency_id
    since = names_hidden_since(connection, learner_id)
    if own is not None:
        found = _name(connection, keys, learner_id, as_known_to=own)
        if found or since is not None:
            return found
    return _name(connection, keys, learner_id, before=since)


def _name(
    connection: Connection,
    keys: KeyStore,
    learner_id: UUID,
    *,
    as_known_to: str | None = None,
    before: datetime | None = None,
) -> str:
    try:
        known = contact.contact_of(connection, keys, learner_key(learner_id), as_known_to=as_known_to, before=before)
    except contact.NobodyThere:
        return ""
    return known.name
