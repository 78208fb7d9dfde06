"""Protocols that a command is about: a folder, one file, or a version that the register keeps, whatever its state."""

from __future__ import annotations

from pathlib import Path

from hub.cli.faults import Unusable
from hub.cli.policy.reference import REFERENCE
from hub.cli.running import load_settings, running_hub
from hub.database import reading
from hub.protocols import queries
from policies.fields import Catalogue
from policies.model import Protocol, ProtocolRef
from policies.protocols import load_protocol, load_protocols, parse_protocol
from policies.snapshot import Snapshot


def protocols_at(place: Path, catalogue: Catalogue) -> tuple[Protocol, ...]:
    """The protocols of a folder or file. Raises PolicyFilesRefused."""
    return (load_protocol(place, catalogue),) if place.is_file() else load_protocols(place, catalogue)


def snapshot_of_hub() -> Snapshot:
    """What decides in this hub now."""
    with running_hub(load_settings()) as hub, reading(hub.engine) as connection:
        return hub.sharing.book.snapshot(connection)


def version_named(name: str, catalogue: Catalogue) -> Protocol:
    """The protocol of a file, or the version `ID/VERSION` as it was proposed to this hub."""
    if Path(name).is_file():
        return load_protocol(Path(name), catalogue)
    found = REFERENCE.fullmatch(name)
    protocol = None if found is None else _registered(ProtocolRef(found[1], int(found[2])), catalogue)
    if protocol is None:
        raise Unusable(
            f"{name} is neither a file, nor a version that was proposed here",
            todo="name a file, or ID/VERSION as `dolen policy status` shows it",
        )
    return protocol


def _registered(ref: ProtocolRef, catalogue: Catalogue) -> Protocol | None:
    with running_hub(load_settings()) as hub, reading(hub.engine) as connection:
        document = queries.document_of(connection, ref)
    return None if document is None else parse_protocol(document.source, catalogue, file=str(ref))
