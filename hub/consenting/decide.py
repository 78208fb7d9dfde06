"""A family's decision: event, ledger entries and notices in one transaction, under the learner's lock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from consent import events
from consent.errors import UnknownConsent
from consent.model import ConsentKind, ConsentState, EventKind, Matter, Status
from hub.consenting.errors import NotYourConsent, UntilRefused
from hub.consenting.model import Offer, Outcome, Shown
from hub.consenting.offers import still_offered
from hub.consenting.standing import Consenting, standing_of
from hub.consenting.write import Taken, write
from hub.database import new_id, reading, unit_of_work
from hub.directory.streams import lock_learner
from hub.sealing.model import SubjectKey, learner_key

LONGEST = timedelta(days=3 * 366)
"""No consent lasts longer than three years; a family can end it sooner, and is asked again after it."""


def grant(room: Consenting, person_id: UUID, offer: Offer, *, until: datetime, shown: Shown) -> Outcome:
    """Let the offer's recipient see the offer's fields until `until`.

    An answer that only takes away from what this person granted before, fields or time, is written as a narrowing.
    Raises NotStanding, OfferChanged, or UntilRefused for an end that is not between now and three years from now.
    """
    if not room.clock() < until <= room.clock() + LONGEST:
        raise UntilRefused
    return _answer_offer(room, person_id, offer, EventKind.GRANTED, shown=shown, until=until)


def refuse(room: Consenting, person_id: UUID, offer: Offer, *, shown: Shown) -> Outcome:
    """Say no to the offer: kept as an answer of its own; raises NotStanding or OfferChanged."""
    return _answer_offer(room, person_id, offer, EventKind.REFUSED, shown=shown)


def withdraw(room: Consenting, person_id: UUID, consent_id: UUID, *, shown: Shown, reason: str = "") -> Outcome:
    """Take a consent back; it binds for the very next read in any process, from this transaction's commit.

    Raises NotYourConsent; or consent.errors.AnswerRefused when there is nothing left to withdraw. A person whose
    standing has ended may still take back what they gave.
    """
    with reading(room.engine) as connection:
        matter = _own(connection, person_id, consent_id)
    key = _learner_key(room, matter.learner_id)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, matter.learner_id)
        given = [one for one in events.events_of(connection, matter.learner_id) if one.consent_id == consent_id]
        standing = given[-1].standing
        if standing is None:
            raise NotYourConsent
        taken = Taken(EventKind.WITHDRAWN, person_id, standing, shown, room.clock(), reason=reason)
        return write(connection, key, consent_id, taken)


def _answer_offer(
    room: Consenting,
    person_id: UUID,
    offer: Offer,
    kind: EventKind,
    *,
    shown: Shown,
    until: datetime | None = None,
) -> Outcome:
    key = _learner_key(room, offer.learner_id)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, offer.learner_id)
        at = room.clock()
        standing = standing_of(connection, person_id=person_id, learner_id=offer.learner_id, at=at)
        still_offered(room, connection, offer)
        consent_id = events.open_consent(connection, _matter(person_id, offer), new_id=new_id(), at=at)
        taken = Taken(kind, person_id, standing, shown, at, field_ids=offer.field_ids, until=until, offer=offer)
        # Agreeing to a newer version's difference is a grant under that version, even if it ends sooner.
        takes_away = kind is EventKind.GRANTED and offer.difference is None
        if takes_away and _only_takes_away(events.state_of(connection, consent_id, at=at), taken):
            taken = replace(taken, kind=EventKind.NARROWED)
        return write(connection, key, consent_id, taken)


def _only_takes_away(before: ConsentState, taken: Taken) -> bool:
    if before.status is not Status.ACTIVE or before.valid_until is None or taken.until is None:
        return False
    fields = frozenset(taken.field_ids)
    is_part = fields <= before.field_ids and taken.until <= before.valid_until
    return is_part and (fields, taken.until) != (before.field_ids, before.valid_until)


def _own(connection: Connection, person_id: UUID, consent_id: UUID) -> Matter:
    try:
        matter = events.matter_of(connection, consent_id)
    except UnknownConsent:
        raise NotYourConsent from None
    if matter.person_id != person_id:
        raise NotYourConsent
    return matter


def _matter(person_id: UUID, offer: Offer) -> Matter:
    return Matter(
        learner_id=offer.learner_id,
        kind=ConsentKind.DATA_SHARING,
        holder=offer.holder,
        recipient=offer.recipient,
        purpose=offer.purpose,
        scope=offer.group_id,
        person_id=person_id,
    )


def _learner_key(room: Consenting, learner_id: UUID) -> SubjectKey:
    return room.keys.unwrap(learner_key(learner_id))
