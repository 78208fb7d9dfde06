"""The keys that sign access tokens: one signs, the next is already published, and files that only the hub can read."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from hub.oauth import strict_json
from hub.oauth.errors import SigningKeyRefused
from hub.settings import Settings

SIGNING_ALG = "ES256"
_CURVE = "P-256"
_CURRENT = "oauth-current.jwk"
_NEXT = "oauth-next.jwk"
_MAX_FILE = 4096


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The pinned key that signs, and the one that will. A set of keys would sign with a random one of them."""

    current: ECKey = field(repr=False)
    next: ECKey = field(repr=False)

    def verifying(self, kid: str) -> ECKey | None:
        """The key with this id, or None."""
        return {self.current.kid: self.current, self.next.kid: self.next}.get(kid)

    def public(self) -> dict[str, object]:
        """The JWKS document: what anybody needs to check a signature, and nothing private."""
        return {"keys": [_public(self.current), _public(self.next)]}


def create_keys(settings: Settings) -> None:
    """Make the key files that are not there yet, mode 0600 in a folder of mode 0700. What is there stays.

    Raises SigningKeyRefused where one that is there cannot be used.
    """
    folder = settings.secrets_folder
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (_CURRENT, _NEXT):
        if not (folder / name).exists():
            _write_new(folder / name)
    load_keys(settings)


def load_keys(settings: Settings) -> SigningKeys:
    """The keys under `settings.secrets_folder`.

    Raises SigningKeyRefused where a file is missing, damaged, or open to others than its owner.
    """
    return SigningKeys(current=_read(settings.secrets_folder / _CURRENT), next=_read(settings.secrets_folder / _NEXT))


def _write_new(path: Path) -> None:
    key = ECKey.generate_key(_CURVE, {"use": "sig", "alg": SIGNING_ALG}, auto_kid=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(json.dumps(key.as_dict(private=True)).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    try:
        # A link, not a rename: it never replaces a key that another process has made in the meantime.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _read(path: Path) -> ECKey:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise SigningKeyRefused(path.name, "others can read it; set mode 0600")
            content = file.read(_MAX_FILE + 1)
    except OSError:
        raise SigningKeyRefused(path.name, "it cannot be read; `dolen init` makes it") from None
    try:
        key = ECKey.import_key(cast("dict[str, str | list[str]]", strict_json.parse(content, max_bytes=_MAX_FILE)))
    except (ValueError, TypeError, KeyError, JoseError):
        raise SigningKeyRefused(path.name, "it does not hold a private key") from None
    if not (key.is_private and key.curve_name == _CURVE and key.kid):
        raise SigningKeyRefused(path.name, f"it does not hold a private {_CURVE} key with a key id")
    return key


def _public(key: ECKey) -> dict[str, object]:
    members = key.as_dict(private=False)
    public: dict[str, object] = {name: members[name] for name in ("kty", "crv", "x", "y", "kid")}
    return public | {"use": "sig", "alg": SIGNING_ALG}
