"""Codes are sent in the background, and a failing mail system never reaches the page."""

from __future__ import annotations

from threading import Event
from uuid import UUID

from hub.web.language import Language
from hub.web.sending import Background

PERSON = UUID(int=1)


def test_the_page_does_not_wait_for_the_mail() -> None:
    may_send, sent = Event(), []

    def slow(person_id: UUID, language: Language, code: str) -> None:
        assert may_send.wait(10)
        sent.append((person_id, language, code))

    background = Background(slow)
    background(PERSON, "cy", "123456")
    assert sent == []
    may_send.set()
    background.close()
    assert sent == [(PERSON, "cy", "123456")]


def test_a_mail_that_fails_stops_neither_the_page_nor_the_next_mail() -> None:
    sent: list[str] = []

    def failing(person_id: UUID, language: Language, code: str) -> None:
        if code == "000000":
            raise ConnectionError
        sent.append(code)

    background = Background(failing, threads=1)
    for code in ("000000", "111111"):
        background(PERSON, "en", code)
    background.close()
    assert sent == ["111111"]


def test_what_finds_no_place_is_dropped_instead_of_piling_up() -> None:
    may_send, sent = Event(), []

    def slow(person_id: UUID, language: Language, code: str) -> None:
        assert may_send.wait(10)
        sent.append(code)

    background = Background(slow, threads=1, waiting=2)
    for code in ("1", "2", "3"):
        background(PERSON, "en", code)
    may_send.set()
    background.close()
    assert sent == ["1", "2"]
