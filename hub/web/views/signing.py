"""The front page, signing in by a code, and signing out."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from hub.web import cookies, sessions, signing_in
from hub.web.access import open_to
from hub.web.addresses import is_page
from hub.web.grant_form import Fault
from hub.web.language import mark
from hub.web.model import Access, Session
from hub.web.render import page
from hub.web.site import language, session, site
from hub.web.tokens import fresh_secret

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")
_CODE = re.compile(r"[0-9]{6}")
_LONGEST_EMAIL = 254


def add_to(blueprint: Blueprint) -> None:
    """The routes of this module."""
    blueprint.add_url_rule("/", "start", start)
    blueprint.add_url_rule("/sign-in", "sign_in", sign_in)
    blueprint.add_url_rule("/sign-in", "ask_for_code", ask_for_code, methods=["POST"])
    blueprint.add_url_rule("/sign-in/code", "code", code)
    blueprint.add_url_rule("/sign-in/code", "enter_code", enter_code, methods=["POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])


@open_to(Access.ANYONE)
def start() -> ResponseReturnValue:
    """What this is, and the way in."""
    return page("start.html") if session() is None else redirect(url_for("web.home"))


@open_to(Access.ANYONE)
def sign_in() -> ResponseReturnValue:
    """Ask for an e-mail address."""
    return page("sign_in.html", next_address=_next(), email="", faults=())


@open_to(Access.ANYONE)
def ask_for_code() -> ResponseReturnValue:
    """Send a code if the address is known; the answer is the same if it is not."""
    email = request.form.get("email", "").strip()
    if len(email) > _LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        faults = (Fault("email", mark("Enter an e-mail address in the correct format, like name@example.com")),)
        return page("sign_in.html", 422, next_address=_next(), email=email[:_LONGEST_EMAIL], faults=faults)
    attempt = signing_in.ask_for_code(
        site(),
        email.casefold(),
        client=request.remote_addr or "",
        language=language(),
        before=cookies.read(cookies.START),
        at=site().clock(),
    )
    answer = redirect(url_for("web.code", next=_next()), 303)
    cookies.put(answer, cookies.START, attempt)
    return answer


@open_to(Access.ANYONE)
def code() -> ResponseReturnValue:
    """Ask for the six digits, in the browser that asked for them."""
    if cookies.read(cookies.START) is None:
        return redirect(url_for("web.sign_in", next=_next()))
    return page("code.html", next_address=_next(), faults=())


@open_to(Access.ANYONE)
def enter_code() -> ResponseReturnValue:
    """Begin a session for the right code."""
    typed = re.sub(r"[\s-]", "", request.form.get("code", ""))[:12]
    if not _CODE.fullmatch(typed):
        return _code_again(mark("Enter the 6 digits from the e-mail"))
    begun = signing_in.redeem(
        site(),
        cookies.read(cookies.START) or fresh_secret(),
        typed,
        client=request.remote_addr or "",
        before=cookies.read(cookies.SESSION),
        at=site().clock(),
    )
    return _code_again(mark("The code is wrong or cannot be used any more")) if begun is None else _signed_in(begun)


@open_to(Access.SIGNED_IN)
def sign_out() -> ResponseReturnValue:
    """End the session, here and in the database."""
    signed_in = session()
    if signed_in is not None:
        sessions.end(site().engine, signed_in.secret)
    answer = redirect(url_for("web.start"), 303)
    cookies.drop(answer, cookies.SESSION)
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def _signed_in(begun: Session) -> BaseResponse:
    answer = redirect(_next() or url_for("web.home"), 303)
    cookies.put(answer, cookies.SESSION, begun.secret)
    cookies.drop(answer, cookies.START)
    return answer


def _code_again(message: str) -> ResponseReturnValue:
    return page("code.html", 422, next_address=_next(), faults=(Fault("code", message),))


def _next() -> str | None:
    """The page to go on to: only an address that is one of our pages, so nobody is sent elsewhere (open redirect)."""
    wanted = request.values.get("next", "")
    return wanted if is_page(wanted) else None
