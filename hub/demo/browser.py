"""A person at the pages: opens addresses, fills forms and sends them, as a browser without JavaScript does."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urljoin

import httpx

from hub.demo.codes import code_in


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes, and what it would send untouched."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Page:
    """A page as it was answered."""

    address: str
    status: int
    text: str = field(repr=False)
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def form(self, part: str) -> Form:
        """The form whose address holds `part`; raises LookupError."""
        return next(form for form in self.forms if part in form.action)

    def link(self, part: str) -> str:
        """The first link whose address holds `part`; raises LookupError."""
        found = [link for link in self.links if part in link]
        if not found:
            raise LookupError(f"the page {self.address} has no link with {part!r}")
        return found[0]


class Browser:
    """One person's browser; `mail` is the folder where the demo's mails arrive."""

    def __init__(self, base_url: str, mail: Path) -> None:
        self._http = httpx.Client(base_url=base_url, follow_redirects=True, timeout=30)
        self._mail = mail

    def open(self, address: str) -> Page:
        """Follow a link."""
        return _page(self._http.get(address))

    def send(self, page: Page, form: Form, values: dict[str, str | list[str]]) -> Page:
        """Send a form with these values in place of its own."""
        return _page(self._http.post(urljoin(page.address, form.action), data={**form.values, **values}))

    def fetch(self, address: str) -> bytes:
        """Download a file."""
        return self._http.get(address).raise_for_status().content

    def sign_in(self, email: str, *, language: str) -> Page:
        """Sign in by the code that comes by mail."""
        before = set(self._mail.glob("*"))
        page = self.open(f"/{language}/sign-in")
        page = self.send(page, page.form("sign-in"), {"email": email})
        return self.send(page, page.form("code"), {"code": self._code(before)})

    def close(self) -> None:
        """Forget everything."""
        self._http.close()

    def _code(self, before: set[Path]) -> str:
        until = monotonic() + 15
        while monotonic() < until:
            for path in sorted(set(self._mail.glob("*.eml")) - before):
                code = code_in(path)
                if code is not None:
                    return code
            sleep(0.1)
        raise LookupError("no mail with a code arrived")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
        elif tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "input" and self.forms and given.get("type") == "hidden" and "name" in given:
            self.forms[-1].values[given["name"]] = given.get("value", "")


def _page(response: httpx.Response) -> Page:
    reader = _Reader()
    if "html" in response.headers.get("content-type", ""):
        reader.feed(response.text)
    return Page(str(response.url), response.status_code, response.text, reader.forms, reader.links)
