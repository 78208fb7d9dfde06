"""A partner's signature comes in; with the last one the version is agreed."""

from __future__ import annotations

from sqlalchemy import Connection

from hub.database import unit_of_work
from hub.protocols import queries
from hub.protocols.errors import SignatureRefused, UnknownProtocol, WrongState
from hub.protocols.model import PartnerKey, Signed, Standing, State
from hub.protocols.verify import parsed, unsigned_by
from hub.steering.step import Steering, Taken, hub_key, take_step
from policies.canonical import canonical
from policies.model import Protocol
from policies.signing import ProtocolSignature, is_of, verifies


def accept(room: Steering, signature: ProtocolSignature) -> Standing:
    """Take in one partner's signature; the same signature again changes nothing.

    Raises:
        UnknownProtocol: no such version was proposed.
        WrongState: it is agreed or in force already, without this signature.
        SignatureRefused: by the wrong key, over other bytes, or for a partner that it has not.
    """
    key = hub_key(room.keys)
    with unit_of_work(room.engine) as connection:
        standing = version_of(connection, signature)
        protocol = parsed(connection, standing.ref, room.book.catalogue)
        if protocol is None:
            raise UnknownProtocol(standing.ref)
        at = room.clock()
        partner_key = _checked(room, connection, signature, protocol, standing)
        before = queries.signatures_of(connection, standing.ref).get(signature.agency)
        if before is not None and before.signature == signature.signature:
            return standing
        if standing.state is not State.PROPOSED:
            raise WrongState(standing.ref, standing.state.value, wanted="proposed")
        if before is not None:
            raise SignatureRefused(
                f"{signature.agency} has signed protocol {standing.ref} already, with key {before.key_id}",
                todo="nothing: the first signature counts",
            )
        if not partner_key.is_good_at(at):
            raise SignatureRefused(
                f"key {partner_key.key_id} of {signature.agency} is retired: it signs nothing more",
                todo="sign with a key that `dolen policy partner-key list` shows as good",
            )
        kept = Signed(
            signature.agency, signature.key_id, signature.signature, signature.office, signature.signed_on, at
        )
        queries.insert_signature(connection, standing.ref, kept)
        signed = Taken(standing.ref, standing.digest, State.PROPOSED, at, signature.agency, signature.key_id)
        take_step(connection, key, signed)
        if unsigned_by(connection, protocol, room.book.catalogue):
            return standing
        queries.set_state(connection, standing.ref, State.AGREED, at=at)
        take_step(connection, key, Taken(standing.ref, standing.digest, State.AGREED, at))
    return standing._replace(state=State.AGREED)


def version_of(connection: Connection, signature: ProtocolSignature) -> Standing:
    """The version that a signature names, with all versions of its protocol locked; raises UnknownProtocol."""
    for one in queries.lock_versions(connection, signature.protocol.id):
        if one.version == signature.protocol.version:
            return one
    raise UnknownProtocol(signature.protocol)


def _checked(
    room: Steering, connection: Connection, signature: ProtocolSignature, protocol: Protocol, standing: Standing
) -> PartnerKey:
    """The key that made this signature; raises SignatureRefused for everything that does not prove it."""
    if signature.agency not in protocol.partners:
        raise SignatureRefused(
            f"{signature.agency} is no partner of protocol {standing.ref}",
            todo=f"its partners are {', '.join(sorted(protocol.partners))}",
        )
    if not is_of(signature, standing.digest):
        raise SignatureRefused(
            f"the signature of {signature.agency} is over other words than those of protocol {standing.ref}",
            todo="let them sign the very file that was proposed",
        )
    known = {one.key_id: one for one in queries.partner_keys(connection, [signature.agency])}
    found = known.get(signature.key_id)
    if found is None:
        raise SignatureRefused(
            f"key {signature.key_id} is not known as a key of {signature.agency}",
            todo="register its public key with `dolen policy partner-key add`, or sign with the one that is registered",
        )
    if not verifies(signature.signature, found.public_key, canonical(protocol, room.book.catalogue)):
        raise SignatureRefused(
            f"the signature of {signature.agency} was not made with its key {found.key_id}, or not over this protocol",
            todo="let them sign again with that key; whoever made this file does not hold it",
        )
    return found
