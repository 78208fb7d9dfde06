"""What every page can reach: the use cases, the database, the key, the clock and the templates of this application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from flask import current_app, g
from jinja2 import Environment
from sqlalchemy import Engine

from hub.web.language import Language, Translate, translate
from hub.web.model import SendCode, Session, StatusOf
from hub.web.words import PageUseCases, Words

EXTENSION = "dolen_web"


@dataclass(frozen=True, slots=True)
class Site:
    """One application's pages. `key` is 32 secret bytes for keyed hashes; `contact` says how to reach who runs it."""

    use_cases: PageUseCases
    engine: Engine
    key: bytes = field(repr=False)
    send_code: SendCode
    status_of: StatusOf
    is_secure: bool
    contact: str
    clock: Callable[[], datetime]
    environment: Environment

    def person_by_email(self, email: str) -> UUID | None:
        """See `PageUseCases.person_by_email`."""
        return self.use_cases.person_by_email(email)


def site() -> Site:
    """The site of the application that answers this request."""
    return cast(Site, current_app.extensions[EXTENSION])


def language() -> Language:
    """The language of this page."""
    return cast(Language, g.get("language", "en"))


def say() -> Translate:
    """The function that says a text in the language of this page."""
    return translate(language())


def words() -> Words:
    """The names that this page uses, asked for once."""
    if "words" not in g:
        g.words = site().use_cases.words(language())
    return cast(Words, g.words)


def session() -> Session | None:
    """Who is signed in; None: nobody."""
    return cast("Session | None", g.get("session"))


def person_id() -> UUID:
    """The person who is signed in. Only for pages that ask for it: the guard has turned everybody else away."""
    signed_in = session()
    if signed_in is None:
        raise RuntimeError("a page for signed-in people was opened without a session")
    return signed_in.person_id
