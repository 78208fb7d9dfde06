"""Whether a registered protocol version is what its partners signed: asked whenever a process loads one."""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from hub.protocols import queries
from hub.protocols.model import PartnerKey, Signed, Standing
from policies.canonical import canonical, digest
from policies.errors import ProtocolsRefused
from policies.fields import Catalogue
from policies.model import Protocol, ProtocolRef
from policies.protocols import parse_protocol
from policies.signing import verifies


def verified(connection: Connection, standing: Standing, catalogue: Catalogue) -> Protocol | None:
    """The protocol of a registered version; None where it is not the bytes that every one of its partners signed.

    The document is read as strictly as a file, its canonical bytes must have the digest that decisions go by, and each
    partner must have signed them with a key of its own that was not retired when the signature came in.
    """
    protocol = parsed(connection, standing.ref, catalogue)
    if protocol is None or not hmac.compare_digest(digest(protocol, catalogue), standing.digest):
        return None
    return None if unsigned_by(connection, protocol, catalogue) else protocol


def parsed(connection: Connection, ref: ProtocolRef, catalogue: Catalogue) -> Protocol | None:
    """The protocol of a registered version as its document says it, signed or not; None where it can't be read."""
    document = queries.document_of(connection, ref)
    if document is None:
        return None
    try:
        protocol = parse_protocol(document.source, catalogue, file=str(ref))
    except ProtocolsRefused:
        return None
    same = hmac.compare_digest(document.digest, digest(protocol, catalogue))
    return protocol if same and protocol.ref == ref else None


def unsigned_by(connection: Connection, protocol: Protocol, catalogue: Catalogue) -> tuple[str, ...]:
    """The partners of which no signature of these bytes verifies, sorted."""
    message = canonical(protocol, catalogue)
    signatures = queries.signatures_of(connection, protocol.ref)
    keys = _by_name(queries.partner_keys(connection, protocol.partners))
    return tuple(
        agency for agency in sorted(protocol.partners) if not _is_signed(signatures.get(agency), keys, message)
    )


def _is_signed(signed: Signed | None, keys: Mapping[tuple[str, str], PartnerKey], message: bytes) -> bool:
    key = None if signed is None else keys.get((signed.agency_id, signed.key_id))
    if signed is None or key is None or not key.is_good_at(signed.received_at):
        return False
    return verifies(signed.signature, key.public_key, message)


def _by_name(keys: Iterable[PartnerKey]) -> dict[tuple[str, str], PartnerKey]:
    return {(key.agency_id, key.key_id): key for key in keys}
