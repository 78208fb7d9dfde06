"""The file of a keyring: scrypt (RFC 7914) over the passphrase, AES-256-GCM over its keys, mode 0600, written whole.

INVARIANT: a reader finds the old file or the new one, never half of one; a crash while writing leaves a temporary
file that nothing reads.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import rfc8785
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr

from hub.sealing.derivation import KEY_BYTES, NONCE_BYTES
from hub.sealing.errors import KeyringUnavailable, WrongPassphrase

_FORMAT = "dolen-keyring/v1"
_MAX_BYTES = 1_000_000
_N, _R, _P = 2**15, 8, 1
_MAX_N, _MAX_P = 2**18, 4  # at most 256 MiB and a few seconds, whatever a planted file asks for
_HEAD_KEYS = {"format", "agency", "kdf", "n", "r", "p", "salt", "nonce"}


@dataclass(frozen=True, slots=True)
class KeyringVersion:
    """One generation of an agency's keys: it wraps owners' keys, and it keys the agency's blind indexes."""

    wrapping: bytes = field(repr=False)
    indexing: bytes = field(repr=False)


def new_version() -> KeyringVersion:
    """Two fresh random keys."""
    return KeyringVersion(os.urandom(KEY_BYTES), os.urandom(KEY_BYTES))


def write_keyring(
    path: Path,
    passphrase: SecretStr,
    *,
    agency_id: str,
    versions: Mapping[int, KeyringVersion],
    must_be_new: bool = False,
) -> None:
    """Write the keys to `path`, replacing what was there; with `must_be_new` that raises FileExistsError."""
    head: dict[str, str | int] = {
        "format": _FORMAT,
        "agency": agency_id,
        "kdf": "scrypt",
        "n": _N,
        "r": _R,
        "p": _P,
        "salt": _b64(os.urandom(32)),
        "nonce": _b64(os.urandom(NONCE_BYTES)),
    }
    keys = {str(number): [_b64(one.wrapping), _b64(one.indexing)] for number, one in versions.items()}
    cipher = _cipher(head, passphrase)
    sealed = cipher.encrypt(_unb64(head["nonce"]), json.dumps(keys).encode(), rfc8785.dumps(dict(head)))
    text = json.dumps({**head, "sealed": _b64(sealed)}, indent=1)
    _write(path, text.encode(), must_be_new=must_be_new)


def read_keyring(path: Path, passphrase: SecretStr, *, agency_id: str) -> dict[int, KeyringVersion]:
    """The keys in `path` by version number.

    Raises:
        KeyringUnavailable: no such file, readable by others, or not a keyring of this agency.
        WrongPassphrase: the passphrase does not open it, or the file was altered.
    """
    head, sealed = _head_of(_read(path, agency_id), agency_id)
    try:
        data = _cipher(head, passphrase).decrypt(_unb64(head["nonce"]), sealed, rfc8785.dumps(dict(head)))
    except InvalidTag:
        raise WrongPassphrase(agency_id) from None
    keys: dict[str, list[str]] = json.loads(data)
    return {int(number): KeyringVersion(*(_unb64(one) for one in pair)) for number, pair in keys.items()}


def _read(path: Path, agency_id: str) -> bytes:
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise KeyringUnavailable(agency_id, "its file must have mode 0600")
            return file.read(_MAX_BYTES)
    except OSError:
        raise KeyringUnavailable(agency_id, "its file cannot be read") from None


def _head_of(data: bytes, agency_id: str) -> tuple[dict[str, str | int], bytes]:
    try:
        head: dict[str, str | int] = json.loads(data)
        sealed = _unb64(head.pop("sealed"))
        nonce, salt = _unb64(head["nonce"]), _unb64(head["salt"])
        sound = (
            set(head) == _HEAD_KEYS
            and (head["format"], head["kdf"], head["r"]) == (_FORMAT, "scrypt", _R)
            and head["n"] in {2**power for power in range(15, _MAX_N.bit_length())}
            and head["p"] in range(1, _MAX_P + 1)
            and (len(nonce), len(salt)) == (NONCE_BYTES, 32)
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise KeyringUnavailable(agency_id, "its file is not a keyring that this version reads")
    if head["agency"] != agency_id:
        raise KeyringUnavailable(agency_id, "its file is another agency's keyring")
    return head, sealed


def _cipher(head: Mapping[str, str | int], passphrase: SecretStr) -> AESGCM:
    n, r, p = int(head["n"]), int(head["r"]), int(head["p"])
    secret, salt = passphrase.get_secret_value().encode(), _unb64(head["salt"])
    return AESGCM(hashlib.scrypt(secret, salt=salt, n=n, r=r, p=p, maxmem=(128 * n * r * p) * 2, dklen=KEY_BYTES))


def _write(path: Path, data: bytes, *, must_be_new: bool) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:  # mkstemp makes it with mode 0600
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if must_be_new:
            os.link(temporary, path)  # unlike a rename, this refuses to replace
        else:
            temporary.replace(path)
        _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("not text")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
