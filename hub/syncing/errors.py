"""What can stop a sync as a whole. One bad unit never does: it is quarantined and the rest goes on."""

from __future__ import annotations


class UnknownAgency(Exception):
    """No such partner, or it is not active."""

    def __init__(self, agency_id: str) -> None:
        super().__init__(f"there is no active partner {agency_id[:40]!r}")
        self.agency_id = agency_id


class NothingAdmitted(Exception):
    """No protocol in force says who belongs with this partner, so nothing may be brought."""

    def __init__(self, agency_id: str) -> None:
        super().__init__(f"no protocol in force has an admission rule for {agency_id!r}; nothing was read")
        self.agency_id = agency_id


class BatchNotStored(Exception):
    """A batch met other writers again and again; what was stored before it is kept, and the run can be repeated."""
