"""What comes of a request: the holder's answer with its reasons, and what a family's decisions come to.

Neither opens anything. A holder's "agreed" records what the holder said and did; what may be read goes on to follow
from protocol, consent and bars.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.kinds import Kind
from hub.asking import queries
from hub.asking.as_told import as_told
from hub.asking.errors import AnsweredAlready, NotForYou
from hub.asking.model import MAX_LINES, AskedLine, Asking, Done, RequestAnswer
from hub.asking.queries import RequestRow
from hub.asking.request import body_of, handles_told
from hub.asking.under_lock import mask_of, own_learners, ruled
from hub.asking.words import Written, checked_words, sealed_words
from hub.circumstances.hiding import hidden_from_family, sight_of_agency
from hub.database import reading, unit_of_work
from hub.directory import links, ties
from hub.directory.model import Principal
from hub.directory.streams import LedgerEvent, key_of_learner, lock_learner, write_events
from hub.notices.model import NoticeKind, one_person
from hub.notices.write import write_notice
from hub.sealing.model import SubjectKey
from hub.sharing.errors import NotKnownHere, NotRecorded
from hub.sharing.ruling import Reader, Ruling

BATCH = 20


def answer_request(room: Asking, person_id: UUID, request_id: UUID, answer: RequestAnswer, *, words: str) -> Done:
    """Answer for the holder; words are needed unless it is agreed. Raises NotForYou, WordsRefused, AnsweredAlready."""
    said = checked_words(words, may_be_empty=answer is RequestAnswer.AGREED)
    with reading(room.engine) as connection:
        learner_id = _asked(connection, person_id, request_id, at=room.clock()).learner_id
    key = key_of_learner(room.keys, learner_id)
    sealed = sealed_words(key, what=Written.REQUEST_ANSWER, row_id=request_id, words=said) if said else None
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, learner_id)
        at = room.clock()
        row = _asked(connection, person_id, request_id, at=at)
        values = {"answer": answer.value, "answered_at": at, "answered_by": person_id, "sealed_answer": sealed}
        if not queries.close_request(connection, request_id, values):
            raise AnsweredAlready
        _record(connection, room, row, answer, key=key, at=at)
    return Done(request_id, at)


def asked_of_family(room: Asking, person_id: UUID, learner_id: UUID) -> list[AskedLine]:
    """What waits for the family of a learner, for somebody with standing; raises NotForYou for others."""
    with reading(room.engine) as connection:
        at = room.clock()
        people = ties.people_with_sight(connection, learner_id, at=at)
        if person_id not in {one.person_id for one in people}:
            raise NotForYou
        hidden = hidden_from_family(connection, learner_id, person_id=person_id, at=at).agencies
        holders = {agency for agency, _ in links.handles_of(connection, learner_id)}
        rows = queries.requests_to_family(connection, learner_id, limit=MAX_LINES)
    return [
        AskedLine(
            request_id=row.id,
            recipient=row.agency_id,
            role=row.role,
            purpose=row.purpose,
            holder=row.holder_id,
            group_id=row.scope or "",
            field_ids=room.catalogue.ids(mask_of(tuple(row.ordinals))),
            made_at=row.made_at,
        )
        for row in rows
        if row.holder_id in holders and row.agency_id not in hidden
    ]


def settle_family_requests(room: Asking, *, limit: int = BATCH) -> int:
    """Record what families' decisions came to, for requests about whose question somebody has decided since.

    The answer is the effect, as far as the reader may know it: agreed, partly or declined. Who said what, and whether
    one person or two were asked, is not in it. Any number of processes may do this at once.
    """
    with reading(room.engine) as connection:
        rows = queries.requests_that_a_family_answered(connection, limit=limit)
    return sum(_settle(room, row) for row in rows)


def _settle(room: Asking, row: RequestRow) -> int:
    wanted = mask_of(tuple(row.ordinals))
    principal = Principal(row.agency_id, None, "", row.purpose, row.role)

    def act(connection: Connection, _reader: Reader, ruling: Ruling, key: SubjectKey) -> int:
        opened = as_told(_without_overrides(ruling), principal, row.holder_id, wanted=wanted).allowed
        answer = RequestAnswer.AGREED if opened == wanted else RequestAnswer.PARTLY
        answer = answer if opened else RequestAnswer.DECLINED
        values = {"answer": answer.value, "answered_at": ruling.at}
        if not queries.close_request(connection, row.id, values):
            return 0
        _record(connection, room, row, answer, key=key, at=ruling.at, sight=ruling.sight)
        return 1

    try:
        return ruled(room, principal, row.handle_id, wanted=wanted, act=act)
    except (NotKnownHere, NotRecorded):
        return 0  # the asker knows the learner no longer, or facts are moving: the next round looks again


def _without_overrides(ruling: Ruling) -> Ruling:
    """What an override opens is no answer of a family, and would tell that there is one."""
    overrides = [UUID(one.override_id) for one in ruling.facts.circumstances.overrides]
    return replace(ruling, facts=ruling.facts.without_overrides(overrides))


def _record(
    connection: Connection,
    room: Asking,
    row: RequestRow,
    answer: RequestAnswer,
    *,
    key: SubjectKey,
    at: datetime,
    sight: tuple[UUID, ...] = (),
) -> None:
    body = {**body_of(row, room.catalogue), "answer": answer.value}
    told = sight_of_agency(connection, row.learner_id, row.agency_id, sight=sight)
    event = LedgerEvent(Kind.REQUEST_ANSWERED, body, row.id, handles=handles_told(connection, row), sight=told)
    write_events(connection, {key.owner: key}, [(row.learner_id, event)], at=at)
    if row.acting_person_id is not None:
        # Without the learner: a practitioner has no tie to them here, and the asker's own system names its own child.
        write_notice(
            connection,
            kind=NoticeKind.REQUEST_ANSWERED,
            event_id=row.id,
            learner_id=None,
            agency_id=row.agency_id,
            audience=one_person(row.acting_person_id),
            at=at,
        )


def _asked(connection: Connection, person_id: UUID, request_id: UUID, *, at: datetime) -> RequestRow:
    """The open request that this person may answer for a holder; raises NotForYou."""
    holders = queries.answers_for(connection, person_id)
    own = own_learners(connection, person_id, at=at)
    found = queries.requests_to_holders(connection, holders, leaving_out=own, limit=1, request_id=request_id)
    if not found:
        raise NotForYou
    return found[0]
