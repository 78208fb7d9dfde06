"""Secrets of a hub: files under `home/secrets`, made once, mode 0600. There is no default for any of them."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.settings import Settings

SIGNER = "ledger-signer.key"
PAGES = "pages.key"
_SECRET_BYTES = 32


class SecretMissing(Exception):
    """A secret file is not there, has the wrong size, or can be read by others; nothing starts without it."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"secret file {name}: {problem}; `dolen init` makes the ones that are missing")
        self.name = name


def create_secrets(settings: Settings) -> None:
    """Make the secrets that are not there yet; what is there stays as it is."""
    for name in (SIGNER, PAGES):
        create_secret(settings.secrets_folder / name, secrets.token_bytes(_SECRET_BYTES))


def create_passphrase(settings: Settings, agency_id: str) -> None:
    """Make the passphrase of an agency's keyring, unless there is one."""
    path = settings.secrets_folder / f"keyring-{agency_id}.passphrase"
    create_secret(path, secrets.token_urlsafe(_SECRET_BYTES).encode() + b"\n")


def create_secret(path: Path, content: bytes) -> None:
    """Write a secret file that only its owner can read; one that is there is left alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def pages_key(settings: Settings) -> bytes:
    """32 secret bytes for the pages' keyed hashes."""
    return _read(settings, PAGES)


def signer_key(settings: Settings) -> Ed25519PrivateKey:
    """The key that signs the ledger's checkpoints."""
    return Ed25519PrivateKey.from_private_bytes(_read(settings, SIGNER))


def _read(settings: Settings, name: str) -> bytes:
    path = settings.secrets_folder / name
    try:
        mode, content = stat.S_IMODE(path.stat().st_mode), path.read_bytes()
    except OSError:
        raise SecretMissing(name, "it cannot be read") from None
    if mode & 0o077:
        raise SecretMissing(name, "others can read it; set its mode to 0600")
    if len(content) != _SECRET_BYTES:
        raise SecretMissing(name, f"it must hold {_SECRET_BYTES} bytes")
    return content
