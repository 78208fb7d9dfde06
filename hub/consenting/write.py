"""One decision becomes rows: the event, its ledger entries and its notice, all in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from consent import events
from consent.ledger.jcs import Json
from consent.ledger.kinds import Kind
from consent.ledger.leaf import instant_text
from consent.model import Answer, ConsentEvent, EventKind, Matter, Method, ShownText, Standing
from hub.consenting.model import Offer, Outcome, Shown
from hub.database import new_id
from hub.directory import links
from hub.directory.streams import LedgerEvent, write_events
from hub.notices.model import ACCOUNTABLE, NoticeKind
from hub.notices.write import write_notice
from hub.sealing.model import SubjectKey
from hub.sealing.text import seal_text

_LEDGER = {
    EventKind.GRANTED: Kind.CONSENT_GRANTED,
    EventKind.REFUSED: Kind.CONSENT_REFUSED,
    EventKind.NARROWED: Kind.CONSENT_NARROWED,
    EventKind.WITHDRAWN: Kind.CONSENT_WITHDRAWN,
    EventKind.EXPIRED: Kind.CONSENT_EXPIRED,
}
_NOTICE = {
    EventKind.GRANTED: NoticeKind.CONSENT_GRANTED,
    EventKind.REFUSED: NoticeKind.CONSENT_REFUSED,
    EventKind.NARROWED: NoticeKind.CONSENT_NARROWED,
    EventKind.WITHDRAWN: NoticeKind.CONSENT_WITHDRAWN,
    EventKind.EXPIRED: NoticeKind.CONSENT_EXPIRED,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One decision on its way into the store."""

    kind: EventKind
    person_id: UUID | None
    standing: Standing | None
    shown: Shown | None
    at: datetime
    field_ids: tuple[str, ...] = ()
    until: datetime | None = None
    offer: Offer | None = None
    reason: str = ""


def write(connection: Connection, key: SubjectKey, consent_id: UUID, taken: Taken) -> Outcome:
    """Append the event and what goes with it; the caller holds the learner's lock and `key` is the learner's."""
    event = events.append(connection, _sealed(_event(consent_id, taken), key, taken))
    matter = events.matter_of(connection, consent_id)
    told = _ledger_event(connection, matter, event)
    write_events(connection, {key.owner: key}, [(matter.learner_id, told)], at=taken.at)
    write_notice(
        connection,
        kind=_NOTICE[taken.kind],
        event_id=event.id,
        learner_id=matter.learner_id,
        agency_id=None,
        audience=ACCOUNTABLE,
        at=taken.at,
    )
    return Outcome(consent_id=consent_id, event_id=event.id, at=taken.at)


def _event(consent_id: UUID, taken: Taken) -> Answer:
    offer, shown = taken.offer, taken.shown
    return Answer(
        id=new_id(),
        consent_id=consent_id,
        kind=taken.kind,
        at=taken.at,
        decided_by=taken.person_id,
        standing=taken.standing,
        method=Method.SYSTEM if taken.person_id is None else Method.WEB,
        protocol_id=None if offer is None else offer.protocol_id,
        protocol_version=None if offer is None else str(offer.protocol_version),
        catalogue_version=None if offer is None else str(offer.catalogue_version),
        field_ids=taken.field_ids,
        valid_from=taken.at if taken.kind is EventKind.GRANTED else None,
        valid_until=taken.until,
        shown=None if shown is None else ShownText(shown.text_version, shown.language, shown.sha256),
    )


def _sealed(event: Answer, key: SubjectKey, taken: Taken) -> Answer:
    if not taken.reason:
        return event
    purpose = f"consent_event.reason/{event.id}"
    return replace(
        event, sealed_reason=seal_text(key, owner=key.owner, purpose=purpose, data=taken.reason.encode("utf-8"))
    )


def _ledger_event(connection: Connection, matter: Matter, event: ConsentEvent) -> LedgerEvent:
    """In the decider's own stream, and in the holder's handle stream; another parent's stream does not hold it."""
    handles = links.handles_of(connection, matter.learner_id)
    return LedgerEvent(
        kind=_LEDGER[event.kind],
        body=_body(matter, event),
        subject_event_id=event.id,
        handles=tuple(handle for agency, handle in handles if agency == matter.holder),
        sight=(matter.person_id,),
    )


def _body(matter: Matter, event: ConsentEvent) -> dict[str, Json]:
    shown = event.shown
    return {
        "consent": str(event.consent_id),
        "event": str(event.id),
        "consent_kind": matter.kind.value,
        "holder": matter.holder,
        "recipient": matter.recipient,
        "purpose": matter.purpose,
        "scope": matter.scope,
        "fields": list(event.field_ids),
        "standing": None if event.standing is None else event.standing.value,
        "valid_until": None if event.valid_until is None else instant_text(event.valid_until),
        "protocol": None if event.protocol_id is None else f"{event.protocol_id}/{event.protocol_version}",
        "catalogue": event.catalogue_version,
        "shown_version": None if shown is None else shown.version,
        "shown_language": None if shown is None else shown.language,
        "shown_sha256": None if shown is None else shown.sha256.hex(),
    }
