"""Which protocols a command is about: a file, or versions that this hub has."""

from __future__ import annotations

from hmac import compare_digest
from pathlib import Path

import click

from hub.cli.faults import Refused, Unusable
from hub.cli.policy.reference import Reference
from hub.cli.running import load_settings, opened_stores, running_hub
from hub.database import reading
from hub.protocols.queries import document_of
from policies.canonical import digest
from policies.load_catalogue import load_catalogue
from policies.model import Protocol, ProtocolRef
from policies.protocols import load_protocol, parse_protocol


def protocols_in_force() -> tuple[Protocol, ...]:
    """What decides in this hub now, by name and version."""
    with running_hub(load_settings()) as hub, reading(hub.engine) as connection:
        return hub.sharing.book.snapshot(connection).current(hub.clock())


def protocol_named(name: str) -> Protocol:
    """The protocol of a file, or the version `ID/VERSION` of this hub's register, in whatever state it is there.

    Raises:
        ProtocolsRefused: with everything that is wrong with the file.
    """
    path = Path(name)
    if path.is_file():
        return load_protocol(path, load_catalogue())
    try:
        ref = Reference().convert(name, None, None)
    except click.UsageError:
        raise Unusable(
            "neither a file, nor the name of a protocol version",
            todo="name a file that is there, or ID/VERSION, for example dyffryn-afon-aln/1",
        ) from None
    return _registered(ref)


def _registered(ref: ProtocolRef) -> Protocol:
    with opened_stores(load_settings()) as stores, reading(stores.engine) as connection:
        found = document_of(connection, ref)
    if found is None:
        raise Unusable(
            f"protocol {ref} is not in the register of this hub",
            todo="`dolen policy status` shows what is; or name a file",
        )
    catalogue = load_catalogue()
    protocol = parse_protocol(found.source, catalogue, file=str(ref))
    if not compare_digest(digest(protocol, catalogue), found.digest):
        raise Refused(
            f"what the register keeps of {ref} is not what was proposed",
            kept="nothing was written",
            todo="run `dolen doctor`; propose the file that the partners signed as a new version",
        )
    return protocol
