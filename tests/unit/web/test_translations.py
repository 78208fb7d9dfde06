"""Welsh is whole: every text of templates and code has a Welsh one, and both say the same placeholders."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from jinja2 import Environment

import hub.web
from hub.web import kinds
from hub.web.language import translate

FOLDER = Path(hub.web.__file__).parent
SAME_IN_BOTH: frozenset[str] = frozenset()


def wanted() -> set[str]:
    """Every text that is marked for translation."""
    found = extract_from_dir(
        FOLDER,
        method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        options_map={
            "templates/**.html": {"newstyle_gettext": "true", "extensions": "jinja2.ext.i18n", "silent": "false"}
        },
        keywords={"_": None, "mark": None, "gettext": None, "ngettext": (1, 2)},
    )
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def welsh() -> Catalog:
    """The Welsh catalogue as it is in the repository."""
    with (FOLDER / "translations" / "cy" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="cy", abort_invalid=True)


def test_every_text_has_a_welsh_one_that_is_not_fuzzy() -> None:
    catalogue = welsh()
    assert len(wanted()) > 200
    missing = {text for text in wanted() if (found := catalogue.get(text)) is None or not found.string or found.fuzzy}
    assert missing == set()


def test_no_welsh_text_is_left_over_from_one_that_is_gone() -> None:
    assert {str(message.id) for message in welsh() if message.id} - wanted() == set()


def test_a_welsh_text_has_the_placeholders_of_the_english_one() -> None:
    pattern = re.compile(r"%\(\w+\)s|%s|%%")
    wrong = [
        message.id
        for message in welsh()
        if sorted(pattern.findall(str(message.id))) != sorted(pattern.findall(str(message.string))) and message.id
    ]
    assert wrong == []


def test_no_welsh_text_is_the_english_one() -> None:
    assert {str(message.id) for message in welsh() if message.id and message.id == message.string} == SAME_IN_BOTH


def test_no_english_text_stands_in_a_template_unmarked() -> None:
    lexer = Environment(extensions=["jinja2.ext.i18n"])
    found = {}
    for path in sorted((FOLDER / "templates" / "web").glob("*.html")):
        data = [value for _, kind, value in lexer.lex(path.read_text(encoding="utf-8")) if kind == "data"]
        bare = re.sub(r"<[^>]*>|\bgovuk-[\w-]+", " ", "".join(data))
        words = [word for word in re.findall(r"[A-Za-z]{2,}", bare) if word != "Dolen"]
        words += re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]+)"', "".join(data))
        if words:
            found[path.name] = words
    assert found == {}


def test_every_code_has_words_in_both_languages() -> None:
    say = translate("cy")
    tables = (kinds.TIES, kinds.BASES, kinds.BASIS_EXPLANATIONS, kinds.NOTICES, kinds.STATUSES, kinds.DECISIONS)
    for table in tables:
        assert len(table) > 3
        for text in table.values():
            assert say(text) != text


def test_every_code_of_the_hub_is_in_a_table() -> None:
    from consent.model import EventKind, Status
    from hub.directory.model import TieKind
    from hub.notices.model import NoticeKind
    from policies.model import Basis

    pairs = (
        (TieKind, kinds.TIES),
        (Basis, kinds.BASES),
        (Basis, kinds.BASIS_EXPLANATIONS),
        (NoticeKind, kinds.NOTICES),
        (Status, kinds.STATUSES),
        (EventKind, kinds.DECISIONS),
    )
    for codes, table in pairs:
        assert {code.value for code in codes} == set(table)
