"""The text of a decision: the same bytes whenever the same is shown, other bytes whenever anything differs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from hub.consenting.model import ConsentLine, Offer
from hub.web import shown_text
from hub.web.shown_text import Section, ShownText
from hub.wiring.names import Names
from policies.load_catalogue import load_catalogue

CATALOGUE = load_catalogue()
FIELDS = ("health.speech.fluency", "health.speech.receptive_language")
OFFER = Offer(UUID(int=1), "health-board", "schools", "aln-plan", "health.speech", FIELDS, 1, "p", 1)
CONSENT = ConsentLine(
    UUID(int=2),
    UUID(int=1),
    "active",
    "health-board",
    "schools",
    "aln-plan",
    FIELDS,
    datetime(2026, 1, 1, tzinfo=UTC),
    None,
)


def grant(**changes: object) -> ShownText:
    """The text of a grant, with changes."""
    given = {"field_ids": FIELDS, "until_on": date(2027, 7, 31), "language": "en"} | changes
    words = Names(given["language"], CATALOGUE, ())  # type: ignore[arg-type]
    return shown_text.of_grant(given.pop("offer", OFFER), words=words, **given)  # type: ignore[arg-type]


def test_the_same_text_has_the_same_hash_and_the_hash_is_of_what_is_shown() -> None:
    text = grant()
    assert text == grant()
    shown = text.shown()
    assert (shown.text_version, shown.language) == (shown_text.VERSION, "en")
    assert shown.sha256 == hashlib.sha256(text.canonical()).digest()
    for section in text.sections:
        assert f"# {section.heading}\n" in text.canonical().decode()
        for item in section.items:
            assert f"- {item}\n" in text.canonical().decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"language": "cy"},
        {"field_ids": FIELDS[:1]},
        {"field_ids": FIELDS[::-1]},
        {"until_on": date(2027, 8, 1)},
        {"offer": replace(OFFER, recipient="social-services")},
        {"offer": replace(OFFER, purpose="care-planning")},
        {"offer": replace(OFFER, holder="other-board")},
    ],
)
def test_whatever_differs_on_the_page_differs_in_the_hash(changes: dict[str, object]) -> None:
    assert grant(**changes).shown().sha256 != grant().shown().sha256


def test_the_text_names_no_learner_so_it_can_be_built_again_from_the_catalogue() -> None:
    assert grant(offer=replace(OFFER, learner_id=UUID(int=9))).canonical() == grant().canonical()


def test_granting_refusing_and_stopping_are_three_texts() -> None:
    names = Names("en", CATALOGUE, ())
    texts = {
        grant().canonical(),
        shown_text.of_refusal(OFFER, words=names, language="en").canonical(),
        shown_text.of_withdrawal(CONSENT, words=names, language="en").canonical(),
    }
    assert len(texts) == 3


def test_a_name_with_line_breaks_cannot_look_like_another_section() -> None:
    text = ShownText("en", "Title", (Section("One\n# Two", ("a\n- b",)),))
    assert text.canonical() == b"dolen-shown-text/pages-1\nen\nTitle\n# One # Two\n- a - b\n"


def test_letters_that_look_the_same_are_the_same_bytes() -> None:
    one, other = (ShownText("cy", title, ()) for title in ("Tŷ", "Ty\u0302"))
    assert one.canonical() == other.canonical()
