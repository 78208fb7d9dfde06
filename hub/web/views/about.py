"""Pages that are the same for everybody: accessibility and cookies."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from hub.web import cookies
from hub.web.access import open_to
from hub.web.model import Access
from hub.web.render import page


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/accessibility", "accessibility", accessibility)
    blueprint.add_url_rule("/cookies", "cookies", cookies_page)


@open_to(Access.ANYONE)
def accessibility() -> ResponseReturnValue:
    """The accessibility statement (Public Sector Bodies (Websites and Mobile Applications) Regulations 2018)."""
    return page("accessibility.html")


@open_to(Access.ANYONE)
def cookies_page() -> ResponseReturnValue:
    """Which cookies there are, and that none needs asking for (PECR reg. 6(4): strictly necessary)."""
    return page(
        "cookies.html",
        session_cookie=cookies.full_name(cookies.SESSION),
        start_cookie=cookies.full_name(cookies.START),
    )
