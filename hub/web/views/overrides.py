"""Making an override, standing by one, ending and reviewing it: each in a signed-in session of one's own."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.safeguarding.errors import NotForYou, Refused
from hub.safeguarding.model import (
    DEFAULT_HOURS,
    Desk,
    Override,
    OverrideLine,
    OverrideReason,
    ReviewOutcome,
    Way,
)
from hub.web import safeguarding_kinds as kinds
from hub.web.access import open_to
from hub.web.digests import way_key
from hub.web.grant_form import Fault
from hub.web.language import WALES
from hub.web.model import Access
from hub.web.render import page
from hub.web.safeguarding_form import NotFilled, code_of, day_of, fault, parts, text, ticked
from hub.web.site import person_id, site
from hub.web.views.safeguarding import desk_of


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    making = "/safeguarding/<uuid:handle_id>/overrides/<key>"
    blueprint.add_url_rule(making, "new_override", new)
    blueprint.add_url_rule(making, "make_override", make, methods=["POST"])
    one = "/safeguarding/overrides/<uuid:override_id>"
    blueprint.add_url_rule(one, "override", override)
    blueprint.add_url_rule(f"{one}/confirm", "confirm_override", confirm, methods=["POST"])
    blueprint.add_url_rule(f"{one}/end", "end_override", end, methods=["POST"])
    blueprint.add_url_rule(f"{one}/review", "review_override", review, methods=["POST"])


@open_to(Access.SIGNED_IN)
def new(handle_id: UUID, key: str) -> ResponseReturnValue:
    """The form of a new override: one of the ways that protocols leave to this worker."""
    desk = desk_of(handle_id)
    return _form(desk, _way(desk, key), key)


@open_to(Access.SIGNED_IN)
def make(handle_id: UUID, key: str) -> ResponseReturnValue:
    """Make it. It opens its fields at once, and ends within the hour without a second person."""
    desk = desk_of(handle_id)
    way = _way(desk, key)
    try:
        made = site().use_cases.safeguarding.make_override(person_id(), _filled(desk, way))
    except (NotFilled, Refused) as failure:
        return _form(desk, way, key, fault(failure))
    return redirect(url_for("web.override", override_id=made.override_id), 303)


@open_to(Access.SIGNED_IN)
def override(override_id: UUID) -> ResponseReturnValue:
    """One override of this worker's agency, with its words for who acts on it."""
    return _override(override_id)


@open_to(Access.SIGNED_IN)
def confirm(override_id: UUID) -> ResponseReturnValue:
    """Stand by it as the second person."""
    site().use_cases.safeguarding.confirm_override(person_id(), override_id)
    return redirect(url_for("web.override", override_id=override_id), 303)


@open_to(Access.SIGNED_IN)
def end(override_id: UUID) -> ResponseReturnValue:
    """End it before its time."""
    site().use_cases.safeguarding.end_override(person_id(), override_id)
    return redirect(url_for("web.override", override_id=override_id), 303)


@open_to(Access.SIGNED_IN)
def review(override_id: UUID) -> ResponseReturnValue:
    """Write down what the review found."""
    try:
        outcome = code_of(ReviewOutcome, "outcome")
        site().use_cases.safeguarding.review_override(person_id(), override_id, outcome=outcome, words=text("words"))
    except (NotFilled, Refused) as failure:
        return _override(override_id, fault(failure))
    return redirect(url_for("web.override", override_id=override_id), 303)


def _way(desk: Desk, key: str) -> Way:
    for way in desk.ways:
        if way_key(way) == key:
            return way
    raise NotForYou


def _filled(desk: Desk, way: Way) -> Override:
    hours = text("hours")
    if not (hours.isascii() and hours.isdigit() and len(hours) < 4):
        raise NotFilled("hours")
    sight_on = day_of("sight", "sight")
    sight_from = None if sight_on is None else datetime(sight_on.year, sight_on.month, sight_on.day, tzinfo=WALES)
    kept = ticked("keeps", ("accountable", "family"))
    people = ([desk.accountable_id] if "accountable" in kept else []) + [*(desk.family if "family" in kept else ())]
    return Override(
        handle_id=desk.handle_id,
        role=way.role,
        purpose=way.purpose,
        field_ids=ticked("fields", way.field_ids),
        reason=code_of(OverrideReason, "reason"),
        words=text("words"),
        hours=int(hours),
        keeps_from=frozenset(people),
        sight_from=sight_from,
        sight_reason=text("sight-reason"),
    )


def _form(desk: Desk, way: Way, key: str, faults: tuple[Fault, ...] = ()) -> ResponseReturnValue:
    return page(
        "override_new.html",
        422 if faults else 200,
        desk=desk,
        way=way,
        key=key,
        reasons=kinds.REASONS,
        hours=DEFAULT_HOURS,
        faults=faults,
        typed=request.form,
        chosen=set(request.form.getlist("fields")),
        kept=set(request.form.getlist("keeps")),
        day=parts("sight"),
    )


def _override(override_id: UUID, faults: tuple[Fault, ...] = ()) -> ResponseReturnValue:
    return page(
        "override.html",
        422 if faults else 200,
        line=_line(override_id),
        override_words=_words(override_id),
        reasons=kinds.REASONS,
        stages=kinds.STAGES,
        outcomes=kinds.OUTCOMES,
        faults=faults,
        typed=request.form,
    )


def _line(override_id: UUID) -> OverrideLine:
    for line in site().use_cases.safeguarding.tray(person_id()).overrides:
        if line.override_id == override_id:
            return line
    raise NotForYou


def _words(override_id: UUID) -> str | None:
    try:
        return site().use_cases.safeguarding.words_of(person_id(), override_id)
    except NotForYou:
        return None
