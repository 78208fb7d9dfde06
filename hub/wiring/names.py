"""Names in one language, for pages: from the catalogue, the protocols and the directory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import Connection

from hub.directory.model import Agency
from hub.directory.queries import parties
from hub.protocols.book import PolicyBook
from policies.fields import Catalogue
from policies.model import Protocol

Language = Literal["en", "cy"]


@dataclass(frozen=True, slots=True)
class Names:
    """Implements `hub.web.words.Words`; an id that is not known is answered with the id itself."""

    language: Language
    catalogue: Catalogue
    protocols: tuple[Protocol, ...]
    agencies: Mapping[str, Agency] = field(default_factory=dict)

    def field(self, field_id: str) -> str:
        """Title of a catalogue field."""
        known = self.catalogue.by_id.get(field_id)
        return field_id if known is None else known.title.say(self.language)

    def field_explanation(self, field_id: str) -> str:
        """What the field says, in one plain sentence."""
        known = self.catalogue.by_id.get(field_id)
        return field_id if known is None else known.plain.say(self.language)

    def group(self, group_id: str) -> str:
        """Title of a group of fields."""
        known = self.catalogue.groups.get(group_id)
        return group_id if known is None else known.title.say(self.language)

    def agency(self, slug: str) -> str:
        """Name of a partner, as families know it."""
        known = self.agencies.get(slug)
        if known is None:
            return slug
        return known.name_cy if self.language == "cy" else known.name_en

    def purpose(self, code: str) -> str:
        """What a purpose means, as half a sentence."""
        for protocol in self.protocols:
            if code in protocol.purposes:
                return protocol.purposes[code].words.say(self.language)
        return code

    def role(self, code: str) -> str:
        """What somebody does at a partner."""
        for protocol in self.protocols:
            if code in protocol.roles:
                return protocol.roles[code].title.say(self.language)
        return code

    def ask(self, holder: str) -> str:
        """Whom to ask at this holder, with a way to reach them."""
        for protocol in self.protocols:
            partner = protocol.partners.get(holder)
            if partner is not None:
                return f"{partner.ask.title.say(self.language)}, {partner.ask.contact}"
        return self.agency(holder)


def names_in(connection: Connection, book: PolicyBook, language: Language) -> Names:
    """Names as they stand now: of every protocol that was ever in force, since old consents speak of those too."""
    agencies = {agency.id: agency for agency in parties.all_agencies(connection)}
    return Names(language, book.catalogue, book.protocols(connection), agencies)
