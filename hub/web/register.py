"""Puts the pages into an application: routes, assets, guards and error pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from flask import Blueprint, Flask, g, redirect
from sqlalchemy import Engine
from werkzeug.wrappers import Response as BaseResponse

from hub.web import guard
from hub.web.model import SendCode, StatusOf
from hub.web.render import make_environment
from hub.web.site import EXTENSION, Site
from hub.web.views import (
    about,
    answering,
    bars,
    family,
    grant,
    inbox,
    matrix,
    objecting,
    overrides,
    policy_diff,
    policy_records,
    privacy,
    protocols,
    receipts,
    refuse,
    safeguarding,
    sight,
    signing,
    why,
    withdraw,
)
from hub.web.words import PageUseCases

_KEY_BYTES = 32
_HERE = Path(__file__).parent


def now() -> datetime:
    """The clock of a running hub."""
    return datetime.now(UTC)


def register(
    app: Flask,
    use_cases: PageUseCases,
    *,
    engine: Engine,
    key: bytes,
    send_code: SendCode,
    status_of: StatusOf,
    is_secure: bool,
    contact: str = "",
    clock: Callable[[], datetime] = now,
) -> None:
    """Answer `/`, `/en/…`, `/cy/…` and `/assets/…` with pages.

    Args:
        use_cases: the hub; every page asks it again whether this person may.
        engine: main database, for sessions and codes.
        key: 32 secret bytes for keyed hashes, the same in every process.
        send_code: called for known addresses only; must return at once (wrap it in `Background`).
        status_of: HTTP status for an error that a use case raises; what is "not yours" must be 404.
        is_secure: True when the public address is https: `__Host-` cookies, HSTS.
        contact: address or telephone number of who runs this hub, for the accessibility statement.
    """
    if len(key) != _KEY_BYTES:
        raise ValueError(f"the key of the pages has {_KEY_BYTES} bytes")
    app.extensions[EXTENSION] = Site(
        use_cases=use_cases,
        engine=engine,
        key=key,
        send_code=send_code,
        status_of=status_of,
        is_secure=is_secure,
        contact=contact,
        clock=clock,
        environment=make_environment(),
    )
    app.before_request(guard.before_request)
    app.after_request(guard.after_request)
    app.register_blueprint(_assets())
    app.register_blueprint(_pages())


def _assets() -> Blueprint:
    blueprint = Blueprint("web_assets", __name__, static_folder=_HERE / "static", static_url_path="/assets")
    blueprint.add_url_rule("/", "root", _root)
    return blueprint


def _root() -> BaseResponse:
    response = redirect(f"/{g.language}/")
    response.headers["Vary"] = "Accept-Language"
    return response


def _pages() -> Blueprint:
    blueprint = Blueprint("web", __name__, url_prefix="/<any(en, cy):language>")
    blueprint.url_value_preprocessor(lambda _endpoint, values: values.pop("language", None) if values else None)
    blueprint.url_defaults(_keep_language)
    blueprint.register_error_handler(Exception, guard.error_page)
    family_views = (signing, about, privacy, family, sight, why, grant, refuse, withdraw, receipts, inbox)
    for views in (
        *family_views,
        objecting,
        answering,
        safeguarding,
        bars,
        overrides,
        matrix,
        protocols,
        policy_diff,
        policy_records,
    ):
        views.add_to(blueprint)
    return blueprint


def _keep_language(_endpoint: str, values: dict[str, object]) -> None:
    values.setdefault("language", g.get("language", "en"))
