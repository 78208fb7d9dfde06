"""Public keys of partners: taken in, retired, listed. The private halves never come here."""

from __future__ import annotations

from collections.abc import Sequence

from hub.database import reading, unit_of_work
from hub.directory.errors import UnknownAgency
from hub.directory.queries import parties
from hub.protocols import queries
from hub.protocols.errors import PartnerKeyRefused
from hub.protocols.model import PartnerKey
from hub.steering.step import Steering
from policies.signing import key_id_of


def add_key(room: Steering, agency_id: str, public_key: bytes) -> PartnerKey:
    """Register a partner's public key (32 bytes); the same key again changes nothing.

    Raises UnknownAgency; PartnerKeyRefused for a key that is another partner's, or retired.
    """
    with unit_of_work(room.engine) as connection:
        if parties.agency_by_id(connection, agency_id) is None:
            raise UnknownAgency(agency_id)
        for one in queries.partner_keys(connection):
            if one.public_key == public_key:
                return _same(one, agency_id)
        key = PartnerKey(agency_id, key_id_of(public_key), public_key, room.clock())
        queries.insert_key(connection, key)
    return key


def retire_key(room: Steering, agency_id: str, key_id: str) -> None:
    """Let a key sign nothing more; what it signed before stays signed. Raises PartnerKeyRefused."""
    with unit_of_work(room.engine) as connection:
        if not queries.retire_key(connection, agency_id=agency_id, key_id=key_id, at=room.clock()):
            raise PartnerKeyRefused(
                f"{agency_id} has no key {key_id} that could be retired", todo="see `dolen policy partner-key list`"
            )


def list_keys(room: Steering) -> Sequence[PartnerKey]:
    """Every key that was ever registered."""
    with reading(room.engine) as connection:
        return queries.partner_keys(connection)


def _same(one: PartnerKey, agency_id: str) -> PartnerKey:
    if one.agency_id != agency_id:
        raise PartnerKeyRefused(
            "this key is registered as another partner's: one key belongs to one partner",
            todo="let each partner make a key of its own with `dolen policy key new`",
        )
    if one.retired_at is not None:
        raise PartnerKeyRefused(
            f"key {one.key_id} was retired: a retired key does not come back", todo="make a new key and register that"
        )
    return one
