"""The holder's side: what waits for its people, their answer to an objection, and telling that one is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import Connection

from consent.ledger.kinds import Kind
from hub.asking import queries
from hub.asking.errors import AnsweredAlready, NotForYou
from hub.asking.model import MAX_LINES, Asking, Done, ObjectionAnswer, ToAnswer
from hub.asking.objection import holders_handles
from hub.asking.queries import ObjectionRow, RequestRow
from hub.asking.under_lock import mask_of, office_of, own_learners
from hub.asking.words import Written, checked_words, sealed_words, words_of
from hub.database import reading, unit_of_work
from hub.directory.streams import LedgerEvent, key_of_learner, lock_learner, write_events
from hub.directory.ties import day_of
from hub.notices.model import ACCOUNTABLE, NoticeKind, one_person
from hub.notices.write import write_notice

BATCH = 50


def may_answer(room: Asking, person_id: UUID) -> bool:
    """Whether this person answers for any holder: its duty person or designated person."""
    with reading(room.engine) as connection:
        return bool(queries.answers_for(connection, person_id))


def to_answer(room: Asking, person_id: UUID) -> Sequence[ToAnswer]:
    """The requests and objections that wait for this person's agency; empty for somebody who answers for none.

    Without those about a learner to whom they have a tie: nobody answers the other parent of their own child.
    """
    with reading(room.engine) as connection:
        holders = queries.answers_for(connection, person_id)
        own = own_learners(connection, person_id, at=room.clock())
        objections = queries.objections_to_holders(connection, holders, leaving_out=own, limit=MAX_LINES)
        requests = queries.requests_to_holders(connection, holders, leaving_out=own, limit=MAX_LINES)
    return [*(_of_objection(room, row) for row in objections), *(_of_request(room, row) for row in requests)]


def answer_objection(room: Asking, person_id: UUID, objection_id: UUID, answer: ObjectionAnswer, *, words: str) -> Done:
    """Answer for the holder, with reasons: upheld keeps the fields closed, rejected opens the task again.

    Raises NotForYou, WordsRefused, AnsweredAlready.
    """
    said = checked_words(words)
    with reading(room.engine) as connection:
        learner_id = _asked(connection, person_id, objection_id, at=room.clock()).learner_id
    key = key_of_learner(room.keys, learner_id)
    sealed = sealed_words(key, what=Written.OBJECTION_ANSWER, row_id=objection_id, words=said)
    event_id = uuid5(objection_id, "answered")
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, learner_id)
        at = room.clock()
        row = _asked(connection, person_id, objection_id, at=at)
        values = {"answer": answer.value, "answered_at": at, "answered_by": person_id, "sealed_answer": sealed}
        if not queries.close_objection(connection, objection_id, values):
            raise AnsweredAlready
        event = LedgerEvent(
            Kind.OBJECTION_ANSWERED,
            {"objection": str(objection_id), "answer": answer.value},
            event_id,
            handles=holders_handles(connection, learner_id, row.holder_id),
            sight=(row.person_id,),
        )
        write_events(connection, {key.owner: key}, [(learner_id, event)], at=at)
        write_notice(
            connection,
            kind=NoticeKind.OBJECTION_ANSWERED,
            event_id=event_id,
            learner_id=learner_id,
            agency_id=None,
            audience=one_person(row.person_id),
            at=at,
        )
    return Done(event_id, at)


def tell_overdue(room: Asking, *, at: datetime, limit: int = BATCH) -> int:
    """Tell the holder's designated person and the accountable person of objections that are overdue; once each.

    The fields stay closed: only an answer or the person who objected opens them again.
    """
    with unit_of_work(room.engine) as connection:
        rows = queries.overdue_objections(connection, on=day_of(at), limit=limit)
        for row in rows:
            office = office_of(connection, row.holder_id, learner_id=row.learner_id, at=at)
            for audience in (office, ACCOUNTABLE):
                write_notice(
                    connection,
                    kind=NoticeKind.OBJECTION_OVERDUE,
                    event_id=row.id,
                    learner_id=row.learner_id,
                    agency_id=row.holder_id,
                    audience=audience,
                    at=at,
                )
    return len(rows)


def _asked(connection: Connection, person_id: UUID, objection_id: UUID, *, at: datetime) -> ObjectionRow:
    row = queries.objection_of(connection, objection_id)
    if row is None or row.holder_id not in queries.answers_for(connection, person_id):
        raise NotForYou
    if row.learner_id in own_learners(connection, person_id, at=at):
        raise NotForYou
    return row


def _of_objection(room: Asking, row: ObjectionRow) -> ToAnswer:
    return ToAnswer(
        id=row.id,
        is_objection=True,
        learner_id=row.learner_id,
        holder=row.holder_id,
        recipient=row.recipient_id,
        role=None,
        purpose=row.purpose,
        field_ids=room.catalogue.ids(mask_of(tuple(row.ordinals))),
        made_at=row.made_at,
        due_on=row.answer_due_on,
        words=words_of(room.keys, row.learner_id, what=Written.OBJECTION, row_id=row.id, sealed=row.sealed_words),
    )


def _of_request(room: Asking, row: RequestRow) -> ToAnswer:
    return ToAnswer(
        id=row.id,
        is_objection=False,
        learner_id=row.learner_id,
        holder=row.holder_id,
        recipient=row.agency_id,
        role=row.role,
        purpose=row.purpose,
        field_ids=room.catalogue.ids(mask_of(tuple(row.ordinals))),
        made_at=row.made_at,
        due_on=None,
        words=words_of(room.keys, row.learner_id, what=Written.REQUEST, row_id=row.id, sealed=row.sealed_words),
    )
