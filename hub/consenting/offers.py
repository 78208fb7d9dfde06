"""What a family can decide on: every group of fields that a protocol in force would share on consent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import Connection

from consent import events
from consent.model import ConsentKind, ConsentState
from hub.circumstances.hiding import places_hidden
from hub.consenting.difference import difference, of_person
from hub.consenting.errors import OfferChanged
from hub.consenting.model import Offer
from hub.consenting.standing import Consenting, standing_of
from hub.database import reading
from hub.directory import links
from policies.model import Basis, Protocol, ProtocolRef
from policies.snapshot import Cell, Snapshot


def offers(room: Consenting, person_id: UUID, learner_id: UUID) -> Sequence[Offer]:
    """The choices of this person about this learner, expanded field by field; raises NotStanding.

    None names a partner that would tell where a learner is whose location is hidden.
    """
    at = room.clock()
    with reading(room.engine) as connection:
        standing_of(connection, person_id=person_id, learner_id=learner_id, at=at)
        snapshot = room.book.snapshot(connection)
        versions = {one.ref: one for one in room.book.protocols(connection)}
        hidden = places_hidden(connection, learner_id)
        states = events.states_of(connection, learner_id, at=at, kind=ConsentKind.DATA_SHARING)
        holders = _holders(connection, learner_id) - hidden
    found: dict[tuple[str, str, str, str], Offer] = {}
    for cell in snapshot.in_force(at):
        if cell.holder in holders and cell.recipient not in hidden:
            for offer in _of_cell(snapshot, cell, learner_id):
                _join(found, offer)
    own = [state for state in states if state.decided_by == person_id]
    cells = snapshot.in_force(at)
    return [_with_difference(snapshot, found[key], own, cells=cells, versions=versions) for key in sorted(found)]


def still_offered(room: Consenting, connection: Connection, offer: Offer) -> None:
    """Return if every field of the offer may still be asked for in this transaction; raises OfferChanged otherwise."""
    snapshot = room.book.snapshot(connection)
    catalogue = snapshot.catalogue
    askable = snapshot.askable(
        recipient=offer.recipient, purpose=offer.purpose, holder=offer.holder, at=room.clock()
    ) & catalogue.in_group(offer.group_id)
    known = all(name in catalogue.by_id for name in offer.field_ids)
    if not known or offer.catalogue_version != catalogue.version or not offer.field_ids:
        raise OfferChanged
    if catalogue.mask(offer.field_ids) & ~askable or offer.holder not in _holders(connection, offer.learner_id):
        raise OfferChanged
    shown = ProtocolRef(offer.protocol_id, offer.protocol_version)
    if not any(cell.protocol == shown for cell in snapshot.in_force(room.clock())):
        raise OfferChanged


def _with_difference(
    snapshot: Snapshot,
    offer: Offer,
    own: Sequence[ConsentState],
    *,
    cells: Sequence[Cell],
    versions: Mapping[ProtocolRef, Protocol],
) -> Offer:
    state = of_person(own, offer)
    if state is None:
        return offer
    about = (offer.recipient, offer.purpose, offer.holder)
    theirs = [one for one in cells if (one.recipient, one.purpose, one.holder) == about]
    return replace(offer, difference=difference(offer, state, theirs, versions=versions, catalogue=snapshot.catalogue))


def _holders(connection: Connection, learner_id: UUID) -> frozenset[str]:
    return frozenset(agency for agency, _ in links.handles_of(connection, learner_id))


def _of_cell(snapshot: Snapshot, cell: Cell, learner_id: UUID) -> list[Offer]:
    return [
        Offer(
            learner_id=learner_id,
            holder=cell.holder,
            recipient=cell.recipient,
            purpose=cell.purpose,
            group_id=group_id,
            field_ids=snapshot.catalogue.ids(mask),
            catalogue_version=snapshot.catalogue.version,
            protocol_id=cell.protocol.id,
            protocol_version=cell.protocol.version,
        )
        for group_id, mask in snapshot.catalogue.by_group(cell.named_on(Basis.CONSENT)).items()
    ]


def _join(found: dict[tuple[str, str, str, str], Offer], offer: Offer) -> None:
    """Roles of one partner may have different fields; a consent is to the partner, so the offer is their union."""
    key = (offer.recipient, offer.purpose, offer.holder, offer.group_id)
    before = found.get(key)
    fields = set(offer.field_ids) | set(before.field_ids if before is not None else ())
    found[key] = Offer(
        learner_id=offer.learner_id,
        holder=offer.holder,
        recipient=offer.recipient,
        purpose=offer.purpose,
        group_id=offer.group_id,
        field_ids=tuple(sorted(fields)),
        catalogue_version=offer.catalogue_version,
        protocol_id=offer.protocol_id,
        protocol_version=offer.protocol_version,
    )
