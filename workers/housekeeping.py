"""Letting go of what nobody needs: tokens and assertions that have lapsed, sessions, codes, journeys and counts."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from hub.oauth.forget_old import forget_old as forget_old_tokens
from hub.web.sessions import forget_old as forget_old_sessions

PAUSE_SECONDS = 600.0


def tidy(engine: Engine) -> int:
    """Delete what has lapsed. Answers 0: there is never so much of it that it cannot wait for the next round."""
    at = datetime.now(UTC)
    forget_old_tokens(engine, at=at)
    forget_old_sessions(engine, at=at)
    return 0
