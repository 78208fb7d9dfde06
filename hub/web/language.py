"""Welsh and English: texts, days, times. English is in the templates, Welsh in translations/; neither is a fallback."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

Language: TypeAlias = Literal["en", "cy"]
Translate: TypeAlias = Callable[[str], str]

LANGUAGES: tuple[Language, ...] = ("en", "cy")
OWN_NAMES: dict[Language, str] = {"en": "English", "cy": "Cymraeg"}
WALES = ZoneInfo("Europe/London")

_LOCALES: dict[Language, str] = {"en": "en_GB", "cy": "cy"}
_FOLDER = Path(__file__).parent / "translations"


def mark(text: str) -> str:
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return text


def other_than(language: Language) -> Language:
    """The other language of Wales."""
    return "en" if language == "cy" else "cy"


def language_of(path: str) -> Language | None:
    """The language that an address begins with; None: it begins with none."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in LANGUAGES else None


def wanted_language(tags: Iterable[str]) -> Language:
    """The first of a browser's languages, best first, that is one of Wales; English when none is (RFC 4647 lookup)."""
    for tag in tags:
        primary = tag.lower().partition("-")[0]
        if primary in LANGUAGES:
            return primary
    return "en"


@cache
def translations(language: Language) -> NullTranslations:
    """Texts of one language, read once. A Welsh text that is missing or fuzzy fails the tests."""
    if language == "en":
        return NullTranslations()
    with (_FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def translate(language: Language) -> Translate:
    """The function that says a text in `language`."""
    return translations(language).gettext


def day(on: date, language: Language) -> str:
    """A day in full: 5 March 2027, 5 Mawrth 2027."""
    return format_date(on, "d MMMM y", locale=_LOCALES[language])


def moment(at: datetime, language: Language) -> str:
    """A day and a time as clocks in Wales show it: 5 March 2027, 14:02."""
    local = at.astimezone(WALES)
    return f"{day(local.date(), language)}, {format_time(local, 'HH:mm', locale=_LOCALES[language])}"


def end_of(on: date) -> datetime:
    """The instant at which a day in Wales is over."""
    following = on + timedelta(days=1)
    return datetime(following.year, following.month, following.day, tzinfo=WALES)


def last_day(until: datetime) -> date:
    """The last day in Wales of which something is before `until`; the inverse of `end_of`."""
    return (until.astimezone(WALES) - timedelta(microseconds=1)).date()


def today(at: datetime) -> date:
    """Which day it is in Wales."""
    return at.astimezone(WALES).date()
