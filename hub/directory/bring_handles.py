"""Finding or making the handles of the children that an agency's source names, many at a time.

In two steps, because keys are committed to the key store before the main transaction begins: `prepare` outside it makes
keys and seals, `bring` inside it matches and writes. A crash in between leaves keys that nothing uses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from hub.directory.arrivals import Draft, Prepared, write_known, write_new
from hub.directory.drafting import draft_of, seal_additions
from hub.directory.errors import NoDutyPerson, UnknownAgency
from hub.directory.identifying import as_identifier, own_indexes
from hub.directory.match import Proposal, Verdict, match
from hub.directory.model import Arrival, LocalNumber, Match, Newcomer
from hub.directory.queries import handles, parties
from hub.sealing.key_store import KeyStore
from hub.sealing.model import HUB


def known_handles(
    connection: Connection, keys: KeyStore, *, agency_id: str, numbers: Iterable[LocalNumber]
) -> dict[LocalNumber, UUID]:
    """The agency's handles of these local numbers, as far as it has any; makes nothing (for a dry run)."""
    keyring = keys.keyrings.get(agency_id)
    by_index = {index: one for one in numbers for index in own_indexes(keyring, as_identifier(one))}
    found = handles.handles_by_local_number(connection, agency_id=agency_id, indexes=by_index)
    return {by_index[index]: handle_id for index, (handle_id, _) in found.items()}


def prepare(connection: Connection, keys: KeyStore, *, agency_id: str, newcomers: Sequence[Newcomer]) -> Prepared:
    """Look up who is known, make the keys of who is not, seal what is new. `connection` only reads.

    Afterwards the keys in `Prepared.owners` are unwrapped in the cache.

    Raises:
        UnknownAgency: no such partner, or not active.
        NoDutyPerson: it has not named who gets the learners that it brings.
        KeyringUnavailable: the agency's or the hub's keyring cannot be reached.
    """
    _duty_person(connection, agency_id)
    merged: dict[LocalNumber, Newcomer] = {}
    for newcomer in newcomers:
        before = merged.get(newcomer.local)
        merged[newcomer.local] = newcomer if before is None else _joined(before, newcomer)
    keyring, hub = keys.keyrings.get(agency_id), keys.keyrings.get(HUB)
    indexes = {local: own_indexes(keyring, as_identifier(local)) for local in merged}
    known = handles.handles_by_local_number(
        connection, agency_id=agency_id, indexes=[index for some in indexes.values() for index in some]
    )
    drafts = {
        local: draft_of(keyring, hub, newcomer=newcomer, known=_first(indexes[local], known))
        for local, newcomer in merged.items()
    }
    prepared = Prepared(agency_id, tuple(one.local for one in newcomers), drafts)
    keys.ensure(owner for draft in drafts.values() if draft.is_new for owner in draft.owners)
    keys.unwrap_many(prepared.owners)
    seal_additions(connection, keys, prepared)
    return prepared


def bring(connection: Connection, keys: KeyStore, prepared: Prepared, *, at: datetime) -> list[Arrival]:
    """Write the prepared newcomers; answers where each of them is, in the order given to `prepare`.

    A child whom nobody knows becomes a learner, with the agency's duty person accountable. A child whom another process
    brought since `prepare` is found. Call it before any learner's stream row is locked. Raises as `prepare` does.
    """
    duty_person = _duty_person(connection, prepared.agency_id)
    fresh = [draft for draft in prepared.drafts.values() if draft.is_new]
    overtaken = _overtaken(connection, prepared, fresh) if fresh else {}
    new = [draft for draft in fresh if draft.local not in overtaken]
    grown = [draft for draft in prepared.drafts.values() if not draft.is_new and draft.numbers]
    verdicts = dict(zip((one.local for one in new + grown), _matched(connection, keys, new + grown), strict=True))
    write_new(connection, [(draft, verdicts[draft.local]) for draft in new], duty_person=duty_person, at=at)
    write_known(
        connection, [(one, verdicts.get(one.local)) for one in prepared.drafts.values() if not one.is_new], at=at
    )
    arrivals = {draft.local: _arrival(draft, verdicts.get(draft.local)) for draft in prepared.drafts.values()}
    arrivals.update(overtaken)
    return [arrivals[local] for local in prepared.order]


def _duty_person(connection: Connection, agency_id: str) -> UUID:
    agency = parties.agency_by_id(connection, agency_id)
    if agency is None or not agency.is_active:
        raise UnknownAgency(agency_id)
    if agency.duty_person_id is None:
        raise NoDutyPerson(agency_id)
    return agency.duty_person_id


def _overtaken(connection: Connection, prepared: Prepared, fresh: Sequence[Draft]) -> dict[LocalNumber, Arrival]:
    handles.take_matching_turn(connection)
    found = handles.handles_by_local_number(
        connection, agency_id=prepared.agency_id, indexes=[draft.index for draft in fresh]
    )
    return {draft.local: Arrival(*found[draft.index], match=Match.KNOWN) for draft in fresh if draft.index in found}


def _matched(connection: Connection, keys: KeyStore, drafts: Sequence[Draft]) -> list[Verdict]:
    return match(
        connection,
        keys,
        [
            Proposal(
                agency_id=draft.agency_id,
                system=draft.local.system,
                learner_id=draft.learner_id,
                numbers=draft.numbers,
                said=draft.said,
                is_new=draft.is_new,
            )
            for draft in drafts
        ],
    )


def _arrival(draft: Draft, verdict: Verdict | None) -> Arrival:
    if verdict is None:
        return Arrival(draft.handle_id, draft.learner_id, Match.KNOWN)
    return Arrival(draft.handle_id, verdict.learner_id, verdict.match, is_doubtful=verdict.doubt is not None)


def _first(indexes: Iterable[bytes], known: dict[bytes, tuple[UUID, UUID]]) -> tuple[UUID, UUID] | None:
    return next((known[index] for index in indexes if index in known), None)


def _joined(one: Newcomer, other: Newcomer) -> Newcomer:
    """Two mentions of one child in one source: numbers of both; what the first leaves open, the second may say."""
    said = one.demographics if one.demographics.birth_date or not other.demographics.birth_date else other.demographics
    return Newcomer(one.local, tuple(dict.fromkeys((*one.identifiers, *other.identifiers))), said)
