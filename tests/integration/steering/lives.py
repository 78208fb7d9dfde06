"""Protocol files and signatures for tests of the life of a protocol."""

from __future__ import annotations

import re
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.demo.agreeing import put_in_force, signing_key_file
from policies.model import ProtocolRef
from policies.protocols import parse_protocol
from policies.signing import ProtocolSignature, sign
from policies.signing_keys import read_private_key
from tests.hubs import World


def source_of(world: World) -> str:
    """The text of the demo's protocol file."""
    return (world.settings.protocol_folder / "dyffryn-afon-demo.yaml").read_text(encoding="utf-8")


def as_version(text: str, version: int, *, begins: date, reviewed: date | None = None) -> str:
    """The same protocol as another version, with another first day."""
    text = re.sub(r"(?m)^version: .*$", f"version: {version}", text)
    text = re.sub(r"(?m)^in_force_from: .*$", f"in_force_from: {begins}", text)
    return text if reviewed is None else re.sub(r"(?m)^review_on: .*$", f"review_on: {reviewed}", text)


def key_of(world: World, agency: str) -> Ed25519PrivateKey:
    """What the designated person of a partner signs with."""
    return read_private_key(signing_key_file(world.settings, agency).read_bytes(), None)


def signature(world: World, text: str, agency: str, *, key: Ed25519PrivateKey | None = None) -> ProtocolSignature:
    """A partner's signature of a file."""
    protocol = parse_protocol(text.encode(), world.hub.catalogue)
    return sign(
        protocol,
        world.hub.catalogue,
        agency=agency,
        key=key_of(world, agency) if key is None else key,
        on=world.hub.clock().date(),
    )


def enforced(world: World, text: str) -> ProtocolRef:
    """A file that went the whole way, and its name."""
    drafts = world.settings.home / "drafts"
    drafts.mkdir(exist_ok=True)
    protocol = parse_protocol(text.encode(), world.hub.catalogue, file=str(drafts / "protocol.yaml"))
    put_in_force(world.hub, protocol, text.encode())
    return protocol.ref


def the_ref(world: World) -> ProtocolRef:
    """The one protocol of the demo."""
    return next(one.ref for one in world.hub.protocols.status())
