"""What can go wrong in the ledger, apart from what a file says. Messages carry ids, sizes and reasons only."""

from __future__ import annotations

from uuid import UUID


class LedgerError(Exception):
    """Base of the ledger's own errors."""


class UnknownEntry(LedgerError):
    """No outbox row has this id."""

    def __init__(self, outbox_id: UUID) -> None:
        super().__init__(f"no ledger entry {outbox_id}")
        self.outbox_id = outbox_id


class NotYetSequenced(LedgerError):
    """The entry is committed, but no signed checkpoint covers it yet; ask again in a moment."""

    def __init__(self, outbox_id: UUID) -> None:
        super().__init__(f"ledger entry {outbox_id} is not under a checkpoint yet")
        self.outbox_id = outbox_id


class OpeningMismatch(LedgerError):
    """An opening that doesn't give the leaf that was recorded."""

    def __init__(self, outbox_id: UUID) -> None:
        super().__init__(f"ledger entry {outbox_id}: the opening is not this leaf's")
        self.outbox_id = outbox_id


class TilesDamaged(LedgerError):
    """The stored tiles lack a hash that the tree has, or don't give the root that is on record."""


class LeaseLost(LedgerError):
    """Another sequencer has taken over in the meantime; what this one had in hand is rolled back."""


class SigningRefused(LedgerError):
    """The signer won't sign this head; nothing was signed. Base of the three reasons."""


class StateMissing(SigningRefused):
    """The signer's last-signed state isn't there, so it can't know what it has signed already."""


class RolledBack(SigningRefused):
    """The database holds a smaller tree than was signed: an older copy was restored."""


class Forked(SigningRefused):
    """The database holds another tree than was signed."""
