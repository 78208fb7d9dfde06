"""Blind indexes of identifiers: an agency's own, to find its handles, and the hub's, to match across partners."""

from __future__ import annotations

from hub.directory.model import Identifier, IdentifierKind, LocalNumber
from hub.sealing.blind_index import MATCHING, all_indexes
from hub.sealing.derivation import prefixed
from hub.sealing.keyring import Keyring
from hub.sealing.model import HUB

MATCHED = (IdentifierKind.NHS_NUMBER, IdentifierKind.UPN, IdentifierKind.ULN)
"""Numbers that mean the same child with every partner, the surest first. A former UPN is indexed as a UPN."""


def index_kind(kind: IdentifierKind) -> IdentifierKind:
    """The kind under which an identifier is indexed."""
    return IdentifierKind.UPN if kind is IdentifierKind.FORMER_UPN else kind


def kinds_found_by(kind: IdentifierKind) -> tuple[str, ...]:
    """Stored kinds that a search by `kind` looks into: who asks by a pupil number may have the former one."""
    if index_kind(kind) is IdentifierKind.UPN:
        return (IdentifierKind.UPN.value, IdentifierKind.FORMER_UPN.value)
    return (kind.value,)


def own_indexes(keyring: Keyring, identifier: Identifier) -> list[bytes]:
    """Index of the identifier under the agency's keyring, one per version, the newest last."""
    value = identifier.value.encode()
    if identifier.kind is IdentifierKind.LOCAL:
        value = prefixed((identifier.system or "").encode(), value)
    kind = index_kind(identifier.kind).value
    return all_indexes(keyring, agency_id=keyring.agency_id, kind=kind, value=value)


def match_indexes(hub_keyring: Keyring, identifier: Identifier) -> list[bytes]:
    """Index under the hub's matching key, one per version, the newest last; none for a number that is not matched on.

    INVARIANT: a number whose check digit or letter is wrong has no matching index anywhere.
    """
    kind = index_kind(identifier.kind)
    if not identifier.is_valid or kind not in MATCHED:
        return []
    value = identifier.value.encode()
    return all_indexes(hub_keyring, agency_id=HUB, kind=f"{MATCHING}{kind.value}", value=value)


def as_identifier(local: LocalNumber) -> Identifier:
    """A local number as the identifier that it is stored as."""
    return Identifier(IdentifierKind.LOCAL, local.value, system=local.system)
