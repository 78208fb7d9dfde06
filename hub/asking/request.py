"""A partner that met a withheld field asks for it: the holder, or the family where consent is the basis.

INVARIANT: whether a request is taken, and whom it goes to, follows from what the reader may know (`as_told`): never
from a bar, an age, a level, a value, or whether the holder knows the learner. So nothing is learnt by asking. A request
opens nothing: protocol, consent and bars go on to decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from hub.asking import queries
from hub.asking.as_told import as_told
from hub.asking.errors import AllowedAlready, AnsweredAlready, FieldsRefused, NotForYou, TooManyOpen
from hub.asking.model import (
    MAX_LINES,
    MOST_REQUESTS,
    Asking,
    GoesTo,
    NewRequest,
    RequestLine,
    status_of,
)
from hub.asking.queries import RequestRow
from hub.asking.under_lock import mask_of, office_of, ordinals_of, ruled
from hub.asking.words import Written, checked_words, sealed_words, words_of
from hub.circumstances.hiding import sight_of_agency
from hub.database import new_id, reading, unit_of_work
from hub.directory import links
from hub.directory.model import Principal
from hub.directory.queries import parties
from hub.directory.streams import LedgerEvent, key_of_learner, lock_learner, write_events
from hub.notices.model import Audience, NoticeKind, one_person
from hub.notices.write import write_notice
from hub.sealing.model import SubjectKey
from hub.sharing.errors import PurposeMissing
from hub.sharing.ruling import Reader, Ruling
from policies.fields import Catalogue, Sensitivity
from policies.model import Basis
from policies.snapshot import Snapshot

Parts = list[tuple[GoesTo, str | None, int]]
"""Who is asked, for a family the field group, and the fields."""


def ask(room: Asking, principal: Principal, new: NewRequest) -> Sequence[RequestLine]:
    """Write a request down; answers with its parts: one for the holder, one for each group that the family decides on.

    Raises NotKnownHere, PurposeMissing, FieldsRefused, WordsRefused, AllowedAlready or TooManyOpen.
    """
    if not principal.purpose or not principal.role:
        raise PurposeMissing
    wanted = _checked(room.catalogue, principal, new)
    words = checked_words(new.words)

    def act(connection: Connection, reader: Reader, ruling: Ruling, key: SubjectKey) -> list[RequestLine]:
        _check_asker(connection, principal, new, holder=new.holder)
        if as_told(ruling, principal, new.holder, wanted=wanted).allowed:
            raise AllowedAlready
        parts = _parts(ruling.snapshot, principal, new.holder, wanted, ruling=ruling)
        waiting = queries.open_requests_of(connection, agency_id=principal.agency_id, learner_id=reader.learner_id)
        if waiting + len(parts) > MOST_REQUESTS:
            raise TooManyOpen
        rows = [_row(principal, new, reader, ruling, part, words=words, key=key) for part in parts]
        for row in rows:
            queries.insert_request(connection, {**_values(row), "client_id": principal.client_id})
        _write(connection, reader, ruling, rows, key=key, catalogue=room.catalogue)
        return [_line(room, row) for row in rows]

    return ruled(room, principal, new.handle_id, wanted=wanted, act=act)


def requests(room: Asking, principal: Principal, handle_id: UUID | None = None) -> Sequence[RequestLine]:
    """The newest requests of the caller's agency, with what came of them; of one of its handles, or of all."""
    with reading(room.engine) as connection:
        rows = queries.requests_of(connection, agency_id=principal.agency_id, handle_id=handle_id, limit=MAX_LINES)
    return [_line(room, row) for row in rows]


def request(room: Asking, principal: Principal, request_id: UUID) -> RequestLine:
    """One request of the caller's agency; raises NotForYou."""
    with reading(room.engine) as connection:
        return _line(room, _own(connection, principal, request_id))


def withdraw_request(room: Asking, principal: Principal, request_id: UUID) -> RequestLine:
    """Take a request back that nobody has answered; raises NotForYou or AnsweredAlready."""
    with reading(room.engine) as connection:
        learner_id = _own(connection, principal, request_id).learner_id
    key = key_of_learner(room.keys, learner_id)
    with unit_of_work(room.engine) as connection:
        lock_learner(connection, learner_id)
        at = room.clock()
        if not queries.close_request(connection, request_id, {"withdrawn_at": at}):
            raise AnsweredAlready
        row = _own(connection, principal, request_id)
        event = LedgerEvent(
            Kind.REQUEST_WITHDRAWN, {"request": str(row.id)}, row.id, handles=handles_told(connection, row)
        )
        write_events(connection, {key.owner: key}, [(learner_id, event)], at=at)
        return _line(room, row)


def handles_told(connection: Connection, row: RequestRow) -> list[UUID]:
    """Whose handle streams hold a request: the asker's, and the holder's where the holder is asked."""
    asked = [row.handle_id]
    if row.goes_to == GoesTo.HOLDER.value:
        asked += [one for agency, one in links.handles_of(connection, row.learner_id) if agency == row.holder_id]
    return list(dict.fromkeys(asked))


def body_of(row: RequestRow, catalogue: Catalogue) -> dict[str, Json]:
    """What the ledger says of a request."""
    return {
        "request": str(row.id),
        "recipient": row.agency_id,
        "holder": row.holder_id,
        "purpose": row.purpose,
        "role": row.role,
        "fields": list(catalogue.ids(mask_of(tuple(row.ordinals)))),
        "goes_to": row.goes_to,
    }


def _checked(catalogue: Catalogue, principal: Principal, new: NewRequest) -> int:
    known = all(name in catalogue.by_id for name in new.field_ids)
    if not new.field_ids or not known or new.holder == principal.agency_id:
        raise FieldsRefused
    return catalogue.mask(new.field_ids)


def _check_asker(connection: Connection, principal: Principal, new: NewRequest, *, holder: str) -> None:
    """Raises FieldsRefused unless the holder is a partner, NotForYou unless the acting person works for who asks."""
    found = parties.agency_by_id(connection, holder)
    if found is None or not found.is_active:
        raise FieldsRefused
    if new.acting_person_id is not None:
        person = parties.person_by_id(connection, new.acting_person_id)
        if person is None or not person.is_active or person.agency_id != principal.agency_id:
            raise NotForYou


def _parts(snapshot: Snapshot, principal: Principal, holder: str, wanted: int, *, ruling: Ruling) -> Parts:
    cells = snapshot.cells.get((principal.agency_id, principal.purpose, principal.role, holder), ())
    by_consent = 0
    for cell in cells:
        by_consent |= cell.named_on(Basis.CONSENT) if cell.is_in_force(ruling.at) else 0
    family = wanted & by_consent & ~snapshot.catalogue.of_sensitivity(Sensitivity.RESTRICTED)
    parts: Parts = [(GoesTo.HOLDER, None, wanted & ~family)] if wanted & ~family else []
    return parts + [(GoesTo.FAMILY, group, mask) for group, mask in snapshot.catalogue.by_group(family).items()]


def _row(
    principal: Principal,
    new: NewRequest,
    reader: Reader,
    ruling: Ruling,
    part: tuple[GoesTo, str | None, int],
    *,
    words: str,
    key: SubjectKey,
) -> RequestRow:
    goes_to, scope, mask = part
    request_id = new_id()
    return RequestRow(
        id=request_id,
        agency_id=principal.agency_id,
        learner_id=reader.learner_id,
        handle_id=new.handle_id,
        acting_person_id=new.acting_person_id,
        role=principal.role,
        purpose=principal.purpose,
        holder_id=new.holder,
        ordinals=ordinals_of(mask),
        goes_to=goes_to.value,
        scope=scope,
        sealed_words=sealed_words(key, what=Written.REQUEST, row_id=request_id, words=words),
        made_at=ruling.at,
        answer=None,
        answered_at=None,
        sealed_answer=None,
        withdrawn_at=None,
    )


def _values(row: RequestRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in RequestRow.__dataclass_fields__}


def _write(
    connection: Connection,
    reader: Reader,
    ruling: Ruling,
    rows: Sequence[RequestRow],
    *,
    key: SubjectKey,
    catalogue: Catalogue,
) -> None:
    """Ledger entries of every part, and a notice for each who is asked; a holder without the learner hears nothing."""
    is_known = any(agency == rows[0].holder_id for agency, _ in reader.handles)
    events = []
    for row in rows:
        is_family = row.goes_to == GoesTo.FAMILY.value
        event = LedgerEvent(
            Kind.REQUEST_MADE,
            body_of(row, catalogue),
            row.id,
            handles=handles_told(connection, row),
            sight=_family(connection, ruling, row) if is_family and is_known else (),
        )
        events.append((row.learner_id, event))
    write_events(connection, {key.owner: key}, events, at=ruling.at)
    if is_known:
        _tell(connection, ruling, rows)


def _tell(connection: Connection, ruling: Ruling, rows: Sequence[RequestRow]) -> None:
    first = {row.goes_to: row for row in reversed(rows)}
    for goes_to, row in first.items():
        is_family = goes_to == GoesTo.FAMILY.value
        for audience in _asked(connection, ruling, row):
            write_notice(
                connection,
                kind=NoticeKind.ACCESS_REQUESTED,
                event_id=row.id,
                learner_id=row.learner_id,
                agency_id=None if is_family else row.holder_id,
                audience=audience,
                at=ruling.at,
            )


def _asked(connection: Connection, ruling: Ruling, row: RequestRow) -> list[Audience]:
    if row.goes_to == GoesTo.FAMILY.value:
        return [one_person(one) for one in _family(connection, ruling, row)]
    return [office_of(connection, row.holder_id, learner_id=row.learner_id, at=ruling.at)]


def _family(connection: Connection, ruling: Ruling, row: RequestRow) -> tuple[UUID, ...]:
    """Those of the family who may be told who asks; the asker is not told that nobody is."""
    return sight_of_agency(connection, row.learner_id, row.agency_id, sight=ruling.sight)


def _own(connection: Connection, principal: Principal, request_id: UUID) -> RequestRow:
    row = queries.request_of(connection, agency_id=principal.agency_id, request_id=request_id)
    if row is None:
        raise NotForYou
    return row


def _line(room: Asking, row: RequestRow) -> RequestLine:
    line = RequestLine(
        id=row.id,
        handle_id=row.handle_id,
        holder=row.holder_id,
        purpose=row.purpose,
        role=row.role,
        field_ids=room.catalogue.ids(mask_of(tuple(row.ordinals))),
        goes_to=row.goes_to,
        made_at=row.made_at,
        status=status_of(row.answer, row.withdrawn_at),
        answered_at=row.answered_at,
        reasons=None,
    )
    if row.sealed_answer is None:
        return line
    said = words_of(room.keys, row.learner_id, what=Written.REQUEST_ANSWER, row_id=row.id, sealed=row.sealed_answer)
    return replace(line, reasons=said)
