"""An agency's keyring: what wraps the keys of its handles, and what keys its blind indexes.

A keyring that cannot be reached denies: nothing of that agency is sealed or opened, and nothing falls back.
"""

from __future__ import annotations

import fcntl
import hmac
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from hub.sealing.derivation import NONCE_BYTES, prefixed
from hub.sealing.errors import EnvelopeBroken, KeyringUnavailable
from hub.sealing.keyring_file import KeyringVersion, new_version, read_keyring, write_keyring
from hub.sealing.model import KeyOwner, WrappedKey

PassphraseOf = Callable[[str], SecretStr]
"""Answers with the passphrase of an agency's keyring; raises KeyringUnavailable where it has none."""

_WRAP_LABEL = b"dolen-wrap/v1"
_INDEX_LABEL = b"dolen-index/v1"
_SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")


@dataclass(frozen=True, slots=True)
class Keyring:
    """An open keyring; `newest` is the version that wraps and indexes from now on."""

    agency_id: str
    path: Path
    _versions: Mapping[int, KeyringVersion] = field(repr=False)

    @classmethod
    def create(cls, path: Path, passphrase: SecretStr, *, agency_id: str) -> Keyring:
        """Make a keyring with one version; raises FileExistsError rather than replace one, whose data would be lost."""
        versions = {1: new_version()}
        write_keyring(path, passphrase, agency_id=agency_id, versions=versions, must_be_new=True)
        return cls(agency_id, path, versions)

    @classmethod
    def open(cls, path: Path, passphrase: SecretStr, *, agency_id: str) -> Keyring:
        """Open the keyring in `path`; raises KeyringUnavailable or WrongPassphrase."""
        return cls(agency_id, path, read_keyring(path, passphrase, agency_id=agency_id))

    @property
    def newest(self) -> int:
        """Number of the newest version."""
        return max(self._versions)

    def versions(self) -> tuple[int, ...]:
        """Numbers of all versions that still open what they wrapped, rising."""
        return tuple(sorted(self._versions))

    def wrap(self, key: bytes, owner: KeyOwner) -> WrappedKey:
        """Seal an owner's key under the newest version; it opens for this owner only."""
        nonce, version = os.urandom(NONCE_BYTES), self.newest
        cipher = AESGCM(self._versions[version].wrapping)
        return WrappedKey(version, nonce + cipher.encrypt(nonce, key, _context(owner, version)))

    def unwrap(self, wrapped: WrappedKey, owner: KeyOwner) -> bytes:
        """The owner's key; raises EnvelopeBroken where it was altered, moved, or its version is retired."""
        version = self._versions.get(wrapped.version)
        if version is None or len(wrapped.data) < NONCE_BYTES:
            raise EnvelopeBroken("a wrapped key is of no version of this keyring")
        nonce, sealed = wrapped.data[:NONCE_BYTES], wrapped.data[NONCE_BYTES:]
        try:
            return AESGCM(version.wrapping).decrypt(nonce, sealed, _context(owner, wrapped.version))
        except InvalidTag:
            raise EnvelopeBroken("a wrapped key was altered or belongs to another owner") from None

    def mac(self, kind: str, values: Sequence[bytes], *, version: int | None = None) -> list[bytes]:
        """HMAC-SHA-256 of each value under this agency's key for `kind`; of the newest version unless told."""
        master = self._versions[self.newest if version is None else version].indexing
        key = hmac.digest(master, prefixed(_INDEX_LABEL, self.agency_id.encode(), kind.encode()), "sha256")
        return [hmac.digest(key, value, "sha256") for value in values]

    def rotate(self, passphrase: SecretStr) -> Keyring:
        """The keyring with one version more, written to its file; older versions still open what they wrapped.

        Two rotations at once, in any process, wait for each other: neither version is lost.
        """
        with _alone(self.path):
            versions = read_keyring(self.path, passphrase, agency_id=self.agency_id)
            versions[max(versions) + 1] = new_version()
            write_keyring(self.path, passphrase, agency_id=self.agency_id, versions=versions)
        return Keyring(self.agency_id, self.path, versions)


@dataclass(frozen=True, slots=True)
class _Loaded:
    keyring: Keyring
    stamp: tuple[int, int, int]
    passphrase: SecretStr


class Keyrings:
    """The keyrings that this process can reach: one file per agency in a folder, opened when first needed.

    Every call looks whether file and passphrase are still what they were. So taking either away stops the hub as soon
    as the keys that it had unwrapped have left the cache.
    """

    def __init__(self, folder: Path, passphrase_of: PassphraseOf) -> None:
        """`folder` holds `<agency>.keyring` files."""
        self._folder = folder
        self._passphrase_of = passphrase_of
        self._loaded: dict[str, _Loaded] = {}
        self._lock = threading.Lock()

    def path_of(self, agency_id: str) -> Path:
        """Where the agency's keyring is kept; raises KeyringUnavailable for what is not an agency's id."""
        if _SLUG.fullmatch(agency_id) is None:
            raise KeyringUnavailable("?", "that is not an agency's id")
        return self._folder / f"{agency_id}.keyring"

    def create(self, agency_id: str) -> Keyring:
        """Make the agency's keyring; raises FileExistsError when it has one."""
        path, passphrase = self.path_of(agency_id), self._passphrase_of(agency_id)
        made = Keyring.create(path, passphrase, agency_id=agency_id)
        with self._lock:
            self._loaded[agency_id] = _Loaded(made, _stamp(path, agency_id), passphrase)
        return made

    def get(self, agency_id: str) -> Keyring:
        """The agency's open keyring; raises KeyringUnavailable or WrongPassphrase, and then nothing is to be done."""
        path = self.path_of(agency_id)
        with self._lock:
            passphrase, stamp = self._passphrase_of(agency_id), _stamp(path, agency_id)
            known = self._loaded.pop(agency_id, None)
            if known is None or (known.stamp, known.passphrase) != (stamp, passphrase):
                known = _Loaded(Keyring.open(path, passphrase, agency_id=agency_id), stamp, passphrase)
            self._loaded[agency_id] = known
            return known.keyring

    def rotate(self, agency_id: str) -> Keyring:
        """Add a version to the agency's keyring."""
        return self.get(agency_id).rotate(self._passphrase_of(agency_id))


def passphrase_files(folder: Path) -> PassphraseOf:
    """Passphrases from `folder/keyring-<agency>.passphrase`, one line each, mode 0600."""

    def passphrase_of(agency_id: str) -> SecretStr:
        path = folder / f"keyring-{agency_id}.passphrase"
        try:
            if stat.S_IMODE(path.stat().st_mode) & 0o077:
                raise KeyringUnavailable(agency_id, "its passphrase file must have mode 0600")
            text = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError):
            raise KeyringUnavailable(agency_id, "its passphrase file cannot be read") from None
        if not text:
            raise KeyringUnavailable(agency_id, "its passphrase file is empty")
        return SecretStr(text)

    return passphrase_of


def _context(owner: KeyOwner, version: int) -> bytes:
    return prefixed(
        _WRAP_LABEL,
        owner.agency_id.encode(),
        owner.kind.value.encode(),
        str(owner.id).encode(),
        version.to_bytes(4, "big"),
    )


def _stamp(path: Path, agency_id: str) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        raise KeyringUnavailable(agency_id, "its file cannot be read") from None
    return found.st_ino, found.st_mtime_ns, found.st_size


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # let go when the descriptor closes, also by a crash
        yield
    finally:
        os.close(descriptor)
