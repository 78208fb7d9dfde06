"""Days, times and languages as people in Wales read them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.web.language import day, end_of, language_of, last_day, moment, today, wanted_language


def test_a_day_and_a_time_are_said_in_both_languages() -> None:
    at = datetime(2027, 7, 5, 13, 2, tzinfo=UTC)
    assert moment(at, "en") == "5 July 2027, 14:02"
    assert moment(at, "cy") == "5 Gorffennaf 2027, 14:02"
    assert day(date(2027, 3, 1), "cy") == "1 Mawrth 2027"


def test_a_day_ends_when_clocks_in_wales_say_so() -> None:
    assert end_of(date(2027, 7, 31)) == datetime(2027, 7, 31, 23, tzinfo=UTC)
    assert end_of(date(2027, 1, 31)) == datetime(2027, 2, 1, tzinfo=UTC)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_the_last_day_before_the_end_of_a_day_is_that_day(on: date) -> None:
    assert last_day(end_of(on)) == on


def test_shortly_before_midnight_in_utc_it_is_tomorrow_in_summer() -> None:
    assert today(datetime(2027, 7, 5, 23, 30, tzinfo=UTC)) == date(2027, 7, 6)
    assert today(datetime(2027, 1, 5, 23, 30, tzinfo=UTC)) == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("/cy/home", "cy"),
        ("/en/", "en"),
        ("/en", "en"),
        ("/", None),
        ("", None),
        ("/english/", None),
        ("/v1/en/", None),
    ],
)
def test_the_language_of_an_address_is_its_first_part(path: str, language: str | None) -> None:
    assert language_of(path) == language


@pytest.mark.parametrize(
    ("tags", "language"), [([], "en"), (["fr", "cy-GB", "en"], "cy"), (["EN-gb", "cy"], "en"), (["*"], "en")]
)
def test_the_first_language_of_wales_that_a_browser_wants_counts(tags: list[str], language: str) -> None:
    assert wanted_language(tags) == language
