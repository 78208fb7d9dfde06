"""The access rule of a route: the scope that its token needs, or the reason why it needs none.

Every route of the hub's API carries one of the two; a test walks them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import current_app, g, request

from hub.directory.model import Principal
from hub.oauth.errors import ScopeMissing, TokenMissing, TokenRefused
from hub.oauth.model import Scope
from hub.oauth.pace import Pace, keep_pace
from hub.oauth.tokens import LiveToken, OAuthRoom

P = ParamSpec("P")
R = TypeVar("R")

EXTENSION = "dolen_oauth"
# One token, one space: RFC 6750 section 2.1, and nothing from the query string or the body.
_BEARER = re.compile(r"bearer ([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)


def requires(scope: Scope | str, *, paces: tuple[Pace, ...] = ()) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let a request in whose token is good at this moment and has `scope`; `principal()` then says who asks.

    With `paces`, the use is counted. Raises TokenMissing, TokenRefused, ScopeMissing or TooOften before the view runs.
    """
    needed = Scope(scope)

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            g.dolen_principal = _admitted(needed, paces)
            return view(*args, **kwargs)

        return _ruled(guarded, f"scope {needed}")

    return decorate


def open_to_all(because: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say that a route needs no token, and why."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        return _ruled(view, f"open: {because}")

    return decorate


def access_rule(view: Callable[..., object]) -> str | None:
    """The rule of a view, or None where nobody has thought about it."""
    return cast("str | None", getattr(view, "dolen_access_rule", None))


def principal() -> Principal:
    """Who asks. Only inside a view under `requires`."""
    return cast(Principal, g.dolen_principal)


def bearer_token(header: str | None) -> str:
    """The token of an Authorization header. Raises TokenMissing where there is none, TokenRefused where it is odd."""
    if not header or not header.lower().startswith("bearer"):
        raise TokenMissing
    found = _BEARER.fullmatch(header)
    if found is None:
        raise TokenRefused
    return found[1]


def _admitted(scope: Scope, paces: tuple[Pace, ...]) -> Principal:
    room = cast(OAuthRoom, current_app.extensions[EXTENSION])
    live = room.tokens.read(bearer_token(request.headers.get("Authorization")), at=room.clock())
    if scope not in live.stored.scopes:
        raise ScopeMissing(scope)
    if paces:
        keep_pace(room.tokens.engine, paces, client_id=live.stored.client_id, at=room.clock())
    return _principal(live)


def _principal(live: LiveToken) -> Principal:
    stored = live.stored
    return Principal(
        agency_id=stored.agency_id,
        client_id=stored.client_id,
        profile=live.client.profile_name,
        purpose="" if stored.details is None else stored.details.purpose,
        role="" if stored.details is None else stored.details.role,
        scopes=stored.scopes,
    )


def _ruled(view: Callable[P, R], rule: str) -> Callable[P, R]:
    view.dolen_access_rule = rule  # type: ignore[attr-defined]  # read by `access_rule` alone
    return view
