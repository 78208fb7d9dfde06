"""What another version of a protocol changes in meaning, for people who work for a partner of both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from hub.steering.compared_words import in_words, terms_in_words
from hub.web.access import open_to
from hub.web.errors import NotHere
from hub.web.grant_form import Fault
from hub.web.language import mark
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import person_id, site
from policies.difference import Difference, Kind
from policies.model import ProtocolRef

KINDS: Final[Mapping[str, str]] = {
    Kind.ADDED: mark("New"),
    Kind.REMOVED: mark("No longer shared"),
    Kind.CHANGED: mark("On other terms"),
}


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/policy/diff", "policy_diff", policy_diff)


@open_to(Access.SIGNED_IN)
def policy_diff() -> ResponseReturnValue:
    """Two versions to choose, and what differs between them; not there for whoever works for no partner."""
    agency, versions = site().use_cases.policy.agency_of(person_id()), _versions()
    chosen = {name: request.args.get(name, "") for name in ("from", "to")}
    faults = tuple(_faults(chosen, versions)) if request.args else ()
    found = None
    if agency is not None and request.args and not faults:
        found = site().use_cases.policy.compared(agency, before=versions[chosen["from"]], after=versions[chosen["to"]])
    return page("policy_diff.html", 422 if faults else 200, faults=faults, **_shown(found, chosen, versions))


def _versions() -> Mapping[str, ProtocolRef]:
    """The registered versions of the own agency, newest first; raises NotHere for people of none."""
    found = site().use_cases.protocols.for_person(person_id())
    if found is None:
        raise NotHere
    return {str(one.ref): one.ref for one in sorted(found, key=lambda one: (one.ref.id, -one.ref.version))}


def _faults(chosen: Mapping[str, str], versions: Mapping[str, ProtocolRef]) -> Iterator[Fault]:
    if chosen["from"] not in versions:
        yield Fault("from", mark("Choose the earlier version from the list"))
    if chosen["to"] not in versions:
        yield Fault("to", mark("Choose the later version from the list"))


def _shown(
    found: Difference | None, chosen: Mapping[str, str], versions: Mapping[str, ProtocolRef]
) -> dict[str, object]:
    return {
        "found": found,
        "chosen": chosen,
        "versions": list(versions),
        "kinds": KINDS,
        "rules": [] if found is None else [(one, list(terms_in_words(one))) for one in found.rules],
        "others": []
        if found is None
        else [(one.what, in_words(one.before), in_words(one.after)) for one in found.others],
    }
