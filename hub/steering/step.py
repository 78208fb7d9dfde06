"""A step in the life of a protocol version: state, history and ledger entry in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, Engine

from consent.ledger import outbox
from consent.ledger.kinds import Kind
from consent.ledger.outbox import Entry
from hub.database import Clock, new_id
from hub.directory.streams import sealing_with
from hub.protocols import queries
from hub.protocols.book import PolicyBook
from hub.protocols.model import State
from hub.sealing.key_store import KeyStore
from hub.sealing.model import HUB, SubjectKey, agency_key
from policies.model import ProtocolRef


@dataclass(frozen=True, slots=True)
class Steering:
    """What the life of protocols needs."""

    engine: Engine
    keys: KeyStore
    book: PolicyBook
    clock: Clock


@dataclass(frozen=True, slots=True)
class Taken:
    """A step on its way into the register: which version, where it leads, and whose signature it was, if one."""

    ref: ProtocolRef
    digest: bytes
    state: State
    at: datetime
    agency_id: str | None = None
    key_id: str | None = None


def hub_key(keys: KeyStore) -> SubjectKey:
    """The hub's own key, which seals the openings of these entries; fetched before any lock."""
    owner = agency_key(HUB)
    keys.ensure([owner])
    return keys.unwrap(owner)


def stream_of(protocol_id: str) -> str:
    """The ledger stream of a protocol: every step of all its versions."""
    return f"protocol:{protocol_id}"


def take_step(connection: Connection, key: SubjectKey, taken: Taken) -> UUID:
    """Write a step and its ledger entry; the caller has locked the protocol's versions. `key` is the hub's own."""
    step_id = new_id()
    number = queries.insert_step(
        connection,
        taken.ref,
        id=step_id,
        state=taken.state,
        at=taken.at,
        agency_id=taken.agency_id,
    )
    entry = Entry(
        Kind.PROTOCOL_STEPPED,
        stream_of(taken.ref.id),
        {
            "protocol": str(taken.ref),
            "digest": taken.digest.hex(),
            "state": taken.state.value,
            "step": number,
            "event": str(step_id),
            "signed_by": taken.agency_id,
            "signed_with": taken.key_id,
        },
        owner=(key.owner.agency_id, key.owner.kind.value, str(key.owner.id)),
        subject_event_id=step_id,
    )
    outbox.append(connection, [entry], seal=sealing_with({key.owner: key}), at=taken.at)
    return step_id
