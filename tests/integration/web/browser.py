"""A browser without scripts: follows redirects, fills in forms as they are on the page, keeps cookies."""

from __future__ import annotations

from urllib.parse import urljoin, urlsplit
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.integration.web.reading import Tag, faults, read

Fields = dict[str, str | list[str]]


class Outbox:
    """Codes that were sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[UUID, str, str]] = []

    def __call__(self, person_id: UUID, language: str, code: str) -> None:
        self.sent.append((person_id, language, code))


class Browser:
    """One browser. Every page that it opens is checked for what no reader should stumble over."""

    def __init__(self, client: FlaskClient, outbox: Outbox, base: str = "http://localhost") -> None:
        self.client, self.outbox, self.base = client, outbox, base
        self.answer: TestResponse
        self.page: Tag
        self.path = "/"

    def open(self, path: str, status: int = 200) -> Tag:
        """Open a page, following redirects."""
        return self._land(self.client.get(path, base_url=self.base), status, path)

    def send(self, path: str, fields: Fields, status: int = 200) -> Tag:
        """Send a form to an address, following redirects."""
        return self._land(self.client.post(path, data=fields, base_url=self.base), status, path)

    def form(self, action: str = "") -> tuple[str, Fields]:
        """Address and fields of the form whose address ends so (of the only form in the main part, when empty)."""
        main = self.page.all("main")[0] if not action else self.page
        forms = [one for one in main.all("form") if one.attributes["action"].split("?")[0].endswith(action)]
        assert len(forms) == 1, [one.attributes["action"] for one in forms]
        fields: Fields = {}
        for box in forms[0].all("input") + forms[0].all("textarea"):
            kind, name = box.attributes.get("type", "text"), box.attributes["name"]
            if kind == "checkbox":
                chosen = fields.setdefault(name, [])
                assert isinstance(chosen, list)
                if "checked" in box.attributes:
                    chosen.append(box.attributes["value"])
            elif kind != "radio" or "checked" in box.attributes:
                fields[name] = box.attributes.get("value", box.text)
        return forms[0].attributes["action"], fields

    def submit(self, *, form: str = "", status: int = 200, **values: str | list[str]) -> Tag:
        """Fill in a form of this page and send it."""
        action, fields = self.form(form)
        return self.send(action, fields | {name.replace("_", "-"): value for name, value in values.items()}, status)

    def follow(self, text: str, status: int = 200) -> Tag:
        """Follow the first link with this text."""
        links = [link for link in self.page.all("a") if link.text.startswith(text)]
        assert links, f"no link {text!r} on {self.path}: {[link.text for link in self.page.all('a')]}"
        return self.open(links[0].attributes["href"], status)

    def sign_in(self, email: str, language: str = "en") -> Tag:
        """Sign in by the code that was sent."""
        self.open(f"/{language}/sign-in")
        self.submit(email=email)
        return self.submit(code=self.outbox.sent[-1][2])

    @property
    def text(self) -> str:
        """What the page says, in one line."""
        return self.page.all("main")[0].text

    def _land(self, answer: TestResponse, status: int, path: str) -> Tag:
        for _ in range(5):
            if answer.status_code not in (301, 302, 303, 308):
                break
            path = urljoin(path, answer.headers["Location"])
            assert not urlsplit(path).netloc or urlsplit(path).netloc == urlsplit(self.base).netloc
            answer = self.client.get(path, base_url=self.base)
        self.answer, self.path = answer, urlsplit(path).path
        assert answer.status_code == status, (answer.status_code, path, answer.text[-2000:])
        if answer.mimetype == "text/html":
            self.page = read(answer.text)
            language = self.path.split("/")[1]
            assert faults(self.page, language) == [], path
        return self.page
