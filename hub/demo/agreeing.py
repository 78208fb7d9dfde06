"""The partners of the demo agree: the life of each draft up to being in force, in one process."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.settings import Settings
from hub.wiring.hub import Hub
from hub.wiring.secrets import create_secret
from policies.model import Protocol, ProtocolRef
from policies.protocols import load_protocols
from policies.signing import read_signature, sign, signature_file
from policies.signing_keys import new_private_key, public_half, read_private_key


def signing_key_file(settings: Settings, agency_id: str) -> Path:
    """Where the demo keeps what a partner's designated person signs with; in real life it never leaves the partner."""
    return settings.home / "partners" / f"{agency_id}.pem"


def agree(hub: Hub) -> list[ProtocolRef]:
    """Put every draft of the hub's folder in force, oldest version first."""
    drafts = load_protocols(hub.settings.protocol_folder, hub.catalogue)
    for draft in drafts:
        put_in_force(hub, draft, Path(draft.file).read_bytes())
    return [draft.ref for draft in drafts]


def put_in_force(hub: Hub, draft: Protocol, content: bytes) -> None:
    """Propose these bytes, sign for each partner with the key that the demo made for it, accept, enforce."""
    hub.protocols.propose(content, file=draft.file)
    for agency_id in sorted(draft.partners):
        key = _key(hub.settings, agency_id)
        hub.protocols.add_key(agency_id, public_half(key))
        signature = sign(draft, hub.catalogue, agency=agency_id, key=key, on=hub.clock().date())
        written = signature_file(signature)
        _keep(hub.settings, draft, agency_id, written)
        hub.protocols.accept(read_signature(written))
    hub.protocols.enforce(draft.ref)


def _keep(settings: Settings, draft: Protocol, agency_id: str, signature: bytes) -> None:
    """Lay a signature beside the drafts of this home, whatever file the draft says that it came from."""
    folder = settings.home / "protocols"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{Path(draft.file).stem}.{agency_id}.sig.json").write_bytes(signature)


def _key(settings: Settings, agency_id: str) -> Ed25519PrivateKey:
    path = signing_key_file(settings, agency_id)
    create_secret(path, new_private_key(None)[0])
    return read_private_key(path.read_bytes(), None)
