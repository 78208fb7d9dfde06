"""All SQL of the register of protocols. Nothing here commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Connection, Row, func, insert, select, update

from hub.database import is_sqlite
from hub.protocols.model import ENFORCED, Document, PartnerKey, Signed, Standing, State, Step
from hub.protocols.tables import partner_key, protocol_document, protocol_signature, protocol_state, protocol_step
from policies.model import ProtocolRef
from policies.words import Words

# Built once: every governed read runs them, and building a statement costs more than running it.
# INVARIANT: whoever locks several of these rows does it in this order, readers and steps alike, so nobody deadlocks.
_ORDER = (protocol_state.c.protocol_id, protocol_state.c.version)
_ENFORCED = (
    select(protocol_state.c.protocol_id, protocol_state.c.version, protocol_state.c.digest, protocol_state.c.state)
    .where(protocol_state.c.state.in_([state.value for state in ENFORCED]))
    .order_by(*_ORDER)
)
_ENFORCED_LOCKED = _ENFORCED.with_for_update(read=True)


def enforced(connection: Connection) -> frozenset[Standing]:
    """Every version that was ever put in force, with its state now; on PostgreSQL the rows are locked FOR SHARE.

    The lock makes a suspension wait for the disclosures that already counted on the protocol, and them for it.
    """
    statement = _ENFORCED if is_sqlite(connection) else _ENFORCED_LOCKED
    return frozenset(Standing(row[0], row[1], row[2], State(row[3])) for row in connection.execute(statement))


def lock_versions(connection: Connection, protocol_id: str) -> list[Standing]:
    """Every registered version of a protocol, lowest first, locked until the transaction ends: before each step."""
    statement = (
        select(protocol_state.c.protocol_id, protocol_state.c.version, protocol_state.c.digest, protocol_state.c.state)
        .where(protocol_state.c.protocol_id == protocol_id)
        .order_by(*_ORDER)
        .with_for_update()
    )
    return [Standing(row[0], row[1], row[2], State(row[3])) for row in connection.execute(statement)]


def all_versions(connection: Connection) -> list[tuple[Standing, datetime]]:
    """Every registered version with the instant of its last step, sorted; locks nothing."""
    rows = connection.execute(select(protocol_state).order_by(*_ORDER))
    return [(Standing(row.protocol_id, row.version, row.digest, State(row.state)), row.since) for row in rows]


def insert_version(connection: Connection, document: Document, *, state: State) -> None:
    """Register a version with its document."""
    connection.execute(
        insert(protocol_document).values(
            protocol_id=document.ref.id,
            version=document.ref.version,
            digest=document.digest,
            catalogue_version=document.catalogue,
            source=document.source,
            proposed_at=document.proposed_at,
        )
    )
    connection.execute(
        insert(protocol_state).values(
            protocol_id=document.ref.id,
            version=document.ref.version,
            state=state.value,
            digest=document.digest,
            since=document.proposed_at,
        )
    )


def set_state(connection: Connection, ref: ProtocolRef, state: State, *, at: datetime) -> None:
    """Move a version on."""
    here = (protocol_state.c.protocol_id == ref.id, protocol_state.c.version == ref.version)
    connection.execute(update(protocol_state).where(*here).values(state=state.value, since=at))


def document_of(connection: Connection, ref: ProtocolRef) -> Document | None:
    """A version as it was proposed."""
    row = connection.execute(
        select(protocol_document).where(
            protocol_document.c.protocol_id == ref.id, protocol_document.c.version == ref.version
        )
    ).one_or_none()
    if row is None:
        return None
    return Document(ref, row.digest, row.catalogue_version, row.source, row.proposed_at)


def insert_signature(connection: Connection, ref: ProtocolRef, signed: Signed) -> None:
    """Keep a signature that was verified."""
    connection.execute(
        insert(protocol_signature).values(
            protocol_id=ref.id,
            version=ref.version,
            agency_id=signed.agency_id,
            key_id=signed.key_id,
            signature=signed.signature,
            office_en=signed.office.en,
            office_cy=signed.office.cy,
            signed_on=signed.signed_on.isoformat(),
            received_at=signed.received_at,
        )
    )


def signatures_of(connection: Connection, ref: ProtocolRef) -> dict[str, Signed]:
    """The accepted signatures of a version, by agency."""
    rows = connection.execute(
        select(protocol_signature)
        .where(protocol_signature.c.protocol_id == ref.id, protocol_signature.c.version == ref.version)
        .order_by(protocol_signature.c.agency_id)
    )
    return {row.agency_id: _signed(row) for row in rows}


def insert_key(connection: Connection, key: PartnerKey) -> None:
    """Keep a partner's public key."""
    connection.execute(
        insert(partner_key).values(
            agency_id=key.agency_id,
            key_id=key.key_id,
            public_key=key.public_key,
            registered_at=key.registered_at,
            retired_at=key.retired_at,
        )
    )


def retire_key(connection: Connection, *, agency_id: str, key_id: str, at: datetime) -> bool:
    """Let a key sign nothing more; False when there is none, or it was retired before."""
    here = (partner_key.c.agency_id == agency_id, partner_key.c.key_id == key_id, partner_key.c.retired_at.is_(None))
    return connection.execute(update(partner_key).where(*here).values(retired_at=at)).rowcount == 1


def partner_keys(connection: Connection, agency_ids: Iterable[str] | None = None) -> list[PartnerKey]:
    """Public keys of these agencies, or of all, retired ones too; in order of agency and registration."""
    statement = select(partner_key).order_by(partner_key.c.agency_id, partner_key.c.registered_at, partner_key.c.key_id)
    if agency_ids is not None:
        statement = statement.where(partner_key.c.agency_id.in_(sorted(agency_ids)))
    return [
        PartnerKey(row.agency_id, row.key_id, row.public_key, row.registered_at, row.retired_at)
        for row in connection.execute(statement)
    ]


def insert_step(
    connection: Connection, ref: ProtocolRef, *, id: UUID, state: State, at: datetime, agency_id: str | None
) -> int:
    """Write the next step of a version, whose rows the caller has locked; answers with its number, from 1."""
    here = (protocol_step.c.protocol_id == ref.id, protocol_step.c.version == ref.version)
    last = connection.execute(select(func.max(protocol_step.c.number)).where(*here)).scalar_one()
    number = (last or 0) + 1
    connection.execute(
        insert(protocol_step).values(
            protocol_id=ref.id,
            version=ref.version,
            number=number,
            id=id,
            state=state.value,
            at=at,
            agency_id=agency_id,
        )
    )
    return number


def steps_of(connection: Connection, ref: ProtocolRef) -> list[Step]:
    """Every step of a version, first to last."""
    rows = connection.execute(
        select(protocol_step)
        .where(protocol_step.c.protocol_id == ref.id, protocol_step.c.version == ref.version)
        .order_by(protocol_step.c.number)
    )
    return [Step(row.id, row.number, State(row.state), row.at, row.agency_id) for row in rows]


def _signed(row: Row[tuple[object, ...]]) -> Signed:
    return Signed(
        agency_id=row.agency_id,
        key_id=row.key_id,
        signature=row.signature,
        office=Words(en=row.office_en, cy=row.office_cy),
        signed_on=date.fromisoformat(row.signed_on),
        received_at=row.received_at,
    )
