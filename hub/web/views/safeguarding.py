"""A worker's safeguarding pages: what waits at their agency, and one learner with bars and overrides."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from hub.safeguarding.errors import NotForYou
from hub.safeguarding.model import Desk
from hub.web import safeguarding_kinds as kinds
from hub.web.access import open_to
from hub.web.model import Access
from hub.web.render import page
from hub.web.safeguarding_form import NotFilled, fault, text
from hub.web.site import person_id, site


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/safeguarding", "safeguarding", tray)
    blueprint.add_url_rule("/safeguarding", "find_learner", find, methods=["POST"])
    blueprint.add_url_rule("/safeguarding/<uuid:handle_id>", "desk", desk)


def desk_of(handle_id: UUID) -> Desk:
    """The learner behind a handle of this worker's agency; what is not theirs is not there."""
    return site().use_cases.safeguarding.desk(person_id(), handle_id)


@open_to(Access.SIGNED_IN)
def tray() -> ResponseReturnValue:
    """Overrides of this worker's agency, and the way to a learner."""
    return _tray()


@open_to(Access.SIGNED_IN)
def find() -> ResponseReturnValue:
    """Go to a learner by the handle that the agency's own system has; nobody else's is known here."""
    typed = text("handle")
    try:
        handle_id = UUID(typed)
        desk_of(handle_id)
    except (ValueError, NotForYou):
        return _tray(typed)
    return redirect(url_for("web.desk", handle_id=handle_id), 303)


@open_to(Access.SIGNED_IN)
def desk(handle_id: UUID) -> ResponseReturnValue:
    """Bars and overrides of one learner, and what this worker may do about them."""
    return page(
        "safeguarding_desk.html",
        desk=desk_of(handle_id),
        bars=kinds.BARS,
        evidence=kinds.EVIDENCE,
        reasons=kinds.REASONS,
        stages=kinds.STAGES,
    )


def _tray(typed: str | None = None) -> ResponseReturnValue:
    faults = () if typed is None else fault(NotFilled("handle"))
    return page(
        "safeguarding.html",
        422 if faults else 200,
        tray=site().use_cases.safeguarding.tray(person_id()),
        names_in_care={line.learner_id: line.name for line in site().use_cases.learners_of(person_id())},
        handle=(typed or "")[:60],
        faults=faults,
        reasons=kinds.REASONS,
        stages=kinds.STAGES,
    )
