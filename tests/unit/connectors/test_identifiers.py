"""Check rules of identifiers, against values from outside."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import identifiers
from connectors.base import IdentifierKind

_MAKERS = {"nhs_number": identifiers.nhs_number, "upn": identifiers.upn, "uln": identifiers.uln}


def test_every_value_of_the_reference_list_is_judged_as_it_says(shared: Path) -> None:
    path = shared / "data" / "reference" / "identifiers" / "test_identifiers.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    judged = {(row["kind"], row["value"]): _MAKERS[row["kind"]](row["value"]).is_valid for row in rows}
    assert judged == {(row["kind"], row["value"]): row["expected"] == "valid" for row in rows}
    assert len(rows) > 100


def test_every_welsh_authority_has_valid_pupil_numbers(shared: Path) -> None:
    path = shared / "data" / "reference" / "identifiers" / "test_identifiers.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        numbers = [
            row["value"] for row in csv.DictReader(stream) if row["kind"] == "upn" and row["expected"] == "valid"
        ]
    assert {int(number[1:4]) for number in numbers if number[1:4].isdigit()} >= set(range(660, 682))


def test_a_number_of_the_test_range_is_marked() -> None:
    assert identifiers.nhs_number("999 791 5143").is_test
    assert not identifiers.nhs_number("9434765919").is_test


def test_spaces_and_hyphens_and_case_do_not_matter() -> None:
    assert identifiers.nhs_number(" 943 476-5919 ").value == "9434765919"
    assert identifiers.upn("l681404219077").value == "L681404219077"


def test_a_number_that_is_none_is_kept_as_it_came() -> None:
    kept = identifiers.upn("21db2df8-fa0")
    assert (kept.value, kept.is_valid, kept.kind) == ("21db2df8-fa0", False, IdentifierKind.UPN)


def test_a_temporary_pupil_number_is_told() -> None:
    assert identifiers.is_temporary_upn("Q68140421907C")
    assert not identifiers.is_temporary_upn("L681404219077")


def test_doubts_say_what_is_wrong_and_never_the_number() -> None:
    numbers = [
        identifiers.upn("M681404219077"),
        identifiers.upn("F000200021001"),
        identifiers.upn("3412", former=True),
        identifiers.nhs_number("N/A"),
        identifiers.uln("1234567890"),
        identifiers.upn("L681404219077"),
        identifiers.local("s", "anything"),
    ]
    assert identifiers.doubts(numbers) == (
        "upn_check_letter",
        "upn_authority",
        "former_upn_shape",
        "nhs_number_check_digit",
        "uln_check_digit",
    )


@given(st.integers(0, 10**9 - 1))
def test_one_check_digit_at_most_fits_nine_digits(first: int) -> None:
    numbers = [f"{first:09d}{digit}" for digit in range(10)]
    assert sum(identifiers.is_nhs_number(number) for number in numbers) <= 1


@given(st.from_regex(r"[3-9][0-9]{11}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
def test_a_single_wrong_digit_of_a_pupil_number_shows(digits: str, at: int, by: int) -> None:
    letter = next(sign for sign in "ABCDEFGHJKLMNPQRTUVWXYZ" if identifiers.upn_fault(sign + digits) is None)
    wrong = digits[:at] + str((int(digits[at]) + by) % 10) + digits[at + 1 :]
    assert not identifiers.is_upn(letter + wrong)


@given(st.text(max_size=30))
def test_any_text_is_judged_without_an_error(text: str) -> None:
    for maker in _MAKERS.values():
        assert maker(text).is_valid in {True, False}


@pytest.mark.parametrize("kind", sorted(_MAKERS))
def test_a_number_never_shows_in_its_repr(kind: str) -> None:
    assert "9434765919" not in repr(_MAKERS[kind]("9434765919"))
