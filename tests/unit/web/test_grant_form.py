"""Reading the form of a grant: hostile input is never an answer."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from hub.consenting.model import Offer
from hub.web import grant_form
from hub.web.model import Answers

OFFER = Offer(UUID(int=1), "h", "r", "p", "g", ("a", "b", "c"), 1, "p", 1)
TODAY = date(2028, 2, 29)


def parts(on: date) -> dict[str, str]:
    """A day as the three fields of the form."""
    return {"until-day": str(on.day), "until-month": str(on.month), "until-year": f"{on.year:04d}"}


@given(st.dates(), st.lists(st.sampled_from(["a", "b", "c", "x"])))
def test_an_answer_is_some_fields_of_the_offer_and_a_day_within_three_years(on: date, ticked: list[str]) -> None:
    filled = grant_form.read(OFFER, ticked=ticked, form=parts(on), today=TODAY)
    is_good = TODAY < on <= date(2031, 2, 28) and bool({"a", "b", "c"} & set(ticked))
    assert (filled.answers is not None) == is_good
    assert bool(filled.faults) != is_good
    if filled.answers is not None:
        assert filled.answers == Answers(tuple(one for one in OFFER.field_ids if one in ticked), on)


@given(st.lists(st.text()), st.dictionaries(st.sampled_from(["until-day", "until-month", "until-year"]), st.text()))
def test_nothing_that_anybody_types_breaks_the_form(ticked: list[str], form: dict[str, str]) -> None:
    filled = grant_form.read(OFFER, ticked=ticked, form=form, today=TODAY)
    assert set(filled.ticked) <= set(OFFER.field_ids)
    assert all(len(part) <= 4 for part in filled.parts)


def test_the_longest_and_the_shortest_day_are_taken() -> None:
    for on in (TODAY + timedelta(days=1), date(2031, 2, 28)):
        assert grant_form.read(OFFER, ticked=["a"], form=parts(on), today=TODAY).answers is not None
    for on in (TODAY, date(2031, 3, 1)):
        assert grant_form.read(OFFER, ticked=["a"], form=parts(on), today=TODAY).answers is None


def test_a_form_that_is_filled_in_again_shows_what_was_answered() -> None:
    filled = grant_form.empty(Answers(("a",), date(2029, 5, 6)))
    assert (filled.ticked, filled.parts) == (("a",), ("6", "5", "2029"))
