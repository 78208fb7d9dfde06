"""The public keys of a client: what may be registered, and which key an assertion names."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TypeGuard, cast

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from hub.oauth.errors import RegistrationRefused
from hub.oauth.profiles import PROFILES

PublicKey = ECKey | RSAKey

_CURVES = {"ES256": "P-256", "ES384": "P-384"}
_MIN_RSA_BITS = 2048
_MAX_KEYS = 10


def check_registration(*, profile: str, alg: str, jwks: Mapping[str, object]) -> None:
    """Raise RegistrationRefused unless a client with these could prove itself: to be called before a client is stored.

    One algorithm, of its profile; only public keys, each with its own `kid`, all of the kind that the algorithm takes.
    """
    if profile not in PROFILES:
        raise RegistrationRefused("this profile is not spoken here")
    if alg not in PROFILES[profile].algorithms:
        raise RegistrationRefused("the algorithm is not one of the profile's")
    keys = jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= _MAX_KEYS:
        raise RegistrationRefused("the key set holds no keys, or too many")
    kids = [key.get("kid") if isinstance(key, Mapping) else None for key in keys]
    if any(not isinstance(kid, str) or not kid for kid in kids) or len(set(kids)) != len(kids):
        raise RegistrationRefused("every key needs a key id of its own")
    for kid in kids:
        if public_key(jwks, kid=str(kid), alg=alg) is None:
            raise RegistrationRefused("a key is not a public key for the algorithm")


def public_key(jwks: Mapping[str, object], *, kid: str, alg: str) -> PublicKey | None:
    """The one public key of `jwks` with this id that is fit for `alg`, or None.

    A key that could sign as well, or of another kind (an `oct` secret above all), is no key here.
    """
    keys = jwks.get("keys")
    named = [key for key in keys if isinstance(key, Mapping) and key.get("kid") == kid] if _is_list(keys) else []
    if len(named) != 1:
        return None
    key = _imported(cast("dict[str, str | list[str]]", dict(named[0])), alg)
    return None if key is None or key.is_private else key


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _imported(members: dict[str, str | list[str]], alg: str) -> PublicKey | None:
    try:
        if alg in _CURVES and members.get("kty") == "EC":
            key = ECKey.import_key(members)
            return key if key.curve_name == _CURVES[alg] else None
        if alg.startswith("RS") and members.get("kty") == "RSA" and _bits(str(members["n"])) >= _MIN_RSA_BITS:
            return RSAKey.import_key(members)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None


def _bits(number: str) -> int:
    # Measured before the import: the library only warns about a short key.
    return int.from_bytes(base64.urlsafe_b64decode(number + "=" * (-len(number) % 4)), "big").bit_length()
