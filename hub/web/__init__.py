"""Pages for families and accountable people, in Welsh and English. `register` puts them into an application."""

from hub.web.register import register
from hub.web.sending import Background
from hub.web.sessions import forget_old

__all__ = ["Background", "forget_old", "register"]
