"""A person's first page: the learners that are theirs."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from hub.safeguarding.errors import NotForYou
from hub.web.access import open_to
from hub.web.kinds import TIES
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import person_id, site


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/home", "home", home)


@open_to(Access.SIGNED_IN)
def home() -> ResponseReturnValue:
    """The learners of this person, and how many notices wait."""
    lines = site().use_cases.learners_of(person_id())
    entries = site().use_cases.inbox(person_id())
    return page(
        "home.html",
        own=[line for line in lines if line.tie in TIES],
        accountable=[line for line in lines if line.tie not in TIES],
        waiting=sum(entry.acknowledged_at is None for entry in entries),
        has_notices=bool(entries),
        works=_works(),
        ties=TIES,
        works_for_partner=site().use_cases.matrix.is_open_to(person_id()),
        answers=site().use_cases.asking.may_answer(person_id()),
    )


def _works() -> bool:
    """Whether this person has a part in safeguarding at a partner."""
    try:
        site().use_cases.safeguarding.tray(person_id())
    except NotForYou:
        return False
    return True
