"""Setting, reviewing and lifting bars. Each binds from its commit on, for the next read in every process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from hub.database import new_id, reading, unit_of_work
from hub.directory import ties
from hub.directory.queries import parties
from hub.directory.streams import key_of_learner, lock_learner
from hub.notices.model import NoticeKind
from hub.safeguarding import queries
from hub.safeguarding.days import a_year_after
from hub.safeguarding.errors import BarRefused, NotForYou, NotOpen
from hub.safeguarding.model import LONGEST_WORDS, BarLine, NewBar, Safeguarding
from hub.safeguarding.queries import BarRow
from hub.safeguarding.who import AtHand, at_hand
from hub.safeguarding.writing import bar_audiences, evidence_purpose, fields_of, sealed, tell, write_bar_event
from hub.sealing.model import SubjectKey
from policies.bars import BarKind


def set_bar(room: Safeguarding, person_id: UUID, new: NewBar) -> UUID:
    """Set a bar and tell the accountable person and the lead of this person's agency; answers its id.

    Raises NotForYou for who may not, and BarRefused.
    """
    ordinals = _checked(room, new)
    key = key_of_learner(room.keys, new.learner_id)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, new.learner_id)
        at = room.clock()
        mine = _may_change(connection, person_id, new.learner_id, at)
        _check_day(new.review_on, at)
        if new.recipient is not None and parties.agency_by_id(connection, new.recipient) is None:
            raise BarRefused("recipient")
        bar_id = new_id()
        queries.add_bar(
            connection,
            {
                "id": bar_id,
                "learner_id": new.learner_id,
                "kind": new.kind.value,
                "recipient_id": new.recipient,
                "ordinals": ordinals,
                "evidence_kind": new.evidence_kind.value,
                "sealed_evidence": sealed(key, evidence_purpose(bar_id), new.evidence),
                "agency_id": mine.worker.agency_id,
                "set_by": person_id,
                "set_at": at,
                "review_on": new.review_on,
            },
        )
        body: Mapping[str, Json] = {
            "bar_kind": new.kind.value,
            "recipient": new.recipient,
            "fields": list(fields_of(room.book.catalogue, ordinals)),
            "evidence_kind": new.evidence_kind.value,
            "review_on": new.review_on.isoformat(),
            "person": str(person_id),
        }
        _write(connection, key, Kind.BAR_SET, bar_id=bar_id, mine=mine, body=body, at=at)
        _tell(connection, NoticeKind.BAR_SET, bar_id=bar_id, mine=mine, at=at)
    return bar_id


def lift_bar(room: Safeguarding, person_id: UUID, bar_id: UUID, *, reasons: str) -> None:
    """Lift a bar, for reasons that are kept sealed. Raises NotForYou, NotOpen, BarRefused."""
    _change(room, person_id, bar_id, words=reasons, lifts=True, review_on=None)


def review_bar(room: Safeguarding, person_id: UUID, bar_id: UUID, *, review_on: date, reasons: str) -> None:
    """Say that a bar stays, why, and when it is looked at again. Raises NotForYou, NotOpen, BarRefused."""
    _change(room, person_id, bar_id, words=reasons, lifts=False, review_on=review_on)


def bars_of(room: Safeguarding, person_id: UUID, learner_id: UUID) -> tuple[BarLine, ...]:
    """The bars that stand for a learner whom this worker's agency knows; raises NotForYou."""
    with reading(room.engine) as connection:
        at = room.clock()
        return bar_lines(room, connection, at_hand(connection, person_id, learner_id, at=at), at=at)


def bar_lines(room: Safeguarding, connection: Connection, mine: AtHand, *, at: datetime) -> tuple[BarLine, ...]:
    """Standing bars as this worker sees them. One that is against their own agency shows only to who may lift it: to
    everybody else there it is one more thing that a recipient is not told.
    """
    rows = queries.standing_bars(connection, mine.learner_id)
    return tuple(
        _line(room, row, mine, on=ties.day_of(at))
        for row in rows
        if mine.may_bar or row.recipient_id != mine.worker.agency_id
    )


def _line(room: Safeguarding, row: BarRow, mine: AtHand, *, on: date) -> BarLine:
    return BarLine(
        bar_id=row.id,
        learner_id=row.learner_id,
        kind=row.kind,
        recipient=row.recipient_id,
        field_ids=fields_of(room.book.catalogue, row.ordinals),
        set_at=row.set_at,
        review_on=row.review_on,
        is_due=row.review_on <= on,
        may_change=mine.may_bar,
        evidence_kind=row.evidence_kind if mine.may_bar else None,
    )


def _change(
    room: Safeguarding, person_id: UUID, bar_id: UUID, *, words: str, lifts: bool, review_on: date | None
) -> None:
    _check_words(words, "reasons")
    with reading(room.engine) as connection:
        row = queries.bar_by_id(connection, bar_id)
    if row is None:
        raise NotForYou
    key = key_of_learner(room.keys, row.learner_id)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, row.learner_id)
        at = room.clock()
        mine = _may_change(connection, person_id, row.learner_id, at)
        if review_on is not None:
            _check_day(review_on, at)
        values: dict[str, object]
        if lifts:
            values = {"lifted_at": at, "lifted_by": person_id}
            values["sealed_lift_reason"] = sealed(key, f"bar.lift_reason/{bar_id}", words)
        else:
            values = {"reviewed_at": at, "reviewed_by": person_id, "review_on": review_on, "review_asked_on": None}
            values["sealed_review"] = sealed(key, f"bar.review/{bar_id}", words)
        if not queries.change_bar(connection, bar_id, values):
            raise NotOpen
        kind = Kind.BAR_LIFTED if lifts else Kind.BAR_REVIEWED
        body: dict[str, Json] = {"bar_kind": row.kind, "person": str(person_id)}
        if review_on is not None:
            body["review_on"] = review_on.isoformat()
        _write(connection, key, kind, bar_id=bar_id, mine=mine, body=body, at=at)
        if lifts:
            _tell(connection, NoticeKind.BAR_LIFTED, bar_id=bar_id, mine=mine, at=at)


def _may_change(connection: Connection, person_id: UUID, learner_id: UUID, at: datetime) -> AtHand:
    mine = at_hand(connection, person_id, learner_id, at=at)
    if not mine.may_bar:
        raise NotForYou
    return mine


def _checked(room: Safeguarding, new: NewBar) -> list[int]:
    _check_words(new.evidence, "evidence")
    known = room.book.catalogue.by_id
    if not all(name in known for name in new.field_ids) or len(new.field_ids) > len(known):
        raise BarRefused("fields")
    # An order keeps what it names and nothing else: without a field it would keep nothing.
    if new.kind is BarKind.COURT_ORDER and not new.field_ids:
        raise BarRefused("fields")
    return sorted({known[name].ordinal for name in new.field_ids})


def _check_words(words: str, code: str) -> None:
    if not len(words.strip()) >= 1 or len(words) > LONGEST_WORDS:
        raise BarRefused(code)


def _check_day(review_on: date, at: datetime) -> None:
    today = ties.day_of(at)
    if not today < review_on <= a_year_after(today):
        raise BarRefused("review_on")


def _write(
    connection: Connection,
    key: SubjectKey,
    kind: Kind,
    *,
    bar_id: UUID,
    mine: AtHand,
    body: Mapping[str, Json],
    at: datetime,
) -> None:
    write_bar_event(
        connection, key, kind, learner_id=mine.learner_id, bar_id=bar_id, handles=mine.handles, body=body, at=at
    )


def _tell(connection: Connection, kind: NoticeKind, *, bar_id: UUID, mine: AtHand, at: datetime) -> None:
    agency_id = mine.worker.agency_id
    told = [(kind, one) for one in bar_audiences(connection, agency_id)]
    tell(connection, told, event_id=bar_id, learner_id=mine.learner_id, agency_id=agency_id, at=at)
