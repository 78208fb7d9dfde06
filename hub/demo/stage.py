"""What the steps of the story share and hand on to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

import httpx

from hub.demo.agency_system import AgencySystem
from hub.demo.browser import Browser
from hub.demo.partnership import Partnership
from hub.demo.people import ACCOUNTABLE, EDUCATION, HEALTH, PARENT
from hub.demo.transcript import Transcript
from hub.settings import Settings
from hub.wiring.hub import Hub


@dataclass
class Stage:
    """The home, the hub of this process, the server's client, and what earlier steps found out."""

    settings: Settings
    hub: Hub
    transcript: Transcript
    people: dict[str, UUID]
    http: httpx.Client = field(default_factory=httpx.Client)
    pages: httpx.Client = field(default_factory=httpx.Client)
    partnership: Partnership | None = None
    handle: str = ""
    before: set[str] = field(default_factory=set)
    chosen: set[str] = field(default_factory=set)
    receipts: list[str] = field(default_factory=list)

    @property
    def world(self) -> Partnership:
        """The partnership, once the second step has settled it."""
        if self.partnership is None:
            raise LookupError("the partnership is settled in the second step")
        return self.partnership

    @cached_property
    def education(self) -> AgencySystem:
        """Education's record system, reading for the plan."""
        return AgencySystem.of(self.settings, EDUCATION.id, self.http, purpose="aln-plan", role="alnco")

    @cached_property
    def health(self) -> AgencySystem:
        """Health's record system."""
        return AgencySystem.of(self.settings, HEALTH.id, self.http, purpose="aln-plan", role="clinician")

    @cached_property
    def parent(self) -> Browser:
        """The parent at the pages, signed in."""
        return self._signed_in(PARENT.contact.email, language="cy")

    @cached_property
    def accountable(self) -> Browser:
        """The accountable person at the pages, signed in."""
        return self._signed_in(ACCOUNTABLE.contact.email, language="en")

    def _signed_in(self, email: str | None, *, language: str) -> Browser:
        browser = Browser(str(self.pages.base_url), self.settings.home / "mail")
        browser.sign_in(email or "", language=language)
        return browser
