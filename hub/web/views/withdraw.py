"""Stopping: a check of what it means, and a confirmation that says since when."""

from __future__ import annotations

from uuid import UUID, uuid4

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.consenting.model import ConsentLine
from hub.web import journeys, kinds, shown_text
from hub.web.access import open_to
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

LONGEST_REASON = 500


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    address = "/learners/<uuid:learner_id>/consents/<uuid:consent_id>/withdraw"
    blueprint.add_url_rule(address, "check_withdrawal", check)
    blueprint.add_url_rule(address, "confirm_withdrawal", confirm, methods=["POST"])


@open_to(Access.SIGNED_IN)
def check(learner_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    """What stops, when, and what happens to what was already shared."""
    learner(learner_id)
    return _form(_standing(learner_id, consent_id), journey_id=uuid4())


@open_to(Access.SIGNED_IN)
def confirm(learner_id: UUID, consent_id: UUID) -> ResponseReturnValue:
    """Withdraw, bound to the text that was shown."""
    learner(learner_id)
    journey_id = posted_journey_id()
    if journeys.is_claimed(site().engine, journey_id, person_id=person_id()):
        return redirect(url_for("web.done", journey_id=journey_id), 303)
    consent = _standing(learner_id, consent_id)
    text = _text(consent)
    must_be_what_was_shown(text)
    reason = request.form.get("reason", "").strip()
    if len(reason) > LONGEST_REASON:
        return _form(consent, journey_id=journey_id, reason=reason)
    journeys.decide(
        site().engine,
        Journey(journey_id, person_id(), learner_id, JourneyKind.WITHDRAW, str(consent_id), None),
        lambda: site().use_cases.withdraw(person_id(), consent_id, shown=text.shown(), reason=reason),
        at=site().clock(),
    )
    return redirect(url_for("web.done", journey_id=journey_id), 303)


def _standing(learner_id: UUID, consent_id: UUID) -> ConsentLine:
    for consent in site().use_cases.consents(person_id(), learner_id):
        if consent.consent_id == consent_id and consent.status in kinds.STANDING_CONSENT:
            return consent
    raise NotHere


def _text(consent: ConsentLine) -> ShownText:
    return shown_text.of_withdrawal(consent, words=words(), language=language())


def _form(consent: ConsentLine, *, journey_id: UUID, reason: str = "") -> ResponseReturnValue:
    faults = (Fault("reason", mark("Your reason must be 500 characters or fewer")),) if reason else ()
    return page(
        "withdraw.html",
        422 if faults else 200,
        learner=learner(consent.learner_id),
        consent=consent,
        text=_text(consent),
        journey_id=journey_id,
        reason=reason,
        faults=faults,
    )
