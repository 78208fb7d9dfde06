"""The words of mails have no place for anything personal."""

from __future__ import annotations

import inspect

import pytest

from hub.notices.model import NoticeKind
from hub.telling import texts
from hub.telling.model import Language


def test_a_notice_text_is_made_from_reference_address_and_language_alone() -> None:
    assert set(inspect.signature(texts.notice_text).parameters) == {"reference", "base_url", "language"}


def test_a_notice_text_says_nothing_of_what_happened() -> None:
    subject, body = texts.notice_text(reference="7K2M9QX", base_url="https://dolen.example/", language=None)
    said = f"{subject} {body}".lower()
    assert [kind for kind in NoticeKind if kind.value.split("_")[0] in said] == []
    assert not any(word in said for word in ("consent", "caniatâd", "record", "cofnod", "learner", "dysgwr", "school"))


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [("cy", "Mae newid", None), ("en", "There is a change", None), (None, "Mae newid", "There is a change")],
)
def test_the_body_is_in_the_language_asked_for_and_welsh_comes_first(
    language: Language | None, first: str, second: str | None
) -> None:
    _, body = texts.notice_text(reference="7K2M9QX", base_url="https://dolen.example", language=language)
    assert body.startswith(first)
    assert body.count("7K2M9QX") == (1 if second is None else 2)
    assert second is None or second in body


def test_the_address_of_the_inbox_has_one_slash_and_no_reference_in_it() -> None:
    _, body = texts.notice_text(reference="7K2M9QX", base_url="https://dolen.example/", language="en")
    assert "https://dolen.example/en/inbox\n" in body


@pytest.mark.parametrize("language", ["cy", "en", None])
def test_a_code_is_in_the_body_and_never_in_the_subject(language: Language | None) -> None:
    subject, body = texts.code_text(code="493027", language=language)
    assert "493027" in body
    assert "493027" not in subject
    assert "\n" not in subject
