"""What can go wrong with keys and sealed bytes. Every message names ids; none holds a value or a key."""

from __future__ import annotations

from hub.sealing.model import KeyOwner


class SealingError(Exception):
    """Whatever this folder raises. A caller that catches it must deny."""


class KeyringUnavailable(SealingError):
    """The agency's keyring cannot be reached, so nothing of that agency can be sealed or opened."""

    def __init__(self, agency_id: str, reason: str) -> None:
        super().__init__(f"keyring of agency {agency_id} is unavailable: {reason}")
        self.agency_id = agency_id
        self.reason = reason


class WrongPassphrase(KeyringUnavailable):
    """The keyring is there and its passphrase does not open it, or somebody altered the file."""

    def __init__(self, agency_id: str) -> None:
        super().__init__(agency_id, "its passphrase does not open it, or the file was altered")


class KeyMissing(SealingError):
    """No key is stored for this owner: it was never made, or it was destroyed and the data with it."""

    def __init__(self, owner: KeyOwner) -> None:
        super().__init__(f"no key for {owner.kind} {owner.id} of agency {owner.agency_id}")
        self.owner = owner


class ValueRefused(SealingError):
    """A value that has no single canonical form (a float, a number too large, a broken string) is not sealed."""


class EnvelopeBroken(SealingError):
    """Sealed bytes are not what was sealed here: altered, moved from another place, or not an envelope."""


class WrongKey(EnvelopeBroken):
    """The key commitment does not match: these bytes were sealed under another key or for another place."""
