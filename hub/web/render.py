"""Templates to answers. One environment of its own, so that nothing else in the application changes what pages do."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from flask import Response, request, url_for
from jinja2 import Environment, PackageLoader, PrefixLoader, Undefined, UndefinedError

from hub.web import cookies, csrf
from hub.web.addresses import is_page
from hub.web.digests import reference_of, row_key, way_key
from hub.web.language import OWN_NAMES, day, last_day, moment, other_than, translate
from hub.web.site import language, session, site, words

_STYLES = Path(__file__).parent / "static" / "dolen.css"


class Careful(Undefined):
    """A name that our templates misspell is an error; an option that a component leaves out of its mapping is not."""

    def __str__(self) -> str:
        if self._undefined_obj is not None and not isinstance(self._undefined_obj, Mapping | str | Undefined):
            self._wrong()
        return super().__str__()

    def __bool__(self) -> bool:
        if self._undefined_obj is not None and not isinstance(self._undefined_obj, Mapping | str | Undefined):
            self._wrong()
        return super().__bool__()

    def _wrong(self) -> NoReturn:
        raise UndefinedError(f"a template uses {self._undefined_name!r}, which is not there")


def make_environment() -> Environment:
    """Templates of the pages and of the components; every value is escaped."""
    environment = Environment(
        loader=PrefixLoader(
            {
                "web": PackageLoader("hub.web", "templates/web"),
                "govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja"),
            }
        ),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        gettext=_gettext, ngettext=_no_counts, newstyle=True
    )
    environment.globals.update(
        url_for=url_for,
        csrf_token=csrf.token,
        language_now=language,
        is_signed_in=lambda: session() is not None,
        other_language=_other_language,
        contact=lambda: site().contact,
        words=words,
        styles_version=styles_version,
        reference_of=reference_of,
        row_key=row_key,
        way_key=way_key,
        last_day=last_day,
        endpoint=lambda: request.endpoint or "",
    )
    environment.filters.update(day=lambda on: day(on, language()), moment=lambda at: moment(at, language()))
    return environment


def page(template: str, status: int = 200, /, **values: Any) -> Response:
    """The answer for a template of `templates/web/`."""
    body = site().environment.get_template(f"web/{template}").render(**values)
    response = Response(body, status=status, mimetype="text/html")
    response.headers["Content-Language"] = language()
    cookies.put_start(response)
    return response


@cache
def styles_version() -> str:
    """Changes with the style sheet, which may therefore be kept by browsers for ever."""
    return hashlib.sha256(_STYLES.read_bytes()).hexdigest()[:12]


def _other_language() -> dict[str, str]:
    other = other_than(language())
    twin = f"/{other}{request.path[3:]}"
    address = twin if is_page(twin) else f"/{other}/"
    return {"language": other, "name": OWN_NAMES[other], "address": address}


def _gettext(text: str) -> str:
    return translate(language())(text)


def _no_counts(one: str, many: str, count: int) -> str:
    # Welsh has six forms for counts: our texts put the number after a colon instead.
    raise NotImplementedError(f"counts inside sentences are not used: {one!r}, {many!r}, {count}")
