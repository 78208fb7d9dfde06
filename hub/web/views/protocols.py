"""The protocols of the agency that somebody works for: state, days, who has signed and who has not."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from hub.web import kinds
from hub.web.access import open_to
from hub.web.errors import NotHere
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import language, person_id, site


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/policy/protocols", "policy_protocols", policy_protocols)


@open_to(Access.SIGNED_IN)
def policy_protocols() -> ResponseReturnValue:
    """The register as far as this person's agency is a partner; not there for whoever works for none."""
    found = site().use_cases.protocols.for_person(person_id())
    if found is None:
        raise NotHere
    newest_first = sorted(found, key=lambda one: (one.ref.id, -one.ref.version))
    versions = [(one, one.title.say(language())) for one in newest_first]
    return page("protocols.html", versions=versions, states=kinds.PROTOCOL_STATES)
