"""The register of processing of the agency that somebody works for, as a table and as a file."""

from __future__ import annotations

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from hub.web.access import open_to
from hub.web.errors import NotHere
from hub.web.model import Access
from hub.web.render import page
from hub.web.site import language, person_id, site
from policies.documents.register import HEAD


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/policy/records", "policy_records", policy_records)
    blueprint.add_url_rule("/policy/records/register.csv", "policy_register_file", policy_register_file)


@open_to(Access.SIGNED_IN)
def policy_records() -> ResponseReturnValue:
    """What this person's agency shares as a controller, by the protocols in force now."""
    rows = site().use_cases.policy.register_rows(_agency())
    return page(
        "policy_records.html",
        head=[words.say(language()) for _, words in HEAD],
        rows=[[cell.say(language()) for cell in row] for row in rows],
    )


@open_to(Access.SIGNED_IN)
def policy_register_file() -> ResponseReturnValue:
    """The same in both languages, for a spreadsheet."""
    return Response(
        site().use_cases.policy.register_file(_agency()),
        mimetype="text/csv",
        headers={"Content-Disposition": 'attachment; filename="register.csv"'},
    )


def _agency() -> str:
    """The partner that this person works for; raises NotHere for people of none."""
    found = site().use_cases.policy.agency_of(person_id())
    if found is None:
        raise NotHere
    return found
