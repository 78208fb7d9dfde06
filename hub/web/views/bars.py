"""Setting, reviewing and lifting a bar."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.safeguarding.errors import NotForYou, Refused
from hub.safeguarding.model import BarLine, Desk, EvidenceKind, NewBar
from hub.web import safeguarding_kinds as kinds
from hub.web.access import open_to
from hub.web.grant_form import Fault
from hub.web.model import Access
from hub.web.render import page
from hub.web.safeguarding_form import NotFilled, code_of, fault, future_day, parts, text
from hub.web.site import person_id, site
from hub.web.views.safeguarding import desk_of
from policies.bars import BarKind

MOST_FIELDS = 200


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    base = "/safeguarding/<uuid:handle_id>/bars"
    blueprint.add_url_rule(base, "new_bar", new)
    blueprint.add_url_rule(base, "set_bar", setting, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<uuid:bar_id>", "bar", bar)
    blueprint.add_url_rule(f"{base}/<uuid:bar_id>/review", "review_bar", review, methods=["POST"])
    blueprint.add_url_rule(f"{base}/<uuid:bar_id>/lift", "lift_bar", lift, methods=["POST"])


@open_to(Access.SIGNED_IN)
def new(handle_id: UUID) -> ResponseReturnValue:
    """The form of a new bar."""
    return _form(_may_bar(handle_id))


@open_to(Access.SIGNED_IN)
def setting(handle_id: UUID) -> ResponseReturnValue:
    """Set the bar. It binds from the next read on."""
    desk = _may_bar(handle_id)
    try:
        review_on = future_day("review", "review_on")
        bar = NewBar(
            learner_id=desk.learner_id,
            kind=code_of(BarKind, "kind"),
            evidence_kind=code_of(EvidenceKind, "evidence-kind"),
            evidence=text("evidence"),
            review_on=review_on,
            field_ids=tuple(text("fields").split()[:MOST_FIELDS]),
            recipient=text("recipient") or None,
        )
        site().use_cases.safeguarding.set_bar(person_id(), bar)
    except (NotFilled, Refused) as failure:
        return _form(desk, fault(failure))
    return redirect(url_for("web.desk", handle_id=handle_id), 303)


@open_to(Access.SIGNED_IN)
def bar(handle_id: UUID, bar_id: UUID) -> ResponseReturnValue:
    """One bar with its evidence, for who may lift it."""
    return _bar(handle_id, bar_id)


@open_to(Access.SIGNED_IN)
def review(handle_id: UUID, bar_id: UUID) -> ResponseReturnValue:
    """Say that it stays."""
    try:
        review_on = future_day("review", "review_on")
        _line(handle_id, bar_id)
        site().use_cases.safeguarding.review_bar(person_id(), bar_id, review_on=review_on, reasons=text("words"))
    except (NotFilled, Refused) as failure:
        return _bar(handle_id, bar_id, fault(failure))
    return redirect(url_for("web.desk", handle_id=handle_id), 303)


@open_to(Access.SIGNED_IN)
def lift(handle_id: UUID, bar_id: UUID) -> ResponseReturnValue:
    """Lift it, with reasons."""
    _line(handle_id, bar_id)
    try:
        site().use_cases.safeguarding.lift_bar(person_id(), bar_id, reasons=text("reasons"))
    except Refused as failure:
        return _bar(handle_id, bar_id, fault(failure))
    return redirect(url_for("web.desk", handle_id=handle_id), 303)


def _may_bar(handle_id: UUID) -> Desk:
    desk = desk_of(handle_id)
    if not desk.may_bar:
        raise NotForYou
    return desk


def _line(handle_id: UUID, bar_id: UUID) -> BarLine:
    for line in _may_bar(handle_id).bars:
        if line.bar_id == bar_id:
            return line
    raise NotForYou


def _form(desk: Desk, faults: tuple[Fault, ...] = ()) -> ResponseReturnValue:
    return page(
        "bar_new.html",
        422 if faults else 200,
        desk=desk,
        bars=kinds.BARS,
        evidence=kinds.EVIDENCE,
        faults=faults,
        typed=request.form,
        day=parts("review"),
    )


def _bar(handle_id: UUID, bar_id: UUID, faults: tuple[Fault, ...] = ()) -> ResponseReturnValue:
    line = _line(handle_id, bar_id)
    return page(
        "bar.html",
        422 if faults else 200,
        desk=desk_of(handle_id),
        line=line,
        evidence_words=site().use_cases.safeguarding.words_of(person_id(), bar_id),
        bars=kinds.BARS,
        evidence=kinds.EVIDENCE,
        faults=faults,
        typed=request.form,
        day=parts("review"),
    )
