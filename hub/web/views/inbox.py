"""Notices: told, opened and acknowledged are different, and only a form acknowledges."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from hub.telling.model import InboxEntry
from hub.web import kinds
from hub.web.access import open_to
from hub.web.errors import NotHere
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import person_id, site


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/inbox", "inbox", inbox)
    blueprint.add_url_rule("/inbox/<uuid:notice_id>", "notice", notice)
    blueprint.add_url_rule("/inbox/<uuid:notice_id>/acknowledge", "acknowledge", acknowledge, methods=["POST"])
    blueprint.add_url_rule("/inbox/<uuid:notice_id>/acknowledged", "acknowledged", acknowledged)


@open_to(Access.SIGNED_IN)
def inbox() -> ResponseReturnValue:
    """Every notice of this person, newest first."""
    entries = sorted(site().use_cases.inbox(person_id()), key=lambda entry: (entry.at, entry.notice_id), reverse=True)
    return page("inbox.html", entries=entries, kinds=kinds.NOTICES, names=_names(entries))


@open_to(Access.SIGNED_IN)
def notice(notice_id: UUID) -> ResponseReturnValue:
    """One notice, from now on opened. A HEAD request is nobody reading."""
    entry = _entry(notice_id) if request.method == "HEAD" else site().use_cases.open_notice(person_id(), notice_id)
    return page("notice.html", entry=entry, kinds=kinds.NOTICES, names=_names([_entry(notice_id)]))


@open_to(Access.SIGNED_IN)
def acknowledge(notice_id: UUID) -> ResponseReturnValue:
    """Acknowledge; a second time changes nothing."""
    site().use_cases.acknowledge(person_id(), notice_id)
    return redirect(url_for("web.acknowledged", notice_id=notice_id), 303)


@open_to(Access.SIGNED_IN)
def acknowledged(notice_id: UUID) -> ResponseReturnValue:
    """That it is acknowledged, and since when."""
    entry = _entry(notice_id)
    if entry.acknowledged_at is None:
        raise NotHere
    return page("acknowledged.html", entry=entry)


def _entry(notice_id: UUID) -> InboxEntry:
    for entry in site().use_cases.inbox(person_id()):
        if entry.notice_id == notice_id:
            return entry
    raise NotHere


def _names(entries: Iterable[InboxEntry]) -> dict[UUID, str]:
    """Names of the learners that these notices are about, for who is told of them."""
    return {entry.learner_id: entry.learner_name for entry in entries if entry.learner_id and entry.learner_name}
