"""Objecting to a public task (UK GDPR Article 21(1)): it binds at once, and the holder answers within a month.

A duty has no objection, and a consent is withdrawn. An objection is its maker's own: it is in their stream and in the
holder's, in no other person's, and what another person sees is that the field is closed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID, uuid5

from sqlalchemy import Connection

from consent.ledger import outbox
from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from consent.model import ShownText
from hub.asking import queries
from hub.asking.errors import AnsweredAlready, FieldsRefused, NotForYou, NothingToObjectTo, TooManyOpen
from hub.asking.model import (
    MAX_LINES,
    MOST_OBJECTIONS,
    Asking,
    AskingReceipt,
    Done,
    Objected,
    ObjectionLine,
    status_of,
)
from hub.asking.queries import ObjectionRow
from hub.asking.under_lock import mask_of, office_of, ordinals_of
from hub.asking.words import Written, checked_words, sealed_words, words_of
from hub.database import new_id, reading, unit_of_work
from hub.directory import links, ties
from hub.directory.streams import LedgerEvent, key_of_learner, lock_learner, sight_stream, write_events
from hub.directory.ties import day_of
from hub.notices.model import ACCOUNTABLE, NoticeKind
from hub.notices.write import write_notice
from policies.fields import Catalogue
from policies.model import Basis

_MONTH = timedelta(days=31)


def object_to(room: Asking, person_id: UUID, about: Objected, *, words: str, shown: ShownText) -> Done:
    """Object; from this transaction's commit on, the next read in any process goes without the fields.

    Raises NotForYou, FieldsRefused, NothingToObjectTo, WordsRefused or TooManyOpen.
    """
    said = checked_words(words)
    if not about.field_ids or not all(name in room.catalogue.by_id for name in about.field_ids):
        raise FieldsRefused
    key = key_of_learner(room.keys, about.learner_id)
    objection_id = new_id()
    sealed = sealed_words(key, what=Written.OBJECTION, row_id=objection_id, words=said)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, about.learner_id)
        at = room.clock()
        _check(room, connection, person_id, about)
        due_on = answer_due(day_of(at))
        queries.insert_objection(
            connection,
            {
                "id": objection_id,
                "learner_id": about.learner_id,
                "person_id": person_id,
                "holder_id": about.holder,
                "recipient_id": about.recipient,
                "purpose": about.purpose,
                "ordinals": ordinals_of(room.catalogue.mask(about.field_ids)),
                "sealed_words": sealed,
                "made_at": at,
                "answer_due_on": due_on,
            },
        )
        body: dict[str, Json] = {
            **_body(objection_id, about),
            "answer_due_on": due_on.isoformat(),
            "shown_version": shown.version,
            "shown_language": shown.language,
            "shown_sha256": shown.sha256.hex(),
        }
        event = LedgerEvent(
            Kind.OBJECTION_MADE,
            body,
            objection_id,
            handles=holders_handles(connection, about.learner_id, about.holder),
            sight=(person_id,),
        )
        write_events(connection, {key.owner: key}, [(about.learner_id, event)], at=at)
        for audience in (office_of(connection, about.holder, learner_id=about.learner_id, at=at), ACCOUNTABLE):
            write_notice(
                connection,
                kind=NoticeKind.SHARING_OBJECTED,
                event_id=objection_id,
                learner_id=about.learner_id,
                agency_id=about.holder,
                audience=audience,
                at=at,
            )
    return Done(objection_id, at)


def withdraw_objection(room: Asking, person_id: UUID, objection_id: UUID) -> Done:
    """Take an objection back: the task goes on. Raises NotForYou, or AnsweredAlready where it counts no longer.

    Somebody whose standing has ended may still take back what they made.
    """
    with reading(room.engine) as connection:
        row = _own(connection, person_id, objection_id)
    key = key_of_learner(room.keys, row.learner_id)
    event_id = withdrawn_event(objection_id)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, row.learner_id)
        at = room.clock()
        if not queries.withdraw_objection(connection, objection_id, at=at):
            raise AnsweredAlready
        event = LedgerEvent(
            Kind.OBJECTION_WITHDRAWN,
            {"objection": str(objection_id)},
            event_id,
            handles=holders_handles(connection, row.learner_id, row.holder_id),
            sight=(person_id,),
        )
        write_events(connection, {key.owner: key}, [(row.learner_id, event)], at=at)
        write_notice(
            connection,
            kind=NoticeKind.OBJECTION_WITHDRAWN,
            event_id=event_id,
            learner_id=row.learner_id,
            agency_id=row.holder_id,
            audience=office_of(connection, row.holder_id, learner_id=row.learner_id, at=at),
            at=at,
        )
    return Done(event_id, at)


def objections(room: Asking, person_id: UUID, learner_id: UUID) -> Sequence[ObjectionLine]:
    """This person's own objections about a learner, newest first; empty for somebody who made none."""
    with reading(room.engine) as connection:
        rows = queries.objections_of(connection, person_id=person_id, learner_id=learner_id, limit=MAX_LINES)
    return [_line(room, row) for row in rows]


def receipts(room: Asking, person_id: UUID, learner_id: UUID) -> Sequence[AskingReceipt]:
    """Receipts of this person's objections and of taking them back; downloaded like those of consents."""
    with reading(room.engine) as connection:
        rows = queries.objections_of(connection, person_id=person_id, learner_id=learner_id, limit=MAX_LINES)
        found = [(row, row.id, "objected", row.made_at) for row in rows]
        found += [
            (row, withdrawn_event(row.id), "objection_withdrawn", row.withdrawn_at)
            for row in rows
            if row.withdrawn_at is not None
        ]
        entries = outbox.entries_for(connection, [event_id for _, event_id, _, _ in found]) if found else []
    stream = sight_stream(learner_id, person_id)
    ready = {one.subject_event_id for one in entries if one.stream == stream and one.index is not None}
    return [
        AskingReceipt(event_id, kind, at, event_id in ready, row.recipient_id, _group(room.catalogue, row))
        for row, event_id, kind, at in found
    ]


def answer_due(made_on: date) -> date:
    """The last day for an answer: the same day of the next month, or that month's last (UK GDPR Article 12(3))."""
    year, month = (made_on.year + made_on.month // 12, made_on.month % 12 + 1)
    return date(year, month, min(made_on.day, monthrange(year, month)[1]))


def withdrawn_event(objection_id: UUID) -> UUID:
    """The event of taking an objection back."""
    return uuid5(objection_id, "withdrawn")


def holders_handles(connection: Connection, learner_id: UUID, holder: str) -> list[UUID]:
    """The holder's own handles of a learner."""
    return [handle for agency, handle in links.handles_of(connection, learner_id) if agency == holder]


def about_of(row: ObjectionRow, catalogue: Catalogue) -> Objected:
    """What an objection is to."""
    return Objected(
        learner_id=row.learner_id,
        holder=row.holder_id,
        recipient=row.recipient_id,
        purpose=row.purpose,
        field_ids=catalogue.ids(mask_of(tuple(row.ordinals))),
    )


def _check(room: Asking, connection: Connection, person_id: UUID, about: Objected) -> None:
    at = room.clock()
    people = {one.person_id for one in ties.people_with_sight(connection, about.learner_id, at=at)}
    if person_id not in people:
        raise NotForYou
    snapshot = room.sharing.book.snapshot(connection)
    task = 0
    for cell in snapshot.in_force(at):
        if (cell.recipient, cell.purpose, cell.holder) == (about.recipient, about.purpose, about.holder):
            task |= cell.named_on(Basis.PUBLIC_TASK)
    is_known = bool(holders_handles(connection, about.learner_id, about.holder))
    if not is_known or snapshot.catalogue.mask(about.field_ids) & ~task:
        raise NothingToObjectTo
    made = queries.objections_since(connection, person_id=person_id, learner_id=about.learner_id, since=at - _MONTH)
    if made >= MOST_OBJECTIONS:
        raise TooManyOpen


def _body(objection_id: UUID, about: Objected) -> dict[str, Json]:
    return {
        "objection": str(objection_id),
        "holder": about.holder,
        "recipient": about.recipient,
        "purpose": about.purpose,
        "fields": list(about.field_ids),
    }


def _own(connection: Connection, person_id: UUID, objection_id: UUID) -> ObjectionRow:
    row = queries.objection_of(connection, objection_id)
    if row is None or row.person_id != person_id:
        raise NotForYou
    return row


def _group(catalogue: Catalogue, row: ObjectionRow) -> str:
    return min((entry.group for entry in catalogue.entries(mask_of(tuple(row.ordinals)))), default="")


def _line(room: Asking, row: ObjectionRow) -> ObjectionLine:
    keys, reasons = room.keys, None
    if row.sealed_answer is not None:
        what = Written.OBJECTION_ANSWER
        reasons = words_of(keys, row.learner_id, what=what, row_id=row.id, sealed=row.sealed_answer)
    return ObjectionLine(
        id=row.id,
        about=about_of(row, room.catalogue),
        made_at=row.made_at,
        answer_due_on=row.answer_due_on,
        status=status_of(row.answer, row.withdrawn_at),
        answered_at=row.answered_at,
        words=words_of(keys, row.learner_id, what=Written.OBJECTION, row_id=row.id, sealed=row.sealed_words),
        reasons=reasons,
    )
