"""Which addresses are pages that can be opened."""

from __future__ import annotations

import re

from flask import current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

_OURS = re.compile(r"/(?:en|cy)/[a-z0-9/-]{0,200}")


def is_page(path: str) -> bool:
    """True for a path of this site that a browser can open: ours, known, and answered to a GET.

    Nothing with a host, a query or an escape passes, so it can be used to check where a form wants to go on to.
    """
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not _OURS.fullmatch(path):
        return False
    try:
        endpoint, _ = adapter.match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return str(endpoint).startswith("web.")
