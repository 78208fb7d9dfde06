"""What the partnership publishes of itself: made from the protocols in force at the moment of asking."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine

from hub.database import Clock, reading
from hub.protocols.book import PolicyBook
from policies.documents.child_notice import child_notice_of
from policies.documents.document import Document
from policies.documents.lines import partners_of
from policies.documents.notice import notice_of, partner_named
from policies.model import Partner, Protocol


@dataclass(frozen=True, slots=True)
class Published:
    """Privacy notices of partners. A suspended or lapsed protocol is out of them at once, as it is of decisions."""

    engine: Engine
    book: PolicyBook
    clock: Clock

    def protocols(self) -> tuple[Protocol, ...]:
        """The protocol versions that decide now."""
        with reading(self.engine) as connection:
            return self.book.snapshot(connection).current(self.clock())

    def partners(self) -> tuple[Partner, ...]:
        """Every partner of a protocol in force, by its short name."""
        return partners_of(self.protocols())

    def privacy_notice(self, agency: str, *, for_children: bool) -> Document | None:
        """The notice of this partner; None: no protocol in force names it."""
        protocols = self.protocols()
        partner = partner_named(agency, protocols)
        if partner is None:
            return None
        make = child_notice_of if for_children else notice_of
        return make(partner, protocols, self.book.catalogue)
