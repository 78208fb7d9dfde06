"""Agreeing to share: choose fields and a day, check, confirm. Also the page that every confirmation ends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.consenting.model import ConsentLine, Offer, Outcome
from hub.web import journeys, kinds, shown_text
from hub.web.access import open_to
from hub.web.digests import offer_key
from hub.web.errors import Changed, NotHere
from hub.web.grant_form import Filled, empty, read
from hub.web.language import end_of, today
from hub.web.model import Access, Answers, Journey, JourneyKind
from hub.web.render import page
from hub.web.shown_text import ShownText
from hub.web.site import language, person_id, site, words
from hub.web.tokens import are_equal
from hub.web.views.asked import asked_of
from hub.web.views.learner import learner


@dataclass(frozen=True, slots=True)
class Choice:
    """An offer as it is listed; `stands` when something of it is agreed to already."""

    key: str
    offer: Offer
    stands: bool


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    offer = "/learners/<uuid:learner_id>/offers/<key>"
    blueprint.add_url_rule("/learners/<uuid:learner_id>/decisions", "decisions", decisions)
    blueprint.add_url_rule(offer, "offer", choose)
    blueprint.add_url_rule(offer, "choose", submit, methods=["POST"])
    blueprint.add_url_rule("/journeys/<uuid:journey_id>/check", "check_grant", check)
    blueprint.add_url_rule("/journeys/<uuid:journey_id>/check", "confirm_grant", confirm, methods=["POST"])
    blueprint.add_url_rule("/journeys/<uuid:journey_id>/done", "done", done)


@open_to(Access.SIGNED_IN)
def decisions(learner_id: UUID) -> ResponseReturnValue:
    """What this person has decided, and what is still open."""
    line = learner(learner_id)
    use_cases = site().use_cases
    consents = sorted(use_cases.consents(person_id(), learner_id), key=lambda consent: consent.decided_at, reverse=True)
    offers = use_cases.offers(person_id(), learner_id)
    return page(
        "decisions.html",
        learner=line,
        offers=_choices(offers, consents),
        asked=asked_of(learner_id, offers, consents),
        consents=consents,
        statuses=kinds.STATUSES,
        standing=kinds.STANDING_CONSENT,
    )


@open_to(Access.SIGNED_IN)
def choose(learner_id: UUID, key: str) -> ResponseReturnValue:
    """The form; nothing is ticked, unless the person comes back from the check page."""
    learner(learner_id)
    return _form(find_offer(learner_id, key), empty(_earlier(key)))


@open_to(Access.SIGNED_IN)
def submit(learner_id: UUID, key: str) -> ResponseReturnValue:
    """Keep the answers and go on to check them; or show what is missing beside its field."""
    learner(learner_id)
    offer = find_offer(learner_id, key)
    at = site().clock()
    filled = read(offer, ticked=request.form.getlist("fields"), form=request.form, today=today(at))
    if filled.answers is None:
        return _form(offer, filled, status=422)
    journey = Journey(uuid4(), person_id(), learner_id, JourneyKind.GRANT, key, filled.answers)
    journeys.save(site().engine, journey, at=at)
    return redirect(url_for("web.check_grant", journey_id=journey.id), 303)


@open_to(Access.SIGNED_IN)
def check(journey_id: UUID) -> ResponseReturnValue:
    """Everything that is about to be agreed to, once more."""
    journey, answers = _grant(journey_id)
    if journey.claimed_at is not None:
        return redirect(url_for("web.done", journey_id=journey_id), 303)
    offer = find_offer(journey.learner_id, journey.subject)
    return page("check.html", learner=learner(journey.learner_id), journey=journey, text=_text(offer, answers))


@open_to(Access.SIGNED_IN)
def confirm(journey_id: UUID) -> ResponseReturnValue:
    """Grant, bound to the text that was shown."""
    journey, answers = _grant(journey_id)
    if journey.claimed_at is None:
        offer = find_offer(journey.learner_id, journey.subject)
        text = _text(offer, answers)
        must_be_what_was_shown(text)

        def act() -> Outcome:
            narrowed = replace(offer, field_ids=answers.field_ids)
            return site().use_cases.grant(person_id(), narrowed, until=end_of(answers.until_on), shown=text.shown())

        journeys.decide(site().engine, journey, act, at=site().clock())
    return redirect(url_for("web.done", journey_id=journey_id), 303)


@open_to(Access.SIGNED_IN)
def done(journey_id: UUID) -> ResponseReturnValue:
    """The decision's reference, when it took effect, and the way to its receipt."""
    journey = journeys.find(site().engine, journey_id, person_id=person_id())
    line = learner(journey.learner_id)
    if journey.claimed_at is None:
        raise NotHere
    return page("done.html", learner=line, journey=journey)


def find_offer(learner_id: UUID, key: str) -> Offer:
    """The offer with this key, whole or cut to what somebody asks for, if still made; raises `NotHere` otherwise."""
    offers = site().use_cases.offers(person_id(), learner_id)
    for offer in [*offers, *(asked.offer for asked in asked_of(learner_id, offers))]:
        if offer_key(offer) == key:
            return offer
    raise NotHere


def standing(offer: Offer, consents: Sequence[ConsentLine]) -> list[ConsentLine]:
    """Those of these consents that share something of this offer now: a new answer takes their place."""
    about = (offer.recipient, offer.purpose, offer.holder)
    return [
        consent
        for consent in consents
        if consent.status in kinds.STANDING_CONSENT
        and (consent.recipient, consent.purpose, consent.holder) == about
        and not set(offer.field_ids).isdisjoint(consent.field_ids)
    ]


def must_be_what_was_shown(text: ShownText) -> None:
    """Raises `Changed` when the text would be another one now than that on the page the answer came from."""
    if not are_equal(request.form.get("shown", ""), text.shown().sha256.hex()):
        raise Changed


def _choices(offers: Sequence[Offer], consents: Sequence[ConsentLine]) -> list[tuple[tuple[str, str], list[Choice]]]:
    """Choices by who would see it and why."""
    found: dict[tuple[str, str], list[Choice]] = {}
    for offer in offers:
        choice = Choice(offer_key(offer), offer, bool(standing(offer, consents)))
        found.setdefault((offer.recipient, offer.purpose), []).append(choice)
    return sorted(found.items())


def _text(offer: Offer, answers: Answers) -> ShownText:
    return shown_text.of_grant(
        offer, field_ids=answers.field_ids, until_on=answers.until_on, words=words(), language=language()
    )


def _grant(journey_id: UUID) -> tuple[Journey, Answers]:
    journey = journeys.find(site().engine, journey_id, person_id=person_id())
    if journey.kind is not JourneyKind.GRANT or journey.answers is None:
        raise NotHere
    learner(journey.learner_id)
    return journey, journey.answers


def _earlier(key: str) -> Answers | None:
    given = request.args.get("journey", "")
    try:
        journey, answers = _grant(UUID(given))
    except (ValueError, NotHere):
        return None
    return answers if journey.subject == key else None


def _form(offer: Offer, filled: Filled, *, status: int = 200) -> ResponseReturnValue:
    return page(
        "offer.html",
        status,
        learner=learner(offer.learner_id),
        offer=offer,
        key=offer_key(offer),
        filled=filled,
        standing=standing(offer, site().use_cases.consents(person_id(), offer.learner_id)),
    )
