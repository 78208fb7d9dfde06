"""Saying no: an answer like any other, kept and receipted."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.consenting.model import Offer
from hub.web import journeys, shown_text
from hub.web.access import open_to
from hub.web.errors import NotHere, PageRefused
from hub.web.model import Access, Journey, JourneyKind
from hub.web.render import page
from hub.web.site import language, person_id, site, words
from hub.web.views.grant import find_offer, must_be_what_was_shown
from hub.web.views.learner import learner


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    address = "/learners/<uuid:learner_id>/offers/<key>/refuse"
    blueprint.add_url_rule(address, "check_refusal", check)
    blueprint.add_url_rule(address, "confirm_refusal", confirm, methods=["POST"])


@open_to(Access.SIGNED_IN)
def check(learner_id: UUID, key: str) -> ResponseReturnValue:
    """What a no means, before it is said."""
    line = learner(learner_id)
    text = shown_text.of_refusal(_asked(learner_id, key), words=words(), language=language())
    return page("refuse.html", learner=line, key=key, text=text, journey_id=uuid4())


@open_to(Access.SIGNED_IN)
def confirm(learner_id: UUID, key: str) -> ResponseReturnValue:
    """Refuse, bound to the text that was shown."""
    learner(learner_id)
    journey_id = posted_journey_id()
    if journeys.is_claimed(site().engine, journey_id, person_id=person_id()):
        return redirect(url_for("web.done", journey_id=journey_id), 303)
    offer = _asked(learner_id, key)
    text = shown_text.of_refusal(offer, words=words(), language=language())
    must_be_what_was_shown(text)
    journey = Journey(journey_id, person_id(), learner_id, JourneyKind.REFUSE, key, None)
    journeys.decide(
        site().engine,
        journey,
        lambda: site().use_cases.refuse(person_id(), offer, shown=text.shown()),
        at=site().clock(),
    )
    return redirect(url_for("web.done", journey_id=journey_id), 303)


def _asked(learner_id: UUID, key: str) -> Offer:
    """What a no would be about: of a newer version only the fields that are new, so what was agreed to stays.

    Raises `NotHere` where nothing is new but who would see it: then not answering is the no.
    """
    offer = find_offer(learner_id, key)
    if offer.difference is None:
        return offer
    if not offer.difference.fields:
        raise NotHere
    return replace(offer, field_ids=offer.difference.fields)


def posted_journey_id() -> UUID:
    """The id that the check page gave this one answer; raises `PageRefused` when the form has none."""
    try:
        return UUID(request.form.get("journey", ""))
    except ValueError:
        raise PageRefused from None
