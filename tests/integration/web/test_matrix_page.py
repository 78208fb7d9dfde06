"""The page of who may see what of whom: for people of a partner, a table that reads without colour."""

from __future__ import annotations

import re

import pytest

from hub.web.language import translate
from policies.matrix_words import SHARINGS
from tests.integration.web.browser import Browser
from tests.integration.web.conftest import Pages

ADDRESS = {"en": "/en/policy/matrix", "cy": "/cy/policy/matrix"}


@pytest.fixture
def worker(pages: Pages) -> Browser:
    """Somebody who works for a partner."""
    browser = pages.browser()
    browser.sign_in("worker@example.org")
    return browser


def test_the_page_is_linked_for_people_of_a_partner_and_is_not_there_for_a_family(
    pages: Pages, worker: Browser
) -> None:
    worker.open("/en/home")
    assert 'href="/en/policy/matrix"' in worker.answer.text
    worker.open(ADDRESS["en"])
    parent = pages.browser()
    parent.sign_in("rhian@example.org")
    parent.open("/en/home")
    assert "/policy/matrix" not in parent.answer.text
    parent.open(ADDRESS["en"], 404)


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_cell_is_a_word_and_every_table_has_a_caption_and_scoped_heads(worker: Browser, language: str) -> None:
    worker.open(ADDRESS[language])
    text = worker.answer.text
    tables = re.findall(r"<table.*?</table>", text, re.S)
    assert len(tables) == 3
    names = {words.say(language) for words in SHARINGS.values()}
    for table in tables:
        assert "<caption" in table
        assert all("scope=" in head for head in re.findall(r"<th [^>]*>", table))
        cells = re.findall(r"<td[^>]*>(.*?)</td>", table, re.S)
        assert {re.sub(r"<.*", "", cell, flags=re.S).strip() for cell in cells} <= names
        assert cells
    assert translate(language)("Who may see what of whom") in text


def test_every_note_that_a_cell_names_is_on_the_page(worker: Browser) -> None:
    worker.open(ADDRESS["en"])
    text = worker.answer.text
    named = set(re.findall(r'href="#(note-[0-9]+-[0-9]+)"', text))
    there = set(re.findall(r'id="(note-[0-9]+-[0-9]+)"', text))
    assert named
    assert named == there
    assert "only reads at most: 1 in 24 hours" in text


def test_nobody_s_name_is_on_it(worker: Browser) -> None:
    worker.open(ADDRESS["en"])
    assert "Bowen" not in worker.answer.text
