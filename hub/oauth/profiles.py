"""What each kind of client must do to prove itself. One row per profile; a client has exactly one, never a union."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class ProfileName(StrEnum):
    """Profiles that this server speaks. `fapi2` gets its row when tokens can be bound to their sender."""

    SMART = "smart"


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one profile. `audience_path` is added to the issuer and is the only audience that is accepted."""

    name: ProfileName
    algorithms: frozenset[str]
    audience_path: str
    assertion_typ: str
    assertion_seconds: int
    token_seconds: int


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        # SMART App Launch 2.x, "client authentication: asymmetric" and Backend Services: token URL as the audience,
        # ES384 or RS384, an assertion of at most five minutes, a bearer token.
        ProfileName.SMART: Profile(
            name=ProfileName.SMART,
            algorithms=frozenset({"ES384", "RS384"}),
            audience_path="/oauth/token",
            assertion_typ="JWT",
            assertion_seconds=300,
            token_seconds=300,
        ),
    }
)

ALGORITHMS = tuple(sorted({name for profile in PROFILES.values() for name in profile.algorithms}))
