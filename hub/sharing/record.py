"""Writing down what is about to be released: disclosure, items, ledger entries; before the commit that releases it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from hub.circumstances.hiding import places_hidden
from hub.circumstances.queries import kept_from, overrides_hidden_from
from hub.directory.streams import LedgerEvent, write_events
from hub.notices.write import write_notices
from hub.sealing.model import KeyOwner, SubjectKey
from hub.sharing import queries
from hub.sharing.model import Disclosure, ShownRecord
from hub.sharing.obligations import notices_to_family
from hub.sharing.ruling import Reader, Ruling, Sharing
from policies.fields import Catalogue


def record(
    room: Sharing,
    connection: Connection,
    ruling: Ruling,
    answer: Disclosure,
    *,
    reader: Reader,
    keys: Mapping[KeyOwner, SubjectKey],
) -> None:
    """Record one answer in the transaction that decided on it; a refusal and an empty answer are recorded as well."""
    consents = sorted({name for decision in ruling.by_holder.values() for name in decision.consent_ids})
    overrides = sorted({name for decision in ruling.by_holder.values() for name in decision.override_ids})
    principal = reader.principal
    queries.add_disclosure(
        connection,
        {
            "agency_id": principal.agency_id,
            "id": answer.id,
            "learner_id": reader.learner_id,
            "number": ruling.number,
            "handle_id": reader.handle_id,
            "client_id": principal.client_id,
            "acting_person_id": principal.acting_person_id,
            "purpose": principal.purpose,
            "role": principal.role,
            "at": ruling.at,
            "protocols": list(answer.protocols),
            "consents": consents,
            "overrides": overrides,
            "catalogue_version": room.book.catalogue.version,
        },
        [_item(room.book.catalogue, answer, shown) for shown in answer.records],
    )
    # Whoever must not know of an override has no entry of what was read under it, and so no gap in their numbers.
    kept = kept_from(connection, [UUID(name) for name in overrides])
    sight = [person for person in ruling.sight if person not in kept]
    events = [(reader.learner_id, event) for event in _events(reader, answer, sight)]
    write_events(connection, keys, events, at=ruling.at)
    told = notices_to_family(
        ruling.rows,
        answer.records,
        catalogue=room.book.catalogue,
        learner_id=reader.learner_id,
        recipient=principal.agency_id,
        people=_may_be_told(connection, reader, sight, under=overrides, at=ruling.at) if overrides else sight,
        at=ruling.at,
    )
    if told and principal.agency_id not in places_hidden(connection, reader.learner_id):
        write_notices(connection, told, at=ruling.at)


def _may_be_told(
    connection: Connection, reader: Reader, sight: Sequence[UUID], *, under: Sequence[str], at: datetime
) -> list[UUID]:
    """Who of these may know of every override now: a notice of a look that the page does not show would tell of it."""
    used = {UUID(name) for name in under}
    learner = reader.learner_id
    return [
        person
        for person in sight
        if not used & overrides_hidden_from(connection, learner, person_id=person, is_family=True, at=at)
    ]


def _item(catalogue: Catalogue, answer: Disclosure, shown: ShownRecord) -> dict[str, object]:
    return {
        "agency_id": answer.recipient,
        "disclosure_id": answer.id,
        "holder_id": shown.holder,
        "record_id": shown.record_id,
        "version": shown.version,
        "ordinals": sorted(catalogue.by_id[name].ordinal for name in shown.fields),
    }


def _events(reader: Reader, answer: Disclosure, sight: Sequence[UUID]) -> list[LedgerEvent]:
    """One event for the people with sight, and one per holder for its own handle, each with its own records only."""
    told = LedgerEvent(
        kind=Kind.DISCLOSURE_MADE if answer.records else Kind.DISCLOSURE_REFUSED,
        body=_body(answer, answer.records),
        subject_event_id=answer.id,
        sight=sight,
    )
    return [told, *(_holders_event(agency, handle, answer) for agency, handle in reader.handles)]


def _holders_event(agency_id: str, handle_id: UUID, answer: Disclosure) -> LedgerEvent:
    own = [shown for shown in answer.records if shown.holder == agency_id]
    return LedgerEvent(
        kind=Kind.DISCLOSURE_MADE if own else Kind.DISCLOSURE_REFUSED,
        body=_body(answer, own),
        subject_event_id=answer.id,
        handles=(handle_id,),
    )


def _body(answer: Disclosure, shown: Sequence[ShownRecord]) -> dict[str, Json]:
    return {
        "disclosure": str(answer.id),
        "recipient": answer.recipient,
        "purpose": answer.purpose,
        "role": answer.role,
        "protocols": list(answer.protocols),
        "fields": sorted({name for one in shown for name in one.fields}),
        "records": [f"{one.record_id}/{one.version}" for one in shown],
    }
