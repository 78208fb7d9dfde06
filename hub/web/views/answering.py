"""What waits for a holder's designated or duty person: requests for withheld fields, and objections."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.asking.model import MAX_WORDS, ObjectionAnswer, RequestAnswer, ToAnswer
from hub.web import kinds
from hub.web.access import open_to
from hub.web.errors import NotHere
from hub.web.grant_form import Fault
from hub.web.language import mark
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import person_id, site


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/answers", "answers", answers)
    blueprint.add_url_rule("/answers/recorded", "answer_recorded", recorded)
    blueprint.add_url_rule("/answers/<uuid:asked_id>", "answer", answer)
    blueprint.add_url_rule("/answers/<uuid:asked_id>", "give_answer", give, methods=["POST"])


@open_to(Access.SIGNED_IN)
def answers() -> ResponseReturnValue:
    """Everything that waits, objections first: they have a last day."""
    _check_holder()
    return page("answers.html", waiting=site().use_cases.asking.to_answer(person_id()))


@open_to(Access.SIGNED_IN)
def recorded() -> ResponseReturnValue:
    """That an answer was kept."""
    _check_holder()
    return page("answer_recorded.html")


@open_to(Access.SIGNED_IN)
def answer(asked_id: UUID) -> ResponseReturnValue:
    """One request or objection, with its words and the form."""
    return _form(_asked(asked_id))


@open_to(Access.SIGNED_IN)
def give(asked_id: UUID) -> ResponseReturnValue:
    """Record the answer."""
    asked = _asked(asked_id)
    choice, said = request.form.get("answer", ""), request.form.get("words", "").strip()
    faults = _faults(asked, choice, said)
    if faults:
        return _form(asked, choice=choice, said=said, faults=faults)
    use_cases = site().use_cases.asking
    if asked.is_objection:
        use_cases.answer_objection(person_id(), asked_id, ObjectionAnswer(choice), words=said)
    else:
        use_cases.answer_request(person_id(), asked_id, RequestAnswer(choice), words=said)
    return redirect(url_for("web.answer_recorded"), 303)


def _choices(asked: ToAnswer) -> dict[str, str]:
    return kinds.OBJECTION_ANSWERS if asked.is_objection else kinds.REQUEST_ANSWERS


def _faults(asked: ToAnswer, choice: str, said: str) -> tuple[Fault, ...]:
    faults = [] if choice in _choices(asked) else [Fault("answer", mark("Select an answer"))]
    if not said and choice != RequestAnswer.AGREED:
        faults.append(Fault("words", mark("Give your reasons")))
    if len(said) > MAX_WORDS:
        faults.append(Fault("words", mark("What you say must be 2,000 characters or fewer")))
    return tuple(faults)


def _form(asked: ToAnswer, *, choice: str = "", said: str = "", faults: tuple[Fault, ...] = ()) -> ResponseReturnValue:
    return page(
        "answer.html",
        422 if faults else 200,
        asked=asked,
        choices=_choices(asked),
        choice=choice,
        said=said,
        faults=faults,
    )


def _asked(asked_id: UUID) -> ToAnswer:
    for one in site().use_cases.asking.to_answer(person_id()):
        if one.id == asked_id:
            return one
    raise NotHere


def _check_holder() -> None:
    if not site().use_cases.asking.may_answer(person_id()):
        raise NotHere
