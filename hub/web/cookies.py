"""The two cookies: one for who is signed in, one for a sign-in under way. Both are needed, neither follows anybody."""

from __future__ import annotations

from typing import cast

from flask import g, request
from werkzeug.wrappers import Response

from hub.web.site import session, site
from hub.web.tokens import fresh_secret

SESSION = "dolen"
START = "dolen-start"
_LONGEST_VALUE = 100


def read(name: str) -> str | None:
    """The value of a cookie of this site; None when there is none or it cannot be one of ours."""
    value = request.cookies.get(full_name(name), "")
    return value if 0 < len(value) <= _LONGEST_VALUE and value.isascii() else None


def full_name(name: str) -> str:
    """On https the prefix `__Host-` makes browsers refuse the cookie from a neighbouring host (RFC 6265bis)."""
    return f"__Host-{name}" if site().is_secure else name


def put(response: Response, name: str, value: str) -> None:
    """Set a cookie for this browser session; no script can read it, no other site's form sends it."""
    response.set_cookie(full_name(name), value, path="/", secure=site().is_secure, httponly=True, samesite="Lax")


def drop(response: Response, name: str) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(full_name(name), path="/", secure=site().is_secure, httponly=True, samesite="Lax")


def browser_secret() -> str:
    """What a form's token is bound to: the session, or before sign-in the start cookie, made here when missing."""
    signed_in = session()
    if signed_in is not None:
        return signed_in.secret
    if "start" not in g:
        known = read(START)
        g.start = known or fresh_secret()
        g.start_is_new = known is None
    return cast(str, g.start)


def put_start(response: Response) -> None:
    """Set the start cookie if this page made one."""
    if g.get("start_is_new", False):
        put(response, START, g.start)
