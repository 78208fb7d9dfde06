"""Privacy notices, open to all: for adults and for children, made from the protocols that decide."""

from __future__ import annotations

from flask import Blueprint, abort
from flask.typing import ResponseReturnValue

from hub.web.access import open_to
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import language, site
from policies.documents.document import said


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/privacy", "privacy", privacy)
    blueprint.add_url_rule("/privacy/<slug>", "privacy_notice", privacy_notice)
    blueprint.add_url_rule("/privacy/<slug>/child", "child_privacy_notice", child_privacy_notice)


@open_to(Access.ANYONE)
def privacy() -> ResponseReturnValue:
    """Whose notices there are."""
    partners = [(one.agency, one.name.say(language())) for one in site().use_cases.published.partners()]
    return page("privacy.html", partners=partners)


@open_to(Access.ANYONE)
def privacy_notice(slug: str) -> ResponseReturnValue:
    """The notice of one partner (UK GDPR Articles 13 and 14)."""
    return _notice(slug, for_children=False)


@open_to(Access.ANYONE)
def child_privacy_notice(slug: str) -> ResponseReturnValue:
    """The same in words for a child (UK GDPR Article 12(1))."""
    return _notice(slug, for_children=True)


def _notice(slug: str, *, for_children: bool) -> ResponseReturnValue:
    notice = site().use_cases.published.privacy_notice(slug, for_children=for_children)
    if notice is None:
        abort(404)
    return page(
        "privacy_notice.html",
        title=notice.title.say(language()),
        subtitle=notice.subtitle.say(language()),
        sections=said(notice.sections, language()),
        slug=slug,
        for_children=for_children,
    )
