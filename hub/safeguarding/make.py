"""Making an override: for one learner, at once, by one person, until a second one confirms it or the hour is over."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.kinds import Kind
from consent.ledger.leaf import instant_text
from hub.database import new_id, reading, unit_of_work
from hub.directory import ties
from hub.directory.model import Office
from hub.directory.offices import holder_of
from hub.directory.queries import parties
from hub.directory.streams import key_of_learner, lock_learner
from hub.notices.model import ACCOUNTABLE, DESIGNATED, SAFEGUARDING, Audience, NoticeKind
from hub.safeguarding import queries
from hub.safeguarding.days import working_days_after
from hub.safeguarding.errors import NotForYou, OverrideRefused, TooManyOverrides
from hub.safeguarding.model import (
    CONFIRM_WITHIN,
    COUNTED_OVER,
    LONGEST_DELAY,
    LONGEST_WORDS,
    MOST_HOURS,
    PER_AGENCY,
    PER_PERSON,
    REVIEW_WORKING_DAYS,
    Made,
    Override,
    Safeguarding,
)
from hub.safeguarding.who import AtHand, at_hand, learner_behind, worker_of
from hub.safeguarding.writing import fields_of, holders_of, sealed, tell, words_purpose, write_override_event
from hub.sealing.model import SubjectKey
from policies.model import Basis
from policies.snapshot import Snapshot


def make_override(room: Safeguarding, person_id: UUID, new: Override) -> Made:
    """Make an override in the name of `person_id`, who acts; who must know is told in the same transaction.

    It opens its fields from this commit on, for the acting agency in this role and for this purpose.

    Raises:
        NotForYou: the person's agency has no such handle, or they have no part there.
        OverrideRefused: see there.
        TooManyOverrides: the person's or the agency's share of a day is used up.
    """
    _check_form(room, new)
    with reading(room.engine) as connection:
        learner_id = learner_behind(connection, person_id, new.handle_id)
    key = key_of_learner(room.keys, learner_id)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, learner_id)
        at = room.clock()
        if learner_behind(connection, person_id, new.handle_id) != learner_id:
            raise NotForYou
        mine = at_hand(connection, person_id, learner_id, at=at)
        snapshot = room.book.snapshot(connection)
        ordinals = _named(snapshot, mine, new, at=at)
        _check_people(connection, mine, new, at=at)
        audiences = _audiences(connection, mine, new.keeps_from)
        _count(connection, mine, at=at)
        _refuse_again(connection, mine, ordinals, at=at)
        made = _write(connection, key, mine, new, ordinals=ordinals, at=at)
        _record(room, connection, key, snapshot, mine, made=made)
        tell(
            connection,
            audiences,
            event_id=made.override_id,
            learner_id=learner_id,
            agency_id=mine.worker.agency_id,
            at=at,
        )
    return made


def check_agency(room: Safeguarding, person_id: UUID, agency_id: str) -> None:
    """Raise NotForYou unless this is an active person of this agency."""
    with reading(room.engine) as connection:
        if worker_of(connection, person_id).agency_id != agency_id:
            raise NotForYou


def openable(snapshot: Snapshot, agency_id: str, role: str, purpose: str, *, at: datetime) -> int:
    """Fields that rows in force keep for an override of this agency in this role, for this purpose, of any holder."""
    mask = 0
    for (recipient, its_purpose, its_role, _), cells in snapshot.cells.items():
        if (recipient, its_purpose, its_role) == (agency_id, purpose, role):
            for cell in cells:
                mask |= cell.named_on(Basis.OVERRIDE_ONLY) if cell.is_in_force(at) else 0
    return mask


def _check_form(room: Safeguarding, new: Override) -> None:
    known = room.book.catalogue.by_id
    if not new.field_ids or len(new.field_ids) > len(known) or not all(name in known for name in new.field_ids):
        raise OverrideRefused("fields")
    if not new.words.strip() or len(new.words) > LONGEST_WORDS:
        raise OverrideRefused("words")
    if not 1 <= new.hours <= MOST_HOURS:
        raise OverrideRefused("hours")
    if (new.sight_from is None) == bool(new.sight_reason.strip()) or len(new.sight_reason) > LONGEST_WORDS:
        raise OverrideRefused("sight")


def _named(snapshot: Snapshot, mine: AtHand, new: Override, *, at: datetime) -> list[int]:
    """Ordinals of the named fields; refused alike for a role that is not theirs and for a field that no row keeps."""
    if new.role not in mine.worker.roles:
        raise OverrideRefused("role")
    mask = snapshot.catalogue.mask(new.field_ids)
    if mask & ~openable(snapshot, mine.worker.agency_id, new.role, new.purpose, at=at):
        raise OverrideRefused("fields")
    return [entry.ordinal for entry in snapshot.catalogue.entries(mask)]


def _check_people(connection: Connection, mine: AtHand, new: Override, *, at: datetime) -> None:
    if new.sight_from is not None and not at < new.sight_from <= at + LONGEST_DELAY:
        raise OverrideRefused("sight")
    if mine.worker.person_id in new.keeps_from or len(new.keeps_from) > 50:
        raise OverrideRefused("keeps_from")
    if any(parties.person_by_id(connection, one) is None for one in new.keeps_from):
        raise OverrideRefused("keeps_from")


def _audiences(connection: Connection, mine: AtHand, kept: frozenset[UUID]) -> list[tuple[NoticeKind, Audience]]:
    """Whom to tell: the agency's safeguarding lead, or its designated person where the lead must not know; and the
    accountable person, or else the same person once more, to act in their place.
    """
    lead = holder_of(connection, mine.worker.agency_id, Office.SAFEGUARDING)
    designated = holder_of(connection, mine.worker.agency_id, Office.DESIGNATED)
    if lead is not None and lead not in kept:
        first = SAFEGUARDING
    elif lead is not None and designated is not None and designated not in kept:
        first = DESIGNATED
    else:
        raise OverrideRefused("nobody_to_tell")
    if mine.accountable_id in kept:
        return [(NoticeKind.OVERRIDE_MADE, first), (NoticeKind.OVERRIDE_ACT_INSTEAD, first)]
    return [(NoticeKind.OVERRIDE_MADE, first), (NoticeKind.OVERRIDE_MADE, ACCOUNTABLE)]


def _count(connection: Connection, mine: AtHand, *, at: datetime) -> None:
    """Counted in the database under the agency's turn, so that all processes count together."""
    queries.take_turn(connection, mine.worker.agency_id)
    by_person, by_agency = queries.made_since(
        connection, mine.worker.agency_id, person_id=mine.worker.person_id, since=at - COUNTED_OVER
    )
    if by_person >= PER_PERSON or by_agency >= PER_AGENCY:
        raise TooManyOverrides


def _refuse_again(connection: Connection, mine: AtHand, ordinals: list[int], *, at: datetime) -> None:
    """An override that found no second person is not made anew for a day: or one person could go on by the hour."""
    found = queries.unconfirmed_since(connection, mine.worker.agency_id, mine.learner_id, since=at - COUNTED_OVER)
    if any(not set(ordinals).isdisjoint(earlier) for earlier in found):
        raise OverrideRefused("unconfirmed_before")


def _write(
    connection: Connection, key: SubjectKey, mine: AtHand, new: Override, *, ordinals: list[int], at: datetime
) -> Made:
    override_id, until_at = new_id(), at + timedelta(hours=new.hours)
    made = Made(override_id, at, min(at + CONFIRM_WITHIN, until_at), until_at)
    delay = None
    if new.sight_from is not None:
        delay = sealed(key, f"override.sight_reason/{override_id}", new.sight_reason)
    values = {
        "agency_id": mine.worker.agency_id,
        "id": override_id,
        "learner_id": mine.learner_id,
        "handle_id": new.handle_id,
        "acting_person_id": mine.worker.person_id,
        "role": new.role,
        "purpose": new.purpose,
        "ordinals": ordinals,
        "reason": new.reason.value,
        "sealed_words": sealed(key, words_purpose(override_id), new.words),
        "made_at": at,
        "until_at": until_at,
        "confirm_by": made.confirm_by,
        "review_due_on": working_days_after(ties.day_of(at), REVIEW_WORKING_DAYS),
        "sight_from": new.sight_from,
        "sealed_sight_reason": delay,
    }
    queries.add_override(connection, values, keeps_from=sorted(new.keeps_from))
    return made


def _record(
    room: Safeguarding, connection: Connection, key: SubjectKey, snapshot: Snapshot, mine: AtHand, *, made: Made
) -> None:
    row = queries.override_for(connection, mine.worker.agency_id, made.override_id, person_id=mine.worker.person_id)
    if row is None:
        raise TypeError("the override that was just written is not there")
    write_override_event(
        connection,
        key,
        Kind.OVERRIDE_MADE,
        row,
        holders=holders_of(snapshot, row),
        body={
            "person": str(row.acting_person_id),
            "reason": row.reason,
            "fields": list(fields_of(room.book.catalogue, row.ordinals)),
            "until": instant_text(row.until_at),
            "confirm_by": instant_text(row.confirm_by),
        },
        at=made.made_at,
    )
