"""Objecting to a public task: choose, say why, check, confirm; and the objections that somebody has made."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.asking.model import MAX_WORDS, Objected, ObjectionLine
from hub.sharing.model import GroupSight
from hub.web import journeys, kinds, shown_text
from hub.web.access import open_to
from hub.web.digests import row_key
from hub.web.errors import NotHere
from hub.web.grant_form import Fault
from hub.web.language import mark
from hub.web.model import Access, Journey, JourneyKind
from hub.web.render import page
from hub.web.shown_text import ShownText
from hub.web.site import language, person_id, site, words
from hub.web.views.grant import must_be_what_was_shown
from hub.web.views.learner import learner
from hub.web.views.refuse import posted_journey_id
from policies.model import Basis


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was sent: what is ticked, what was said, and what is wrong with it."""

    ticked: tuple[str, ...]
    words: str
    faults: tuple[Fault, ...] = ()


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    row = "/learners/<uuid:learner_id>/sharing/<key>/object"
    blueprint.add_url_rule(row, "object", choose)
    blueprint.add_url_rule(row, "confirm_objection", submit, methods=["POST"])
    blueprint.add_url_rule("/learners/<uuid:learner_id>/objections", "objections", objections)
    made = "/learners/<uuid:learner_id>/objections/<uuid:objection_id>/end"
    blueprint.add_url_rule(made, "check_end_of_objection", check_end)
    blueprint.add_url_rule(made, "end_objection", end, methods=["POST"])


@open_to(Access.SIGNED_IN)
def choose(learner_id: UUID, key: str) -> ResponseReturnValue:
    """The form; nothing is ticked."""
    learner(learner_id)
    return _form(learner_id, _row(learner_id, key), Filled((), ""))


@open_to(Access.SIGNED_IN)
def submit(learner_id: UUID, key: str) -> ResponseReturnValue:
    """The form, the page to check it on, or the objection: what is said is kept on the pages alone until then."""
    learner(learner_id)
    step = request.form.get("step", "")
    journey_id = posted_journey_id()
    if step == "confirm" and journeys.is_claimed(site().engine, journey_id, person_id=person_id()):
        return redirect(url_for("web.done", journey_id=journey_id), 303)
    row = _row(learner_id, key)
    filled = _read(row)
    if step == "change" or filled.faults:
        return _form(learner_id, row, filled)
    about = Objected(learner_id, row.holder, row.recipient, row.purpose, filled.ticked)
    text = shown_text.of_objection(about, words=words(), language=language())
    if step != "confirm":
        return _check(learner_id, key, filled, text, journey_id=journey_id)
    must_be_what_was_shown(text)
    journeys.decide(
        site().engine,
        Journey(journey_id, person_id(), learner_id, JourneyKind.OBJECT, key, None),
        lambda: site().use_cases.asking.object_to(person_id(), about, words=filled.words, shown=text.shown()),
        at=site().clock(),
    )
    return redirect(url_for("web.done", journey_id=journey_id), 303)


@open_to(Access.SIGNED_IN)
def objections(learner_id: UUID) -> ResponseReturnValue:
    """This person's own objections, with the answers."""
    line = learner(learner_id)
    found = site().use_cases.asking.objections(person_id(), learner_id)
    return page("objections.html", learner=line, objections=found, statuses=kinds.OBJECTIONS, counting=kinds.COUNTING)


@open_to(Access.SIGNED_IN)
def check_end(learner_id: UUID, objection_id: UUID) -> ResponseReturnValue:
    """What taking an objection back means."""
    line = learner(learner_id)
    objection = _own(learner_id, objection_id)
    return page("end_objection.html", learner=line, objection=objection, journey_id=uuid4())


@open_to(Access.SIGNED_IN)
def end(learner_id: UUID, objection_id: UUID) -> ResponseReturnValue:
    """Take it back."""
    learner(learner_id)
    journey_id = posted_journey_id()
    if not journeys.is_claimed(site().engine, journey_id, person_id=person_id()):
        _own(learner_id, objection_id)
        journeys.decide(
            site().engine,
            Journey(journey_id, person_id(), learner_id, JourneyKind.END_OBJECTION, str(objection_id), None),
            lambda: site().use_cases.asking.withdraw_objection(person_id(), objection_id),
            at=site().clock(),
        )
    return redirect(url_for("web.done", journey_id=journey_id), 303)


def _row(learner_id: UUID, key: str) -> GroupSight:
    """A row that this person may object to now; raises `NotHere`."""
    for row in site().use_cases.who_sees_what(person_id(), learner_id).rows:
        if row_key(row) == key and row.basis == Basis.PUBLIC_TASK and row.is_shown:
            return row
    raise NotHere


def _own(learner_id: UUID, objection_id: UUID) -> ObjectionLine:
    for objection in site().use_cases.asking.objections(person_id(), learner_id):
        if objection.id == objection_id and objection.status in kinds.COUNTING:
            return objection
    raise NotHere


def _read(row: GroupSight) -> Filled:
    ticked = {name for given in request.form.getlist("fields") for name in given.split()}
    chosen = tuple(field_id for field_id in row.field_ids if field_id in ticked)
    said = request.form.get("words", "").strip()
    faults = [] if chosen else [Fault("fields", mark("Select at least one thing that you object to"))]
    if not said:
        faults.append(Fault("words", mark("Say why you object")))
    if len(said) > MAX_WORDS:
        faults.append(Fault("words", mark("What you say must be 2,000 characters or fewer")))
    return Filled(chosen, said, tuple(faults))


def _form(learner_id: UUID, row: GroupSight, filled: Filled) -> ResponseReturnValue:
    return page(
        "object.html",
        422 if filled.faults else 200,
        learner=learner(learner_id),
        row=row,
        key=row_key(row),
        filled=filled,
        journey_id=uuid4(),
        faults=filled.faults,
    )


def _check(learner_id: UUID, key: str, filled: Filled, text: ShownText, *, journey_id: UUID) -> ResponseReturnValue:
    return page(
        "object_check.html", learner=learner(learner_id), key=key, filled=filled, text=text, journey_id=journey_id
    )
