"""Why a page is not shown. Each becomes a page in the reader's language that says what was kept and what to do."""

from __future__ import annotations


class PageRefused(Exception):
    """A page is answered with an error page of this status."""

    status = 400


class NotHere(PageRefused):
    """There is no such page, or it is not this person's: both look alike."""

    status = 404


class TimedOut(PageRefused):
    """The session ended, or the form's token does not belong to it. `kept` says whether answers wait for a sign-in."""

    status = 403

    def __init__(self, *, kept: bool = False) -> None:
        super().__init__("the page timed out")
        self.kept = kept


class TooMany(PageRefused):
    """Too many tries in a while; `retry_after` is in seconds."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many tries")
        self.retry_after = retry_after


class Changed(PageRefused):
    """What was shown is not what would be decided on any more: it must be looked at again."""

    status = 409
