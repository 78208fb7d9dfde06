"""Which pages are open to whom. A route without a rule is answered to nobody: forgetting one fails closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app

from hub.web.model import Access

_View = TypeVar("_View", bound=Callable[..., Any])
_RULE = "dolen_access"


def open_to(access: Access) -> Callable[[_View], _View]:
    """Say who may open the page that this function answers."""

    def with_rule(view: _View) -> _View:
        setattr(view, _RULE, access)
        return view

    return with_rule


def rule_of(endpoint: str) -> Access | None:
    """The rule of a route; None when its author forgot to say."""
    rule = getattr(current_app.view_functions.get(endpoint), _RULE, None)
    return rule if isinstance(rule, Access) else None
