"""Taking a protocol file into the register, where it permits nothing before every partner has signed it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from hub.database import unit_of_work
from hub.directory.queries import parties
from hub.protocols import queries
from hub.protocols.book import PolicyBook
from hub.protocols.errors import Overlapping, ProtocolAltered
from hub.protocols.model import ENFORCED, Document, Standing, State
from hub.steering.step import Steering, Taken, hub_key, take_step
from policies.canonical import digest
from policies.model import Protocol
from policies.protocols import parse_protocol


def propose(room: Steering, content: bytes, *, file: str) -> Standing:
    """Register a protocol version with exactly these bytes, or find it registered with the same words already.

    `file` is the name that errors give. Partners must be in the directory.

    Raises:
        policies.errors.ProtocolsRefused: with every problem of the file.
        ProtocolAltered: the version is registered with other words.
        Overlapping: it does not begin after every lower version, or a higher one was put in force.
    """
    key = hub_key(room.keys)
    with unit_of_work(room.engine) as connection:
        agencies = {agency.id for agency in parties.all_agencies(connection) if agency.is_active}
        protocol = parse_protocol(content, room.book.catalogue, file=file, agencies=agencies)
        versions = queries.lock_versions(connection, protocol.ref.id)
        found = digest(protocol, room.book.catalogue)
        for one in versions:
            if one.version == protocol.ref.version:
                if one.digest != found:
                    raise ProtocolAltered(protocol.ref)
                return one
        check_order(room.book, connection, protocol, versions)
        at = room.clock()
        document = Document(protocol.ref, found, protocol.catalogue, content, at)
        queries.insert_version(connection, document, state=State.PROPOSED)
        take_step(connection, key, Taken(protocol.ref, found, State.PROPOSED, at))
    return Standing(protocol.ref.id, protocol.ref.version, found, State.PROPOSED)


def check_order(book: PolicyBook, connection: Connection, protocol: Protocol, versions: Iterable[Standing]) -> None:
    """Raise Overlapping unless the version follows every other one that was put in force, in number and first day."""
    for one in versions:
        if one.state not in ENFORCED or one.version == protocol.ref.version:
            continue
        other = book.load(connection, one)
        if one.version > protocol.ref.version or other is None or protocol.in_force_from <= other.in_force_from:
            raise Overlapping(protocol.ref, one.ref)
