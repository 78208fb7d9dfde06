"""The course of an override after it was made: confirmed by a second person, ended early, reviewed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from hub.database import reading, unit_of_work
from hub.directory.model import Office
from hub.directory.offices import holder_of
from hub.directory.streams import key_of_learner, lock_learner
from hub.notices.model import DESIGNATED, SAFEGUARDING, Audience, NoticeKind
from hub.safeguarding import queries
from hub.safeguarding.errors import NotForYou, NotOpen, OverrideRefused
from hub.safeguarding.model import LONGEST_WORDS, EndedBecause, ReviewOutcome, Safeguarding
from hub.safeguarding.queries import OverrideRow
from hub.safeguarding.who import AtHand, Worker, at_hand, worker_of
from hub.safeguarding.writing import holders_of, sealed, tell, write_override_event
from hub.sealing.model import SubjectKey

Change = tuple[dict[str, object], Kind, Mapping[str, Json]]
"""New values of the row, and what the ledger says of it."""


def confirm_override(room: Safeguarding, person_id: UUID, override_id: UUID) -> None:
    """Stand by an override as its second person, in a session of one's own.

    Raises NotForYou for who may not (the acting person among them), NotOpen once it is confirmed, ended or too late.
    """

    def confirm(_key: SubjectKey, mine: AtHand, row: OverrideRow, at: datetime) -> Change:
        if not may_confirm(mine.worker, row):
            raise NotForYou
        if row.confirmed_at is not None or _is_over(row, at):
            raise NotOpen
        values: dict[str, object] = {"confirmed_at": at, "second_person_id": person_id}
        return values, Kind.OVERRIDE_CONFIRMED, {"person": str(person_id)}

    _change(room, person_id, override_id, confirm, notices=(NoticeKind.OVERRIDE_CONFIRMED,))


def end_override(room: Safeguarding, person_id: UUID, override_id: UUID) -> None:
    """End an override before its time; either of its two people may. Raises NotForYou, NotOpen."""

    def end(_key: SubjectKey, _mine: AtHand, row: OverrideRow, at: datetime) -> Change:
        if person_id not in (row.acting_person_id, row.second_person_id):
            raise NotForYou
        if _is_over(row, at):
            raise NotOpen
        is_acting = person_id == row.acting_person_id
        because = EndedBecause.ENDED_BY_ACTING if is_acting else EndedBecause.ENDED_BY_SECOND
        values: dict[str, object] = {"ended_at": at, "ended_because": because.value}
        return values, Kind.OVERRIDE_ENDED, {"person": str(person_id), "because": because.value}

    _change(room, person_id, override_id, end, notices=(NoticeKind.OVERRIDE_ENDED, NoticeKind.OVERRIDE_REVIEW_DUE))


def review_override(
    room: Safeguarding, person_id: UUID, override_id: UUID, *, outcome: ReviewOutcome, words: str
) -> None:
    """Write down what the review found. Raises NotForYou, and NotOpen while the override is open or once reviewed."""
    if not words.strip() or len(words) > LONGEST_WORDS:
        raise OverrideRefused("words")

    def review(key: SubjectKey, _mine: AtHand, row: OverrideRow, at: datetime) -> Change:
        if row.reviewed_at is not None or not _is_over(row, at):
            raise NotOpen
        values: dict[str, object] = {
            "reviewed_at": at,
            "reviewed_by": person_id,
            "review_outcome": outcome.value,
            "sealed_review": sealed(key, f"override.review/{override_id}", words),
        }
        return values, Kind.OVERRIDE_REVIEWED, {"person": str(person_id), "outcome": outcome.value}

    _change(room, person_id, override_id, review, reviews=True)


def may_confirm(worker: Worker, row: OverrideRow) -> bool:
    """Whether somebody may be the second person: not the first, and in a protocol role of their agency, or its lead."""
    return worker.person_id != row.acting_person_id and bool(worker.roles or worker.is_lead)


def may_review(connection: Connection, worker: Worker, row: OverrideRow) -> bool:
    """Whether somebody may review: the lead of the acting agency; where the lead took part or must not know, its
    designated person. Nobody reviews what they did themselves.
    """
    took_part = (row.acting_person_id, row.second_person_id)
    if worker.person_id in took_part:
        return False
    if worker.is_lead:
        return True
    lead = holder_of(connection, worker.agency_id, Office.SAFEGUARDING)
    kept = queries.kept_from(connection, row.agency_id, row.id)
    return worker.is_designated and (lead is None or lead in took_part or lead in kept)


def reviewers(connection: Connection, row: OverrideRow) -> Audience:
    """Who is told that a review is due, and of the course of an override: whoever would review it."""
    lead = holder_of(connection, row.agency_id, Office.SAFEGUARDING)
    kept = queries.kept_from(connection, row.agency_id, row.id)
    return DESIGNATED if lead is None or lead in kept else SAFEGUARDING


def _change(
    room: Safeguarding,
    person_id: UUID,
    override_id: UUID,
    decide: Callable[[SubjectKey, AtHand, OverrideRow, datetime], Change],
    *,
    notices: tuple[NoticeKind, ...] = (),
    reviews: bool = False,
) -> None:
    with reading(room.engine) as connection:
        row = _row(connection, worker_of(connection, person_id), override_id)
    key = key_of_learner(room.keys, row.learner_id)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, row.learner_id)
        at = room.clock()
        mine = at_hand(connection, person_id, row.learner_id, at=at)
        row = _row(connection, mine.worker, override_id)
        if reviews and not may_review(connection, mine.worker, row):
            raise NotForYou
        values, kind, body = decide(key, mine, row, at)
        queries.change_override(connection, row.agency_id, row.id, values)
        holders = holders_of(room.book.snapshot(connection), row)
        write_override_event(connection, key, kind, row, holders=holders, body=body, at=at)
        told = [(notice, reviewers(connection, row)) for notice in notices]
        tell(connection, told, event_id=row.id, learner_id=row.learner_id, agency_id=row.agency_id, at=at)


def _is_over(row: OverrideRow, at: datetime) -> bool:
    # Also where another process, whose clock is ahead, has written the end down already.
    return row.ended_at is not None or bool(at >= row.ends_at)


def _row(connection: Connection, worker: Worker, override_id: UUID) -> OverrideRow:
    row = queries.override_for(connection, worker.agency_id, override_id, person_id=worker.person_id)
    if row is None:
        raise NotForYou
    return row
