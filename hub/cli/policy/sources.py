"""Which protocols a command is about: a file, or versions that this hub has in force."""

from __future__ import annotations

from pathlib import Path

from hub.cli.faults import Unusable
from hub.cli.running import load_settings, running_hub
from hub.database import reading
from policies.load_catalogue import load_catalogue
from policies.model import Protocol
from policies.protocols import load_protocol


def protocols_in_force() -> tuple[Protocol, ...]:
    """What decides in this hub now, by name and version."""
    with running_hub(load_settings()) as hub, reading(hub.engine) as connection:
        return hub.sharing.book.snapshot(connection).current(hub.clock())


def protocol_named(name: str) -> Protocol:
    """The protocol of a file, or the version `ID/VERSION` that this hub has in force.

    Raises:
        ProtocolsRefused: with everything that is wrong with the file.
    """
    path = Path(name)
    if path.is_file():
        return load_protocol(path, load_catalogue())
    found = [one for one in protocols_in_force() if str(one.ref) == name]
    if not found:
        raise Unusable(
            "neither a file, nor a protocol version that is in force here",
            todo="name a file, or ID/VERSION as `dolen policy check` shows it",
        )
    return found[0]
