"""JSON for agency systems: every route parses, calls one use case, and answers. No rule and no SQL."""

from __future__ import annotations

from hub.api.register import make_app, register
from hub.api.use_cases import ApiUseCases

__all__ = ["ApiUseCases", "make_app", "register"]
