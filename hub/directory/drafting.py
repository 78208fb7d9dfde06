"""From a newcomer to a draft: indexes first, then, once the keys are there, the sealed rows."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from hub.database import new_id
from hub.directory.arrivals import Draft, Entry, Prepared
from hub.directory.identifying import as_identifier, index_kind, match_indexes, own_indexes
from hub.directory.model import Identifier, Newcomer
from hub.directory.queries import handles
from hub.directory.sealed import (
    canonical_demographics,
    demographics_fields,
    demographics_purpose,
    seal_demographics,
    seal_identifier,
)
from hub.sealing.blind_index import all_indexes
from hub.sealing.key_store import KeyStore
from hub.sealing.keyring import Keyring
from hub.sealing.model import HUB, SubjectKey, handle_directory_key
from hub.sealing.reseal import reseal


def draft_of(own: Keyring, hub: Keyring, *, newcomer: Newcomer, known: tuple[UUID, UUID] | None) -> Draft:
    """A draft of one child of the agency whose keyring is `own`; `known`: its handle and learner, where it has it."""
    local = as_identifier(newcomer.local)
    entries = [_entry(own, hub, local, finds_handle=True)]
    # The local number may be listed among the identifiers once more.
    entries += [_entry(own, hub, one, finds_handle=False) for one in newcomer.identifiers if _differs(one, local)]
    handle_id, learner_id = known if known is not None else (new_id(), new_id())
    return Draft(
        agency_id=own.agency_id,
        local=newcomer.local,
        index=entries[0].indexes[-1],
        handle_id=handle_id,
        learner_id=learner_id,
        is_new=known is None,
        said=newcomer.demographics,
        entries=entries,
    )


def seal_additions(connection: Connection, keys: KeyStore, prepared: Prepared) -> None:
    """Seal into each draft what the directory does not have yet. The keys must be made."""
    known = [draft.handle_id for draft in prepared.drafts.values() if not draft.is_new]
    had = handles.identifiers_of(connection, agency_id=prepared.agency_id, handle_ids=known)
    said = handles.demographics_of(connection, agency_id=prepared.agency_id, handle_ids=known)
    unwrapped = keys.unwrap_many(handle_directory_key(draft.handle_id) for draft in prepared.drafts.values())
    own, hub = keys.keyrings.get(prepared.agency_id), keys.keyrings.get(HUB)
    for draft in prepared.drafts.values():
        key = unwrapped[handle_directory_key(draft.handle_id)]
        before = had.get(draft.handle_id, set())
        new = [one for one in draft.entries if not any((one.identifier.kind.value, i) in before for i in one.indexes)]
        draft.identifier_rows = [_row(draft, one, key, versions=(own.newest, hub.newest)) for one in new]
        draft.numbers = frozenset((index_kind(one.identifier.kind), index) for one in new for index in one.matching)
        _seal_demographics(draft, key, own, said.get(draft.handle_id))


def _entry(own: Keyring, hub: Keyring, identifier: Identifier, *, finds_handle: bool) -> Entry:
    return Entry(
        identifier,
        indexes=tuple(own_indexes(own, identifier)),
        matching=tuple(match_indexes(hub, identifier)),
        finds_handle=finds_handle,
    )


def _differs(one: Identifier, other: Identifier) -> bool:
    return (one.kind, one.system or "", one.value) != (other.kind, other.system or "", other.value)


def _row(draft: Draft, entry: Entry, key: SubjectKey, *, versions: tuple[int, int]) -> dict[str, object]:
    identifier, identifier_id = entry.identifier, new_id()
    return {
        "agency_id": draft.agency_id,
        "id": identifier_id,
        "handle_id": draft.handle_id,
        "kind": identifier.kind.value,
        "system": identifier.system or "",
        "blind_index": entry.indexes[-1],
        "key_version": versions[0],
        "match_index": entry.matching[-1] if entry.matching else None,
        "match_key_version": versions[1] if entry.matching else None,
        "sealed_value": seal_identifier(
            key, identifier_id=identifier_id, handle_id=draft.handle_id, identifier=identifier
        ),
        "is_valid": identifier.is_valid,
        "finds_handle": entry.finds_handle,
    }


def _seal_demographics(draft: Draft, key: SubjectKey, own: Keyring, before: tuple[bytes, bytes] | None) -> None:
    """Seal what the source says unless it is as before; what it leaves open stays as another source said it."""
    fields = demographics_fields(draft.said)
    if not fields:
        return
    prints = all_indexes(own, agency_id=own.agency_id, kind="demographics", value=canonical_demographics(draft.said))
    if before is not None and before[0] in prints:
        return
    if before is None:
        sealed = seal_demographics(key, agency_id=draft.agency_id, handle_id=draft.handle_id, said=draft.said)
    else:
        purpose = demographics_purpose(draft.agency_id, draft.handle_id)
        sealed = reseal(key, before[1], purpose=purpose, fields=fields)
    draft.has_demographics = before is not None
    draft.demographics = {
        "agency_id": draft.agency_id,
        "handle_id": draft.handle_id,
        "sealed": sealed,
        "fingerprint": prints[-1],
    }
