"""What can stand in the way of telling somebody. None of these carries an address or a text from outside."""

from __future__ import annotations

from uuid import UUID


class MailUnavailable(Exception):
    """The mail could not be handed over now; it may be later. `code` says why, for the row.

    `is_outage`: it is the channel, not this mail, so trying the next one at once is no use.
    """

    def __init__(self, code: str, *, is_outage: bool = True) -> None:
        super().__init__(code)
        self.code = code
        self.is_outage = is_outage


class MailRefused(Exception):
    """The mail will never be accepted for this address; somebody must correct it."""

    code = "mail-refused"


class NobodyToTell(Exception):
    """The role has nobody active in it just now; somebody must name one."""

    code = "nobody-to-tell"

    def __init__(self, notice_id: UUID) -> None:
        super().__init__(f"nobody to tell of notice {notice_id}")
        self.notice_id = notice_id


class MayNotKnow(Exception):
    """The person that the notice was for may not know of it any more."""

    code = "may-not-know"

    def __init__(self, notice_id: UUID) -> None:
        super().__init__(f"the person of notice {notice_id} may not know any more")
        self.notice_id = notice_id


class NotYours(Exception):
    """No such notice for this person: it is not there, was never theirs, or they may not know any more. All alike."""

    def __init__(self, notice_id: UUID) -> None:
        super().__init__(f"no notice {notice_id} for this person")
        self.notice_id = notice_id


class LeaseLost(Exception):
    """Another worker has taken this notice since; what this one was about to write must not be written."""

    def __init__(self, notice_id: UUID) -> None:
        super().__init__(f"lease of notice {notice_id} was lost")
        self.notice_id = notice_id


class NotDead(Exception):
    """Only a notice that was given up can be tried again by hand."""

    def __init__(self, notice_id: UUID) -> None:
        super().__init__(f"notice {notice_id} was not given up")
        self.notice_id = notice_id
