"""What happens around every page: who may open it, whether its form is ours, and what an error looks like."""

from __future__ import annotations

import structlog
from flask import Response, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import RequestRedirect

from hub.web import access, cookies, csrf, headers, sessions
from hub.web.addresses import is_page
from hub.web.errors import NotHere, PageRefused, TimedOut, TooMany
from hub.web.language import language_of, wanted_language
from hub.web.model import Access, Session
from hub.web.render import page
from hub.web.site import session, site

MOST_BYTES = 64 * 1024
_PAGES = frozenset({400, 403, 404, 405, 409, 413, 429, 500, 503})
_NOT_YOURS = frozenset({401, 403, 410})
"""What a use case refuses to this person looks like what does not exist."""
_OWN_FIRST_SEGMENTS = frozenset({"", "en", "cy", "assets"})
_log = structlog.get_logger()


def owns(path: str) -> bool:
    """True for addresses that are answered with pages: `/`, `/en/…`, `/cy/…`, `/assets/…`."""
    return path.startswith("/") and path.split("/", 2)[1] in _OWN_FIRST_SEGMENTS


def before_request() -> ResponseReturnValue | None:
    """Language, session, access rule and form token, in this order, before the page's own code."""
    if not owns(request.path):
        return None
    g.language = language_of(request.path) or wanted_language(tag for tag, _ in request.accept_languages)
    request.max_content_length = MOST_BYTES
    failure = request.routing_exception
    if failure is not None:
        return None if isinstance(failure, RequestRedirect) else _astray(failure)
    if request.blueprint != "web":
        return None
    g.session = _session()
    return _admit()


def after_request(response: Response) -> Response:
    """Headers of every answer under an address of ours."""
    if owns(request.path):
        headers.add(response, is_secure=site().is_secure, is_asset=request.blueprint == "web_assets")
    return response


def error_page(error: Exception) -> Response:
    """The page for an error: what happened, what was kept, what to do next. Never the text of the error."""
    if isinstance(error, TimedOut):
        return page(
            "timed_out.html",
            error.status,
            kept=error.kept,
            next_address=request.path if is_page(request.path) else None,
        )
    status = _status(error)
    response = page("error.html", status, status_code=status)
    if isinstance(error, TooMany):
        response.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return response


def _astray(failure: Exception) -> Response:
    """The page for an address that is none of ours, with the menu and the way out for who is signed in."""
    try:
        g.session = _session()
    except Exception as error:
        return error_page(error)  # no blueprint answers here, so nobody else would make it a page
    return error_page(failure)


def _status(error: Exception) -> int:
    if isinstance(error, PageRefused):
        return error.status
    if isinstance(error, HTTPException):
        return error.code if error.code in _PAGES else 400 if (error.code or 500) < 500 else 500
    status = site().status_of(error)
    if status is None or status >= 500:
        _log.error("page_failed", error=type(error).__name__, endpoint=request.endpoint, place=_place(error))
    if status in _NOT_YOURS:
        return 404
    return status if status in _PAGES else 500 if (status or 500) >= 500 else 400


def _place(error: Exception) -> str:
    """File and line where the error was raised: what an operator needs, without any value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"


def _session() -> Session | None:
    secret = cookies.read(cookies.SESSION)
    return None if secret is None else sessions.current(site().engine, secret, at=site().clock())


def _admit() -> ResponseReturnValue | None:
    rule = access.rule_of(request.endpoint or "")
    if rule is None:
        raise NotHere
    is_form = request.method == "POST"
    if rule is Access.SIGNED_IN and session() is None:
        if is_form:
            raise TimedOut(kept=request.endpoint == "web.confirm_grant")
        return redirect(url_for("web.sign_in", next=request.path))
    if is_form:
        csrf.check()
    return None
