"""The bell that the hub rings after a commit; who hears it is none of its business."""

from __future__ import annotations

from typing import Protocol


class Doorbell(Protocol):
    """Rings a worker. A lost ring loses nothing: the sweep finds what is due."""

    def ring(self, what: str) -> None:
        """Say that there is work of kind `what` ("notices", "ledger"); must return at once and never raise."""
