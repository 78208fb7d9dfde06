"""Answering an error with its problem document, and logging what was not expected: ids and places, never a text."""

from __future__ import annotations

import json
from types import TracebackType

import structlog
from apiflask import APIFlask, HTTPError
from flask import Response, abort, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response as BaseResponse

from hub.api.errors import RequestRefused
from hub.database import new_id
from hub.oauth.answers import REALM
from hub.oauth.errors import ScopeMissing, TokenMissing, TooOften
from hub.oauth.guard import open_to_all
from hub.problems import kinds
from hub.problems.model import Problem
from hub.problems.table import KINDS, problem_of
from hub.web import guard
from hub.web.site import EXTENSION as WEB

PROBLEM_JSON = "application/problem+json"
_MOST_FRAMES = 12

log = structlog.get_logger(__name__)


def register(app: APIFlask) -> None:
    """Answer every error of `app` with a problem document, or with a page where the address belongs to the pages."""
    for kind in (Exception, HTTPException, HTTPError):
        app.register_error_handler(kind, answer)

    @app.get("/problems/<slug>")
    @app.doc(hide=True)
    @open_to_all("explains what a problem's `type` means")
    def explain(slug: str) -> Response:
        if slug not in KINDS:
            abort(404)
        found = KINDS[slug]
        return Response(f"{found.title}\n\n{found.detail}\n", mimetype="text/plain")


def status_of(error: BaseException) -> int | None:
    """The HTTP status for an error; None for one that nobody has thought about."""
    found = problem_of(error)
    return None if found is None else found.status


def answer(error: Exception) -> BaseResponse:
    """The answer to this error. Redirects pass; the pages answer for their own addresses."""
    if isinstance(error, HTTPException) and (error.code is None or error.code < 400):
        return error.get_response()
    if WEB in current_app.extensions and guard.owns(request.path):
        return guard.error_page(error)
    problem = _problem(error)
    incident = _logged(error) if problem.status >= 500 else None
    return _document(problem, error, incident)


def _problem(error: Exception) -> Problem:
    found = problem_of(error)
    if found is not None:
        return found
    code = (
        error.code if isinstance(error, HTTPException) else error.status_code if isinstance(error, HTTPError) else 500
    )
    return kinds.REQUEST_REFUSED if 400 <= (code or 500) < 500 else kinds.INTERNAL


def _document(problem: Problem, error: Exception, incident: str | None) -> Response:
    body: dict[str, object] = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if incident is not None:
        body["incident"] = incident
    if isinstance(error, RequestRefused):
        body["members"] = list(error.members)
    if isinstance(error, ScopeMissing):
        body["scope"] = error.scope
    return Response(
        json.dumps(body), status=problem.status, content_type=PROBLEM_JSON, headers=_headers(problem, error)
    )


def _headers(problem: Problem, error: Exception) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if problem.status == 401:
        # RFC 6750 section 3.1: no error code for a request that brought no token. The body is one for all.
        headers["WWW-Authenticate"] = REALM if isinstance(error, TokenMissing) else f'{REALM}, error="invalid_token"'
    if isinstance(error, ScopeMissing):
        headers["WWW-Authenticate"] = f'{REALM}, error="insufficient_scope", scope="{error.scope}"'
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        headers["Allow"] = ", ".join(error.valid_methods)
    retry_after = error.retry_after if isinstance(error, TooOften) else problem.retry_after
    return headers if retry_after is None else headers | {"Retry-After": str(retry_after)}


def _logged(error: Exception) -> str:
    """Log an error that the hub is to blame for; answers its incident number."""
    incident = str(new_id())
    log.error(
        "request_failed",
        incident=incident,
        error=f"{type(error).__module__}.{type(error).__qualname__}",
        route=request.url_rule.rule if request.url_rule is not None else "none",
        places=" < ".join(_places(error.__traceback__)),
    )
    return incident


def _places(trace: TracebackType | None) -> list[str]:
    # Module and line only: the text of an exception, and of the line, may quote somebody's data.
    places: list[str] = []
    while trace is not None:
        places.append(f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}")
        trace = trace.tb_next
    return places[::-1][:_MOST_FRAMES]
