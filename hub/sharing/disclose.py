"""The one door: record values leave storage here and nowhere else.

Order of steps, and what a crash in between leaves behind:

1. outside any lock: learner and handles are looked up and their keys unwrapped (no trace);
2. transaction: the learner's stream row is locked; facts are read; each holder's records are decided on; allowed
   fields, and no others, are opened in memory; disclosure, items and ledger entries are written (a crash rolls back);
3. commit; only then is anything answered. A crash after it leaves a recorded disclosure that nobody received.

INVARIANT: a withdrawal that committed before step 2 got the lock is seen by it; one that comes later waits for its
commit and has a greater number. So no disclosure is committed after a withdrawal of what it shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from hub.database import new_id, unit_of_work
from hub.directory.model import Principal
from hub.records import queries as records
from hub.records.model import SealedRecord
from hub.sealing.envelope import field_ordinals, parse
from hub.sealing.model import Json, KeyOwner, SubjectKey, handle_key
from hub.sealing.opening import open_cells
from hub.sharing.choosing import candidates, chosen, page_of
from hub.sharing.errors import FactsMoved, FieldRefused, NotRecorded, ProtocolsMoved, PurposeMissing, QueryRefused
from hub.sharing.model import MAX_RECORDS, Disclosure, RecordQuery, ShownRecord, Withheld
from hub.sharing.obligations import undertaken
from hub.sharing.record import record
from hub.sharing.ruling import Reader, Ruling, Sharing, confirm, find, rule
from policies.fields import Catalogue

MAX_PAGE_BYTES = 16 * 1024 * 1024
"""A page ends with the record that brings what it shows to this size; the next page goes on after it."""

_AT_ONCE = 64  # envelopes in memory at once, each of some 2 MB at most
_ROUNDS = 5


def disclose(room: Sharing, principal: Principal, handle_id: UUID, query: RecordQuery) -> Disclosure:
    """Answer with the fields of this learner that the caller may see now, recorded before they are answered.

    `handle_id` is the caller's own handle for the learner. Refused and empty answers are recorded as well.

    Raises:
        NotKnownHere: the caller has no such handle.
        PurposeMissing: the token names no purpose or role.
        QueryRefused: unknown field or page size; FieldRefused: chosen or ordered by a field that may not be seen.
        NotRecorded: the record of it could not be written, so nothing is answered.
        KeyMissing, KeyringUnavailable: a holder's keys are out of reach; nothing is answered.
    """
    wanted = _checked(room.book.catalogue, principal, query)
    for _ in range(_ROUNDS):
        reader = find(room, principal, handle_id)
        try:
            return _disclose(room, reader, query, wanted=wanted)
        except ProtocolsMoved:
            room.book.refresh(room.engine)
        except FactsMoved:
            continue
    raise NotRecorded


def _disclose(room: Sharing, reader: Reader, query: RecordQuery, *, wanted: int) -> Disclosure:
    keys = room.keys.unwrap_many(reader.owners)
    refused: FieldRefused | None = None
    room.pause("before_lock")
    try:
        with unit_of_work(room.engine) as connection:
            ruling = rule(room, connection, reader, wanted=wanted, keys=keys)
            room.pause("after_decision")
            try:
                shown, has_more = _page(room, connection, reader, ruling, query=query, keys=keys)
            except FieldRefused as failure:
                # Recorded like every refusal: it would tell, in the end, which fields a learner has.
                shown, has_more, refused = [], False, failure
            room.pause("after_opening")
            answer = _answer(reader, ruling, shown=shown, has_more=has_more)
            record(room, connection, ruling, answer, reader=reader, keys=keys)
            room.pause("before_commit")
            confirm(room, connection, reader, ruling)
    except SQLAlchemyError:
        # The cause may quote bound values, so it does not travel on.
        raise NotRecorded from None
    if refused is not None:
        raise refused
    return answer


def _checked(catalogue: Catalogue, principal: Principal, query: RecordQuery) -> int:
    if not principal.purpose or not principal.role:
        raise PurposeMissing
    if not 1 <= query.limit <= MAX_RECORDS:
        raise QueryRefused("page_size")
    if len(query.has) > len(catalogue.by_id):
        raise QueryRefused("too_many_fields")
    if query.fields is None:
        return catalogue.everything
    if len(query.fields) > len(catalogue.by_id):
        raise QueryRefused("too_many_fields")
    if not all(name in catalogue.by_id for name in query.fields):
        raise QueryRefused("unknown_field")
    return catalogue.mask(query.fields)


def _page(
    room: Sharing,
    connection: Connection,
    reader: Reader,
    ruling: Ruling,
    *,
    query: RecordQuery,
    keys: Mapping[KeyOwner, SubjectKey],
) -> tuple[list[ShownRecord], bool]:
    """One page, opened record by record, and whether another follows.

    A page ends at its number of records, or where what it shows is large: a holder's documents must not fill the memory
    of whoever reads. What is held back does not count for either, or a short page would tell of it.
    """
    if query.chooses:
        return _chosen_page(room, connection, reader, ruling, query=query, keys=keys)
    shown: list[ShownRecord] = []
    size = 0
    for sealed in _readable(room, connection, reader, ruling, after=query.after, at_once=query.limit + 1):
        if len(shown) == query.limit or size >= MAX_PAGE_BYTES:
            return shown, True
        shown.append(_shown(room.book.catalogue, keys, ruling, sealed))
        size += _size(sealed, ruling.by_holder[sealed.agency_id].allowed)
    return shown, False


def _chosen_page(
    room: Sharing,
    connection: Connection,
    reader: Reader,
    ruling: Ruling,
    *,
    query: RecordQuery,
    keys: Mapping[KeyOwner, SubjectKey],
) -> tuple[list[ShownRecord], bool]:
    """One page of the records that were asked for, in the order that was asked for; raises FieldRefused.

    All readable records are looked through, so that what is refused has cost the same as what is answered.
    """
    catalogue = room.book.catalogue

    def readable() -> Iterator[SealedRecord]:
        return _readable(room, connection, reader, ruling, after=None, at_once=_AT_ONCE)

    found = candidates(
        readable(),
        ruling.readable,
        query,
        catalogue=catalogue,
        size_of=lambda sealed: _size(sealed, ruling.by_holder[sealed.agency_id].allowed),
        value_of=lambda sealed, name: _open(keys, sealed, {catalogue.by_id[name].ordinal: name})[name],
    )
    ids, has_more = page_of(chosen(found, query, catalogue=catalogue), query, most_bytes=MAX_PAGE_BYTES)
    wanted = frozenset(ids)
    shown = {one.record_id: _shown(catalogue, keys, ruling, one) for one in readable() if one.record_id in wanted}
    return [shown[record_id] for record_id in ids], has_more


def _readable(
    room: Sharing, connection: Connection, reader: Reader, ruling: Ruling, *, after: UUID | None, at_once: int
) -> Iterator[SealedRecord]:
    """Records in order of id; holders with nothing allowed are left out.

    A record without a single allowed field that says something of the learner is left out too, and does not count for
    the page's length: its date or status alone would tell that it exists.
    """
    telling = ~room.book.accompanying
    readable = {holder: allowed & telling for holder, allowed in ruling.readable.items() if allowed & telling}
    handles = [(agency, handle) for agency, handle in reader.handles if agency in readable]
    most = min(at_once, _AT_ONCE)
    while True:
        page = records.newest_of(connection, handles=handles, after=after, limit=most)
        yield from (one for one in page if _mask(one) & readable[one.agency_id])
        if len(page) < most:
            return
        after = page[-1].record_id


def _size(sealed: SealedRecord, allowed: int) -> int:
    return sum(len(cell) for ordinal, cell in parse(sealed.envelope).cells.items() if allowed >> ordinal & 1)


def _mask(sealed: SealedRecord) -> int:
    return sum(1 << ordinal for ordinal in field_ordinals(sealed.envelope))


def _shown(
    catalogue: Catalogue, keys: Mapping[KeyOwner, SubjectKey], ruling: Ruling, sealed: SealedRecord
) -> ShownRecord:
    allowed = ruling.by_holder[sealed.agency_id].allowed
    names = {
        ordinal: catalogue.by_ordinal[ordinal].id
        for ordinal in field_ordinals(sealed.envelope)
        if allowed >> ordinal & 1
    }
    return ShownRecord(
        record_id=sealed.record_id,
        version=sealed.version,
        holder=sealed.agency_id,
        stored_at=sealed.stored_at,
        fields=_open(keys, sealed, names),
    )


def _open(keys: Mapping[KeyOwner, SubjectKey], sealed: SealedRecord, names: Mapping[int, str]) -> dict[str, Json]:
    """The values of these fields, by ordinal, of which each was decided on."""
    return open_cells(
        keys[handle_key(sealed.agency_id, sealed.handle_id)],
        sealed.envelope,
        agency_id=sealed.agency_id,
        handle_id=sealed.handle_id,
        record_id=sealed.record_id,
        version=sealed.version,
        field_ids=names,
    )


def _answer(reader: Reader, ruling: Ruling, *, shown: Sequence[ShownRecord], has_more: bool) -> Disclosure:
    return Disclosure(
        id=new_id(),
        at=ruling.at,
        handle_id=reader.handle_id,
        recipient=reader.principal.agency_id,
        purpose=reader.principal.purpose,
        role=reader.principal.role,
        protocols=tuple(sorted({str(use.protocol) for one in ruling.by_holder.values() for use in one.uses})),
        records=tuple(shown),
        withheld=_withheld(ruling),
        next_after=shown[-1].record_id if has_more and shown else None,
        obligations=undertaken(ruling.snapshot.catalogue, ruling.rows, shown),
    )


def _withheld(ruling: Ruling) -> tuple[Withheld, ...]:
    return tuple(
        Withheld(field_id=name, holder=holder, ask_en=office.title.en, ask_cy=office.title.cy)
        for holder, decision in ruling.by_holder.items()
        for office in decision.whom_to_ask[:1]
        for name in ruling.snapshot.catalogue.ids(decision.withheld_shown)
    )
