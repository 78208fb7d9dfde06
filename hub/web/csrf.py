"""Forms from elsewhere are refused: a token bound to this browser's cookie, and the browser's word on its origin.

The token is an HMAC of the cookie's secret, so it needs no storage, changes at sign-in with the session, and another
site can neither read nor compute it. `Origin` is of no use: with `Referrer-Policy: no-referrer` browsers send `null`.
"""

from __future__ import annotations

from flask import request

from hub.web.cookies import START, browser_secret, read
from hub.web.errors import PageRefused, TimedOut
from hub.web.site import session, site
from hub.web.tokens import are_equal, mac

FIELD = "csrf_token"


def token() -> str:
    """The token for a form on this page."""
    return mac(site().key, "csrf", browser_secret().encode()).hex()


def check() -> None:
    """Raises `PageRefused` for a form from another site, `TimedOut` for a token that is not this browser's."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise PageRefused
    if session() is None and read(START) is None:
        raise TimedOut
    if not are_equal(request.form.get(FIELD, ""), token()):
        raise TimedOut
