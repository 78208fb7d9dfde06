"""Why a consent event is refused. Messages carry ids and reasons, never what a person wrote."""

from __future__ import annotations

from uuid import UUID


class ConsentError(Exception):
    """Base of all refusals of this leaf's consents."""


class AnswerRefused(ConsentError):
    """An answer that makes no sense as it stands; nothing was written."""

    def __init__(self, consent_id: UUID, reason: str) -> None:
        super().__init__(f"consent {consent_id}: {reason}")
        self.consent_id = consent_id
        self.reason = reason


class EndsBeforeStart(AnswerRefused):
    """`valid_until` is not after `valid_from`, or has passed already."""


class NoFields(AnswerRefused):
    """A grant, refusal or narrowing that names no field, or one twice."""


class UnexpectedFields(AnswerRefused):
    """A withdrawal or expiry names fields, which would look like a partial one."""


class WidensConsent(AnswerRefused):
    """A narrowing that adds a field or more time than there was."""


class NothingToChange(AnswerRefused):
    """There is no granted consent to narrow, withdraw or let expire."""


class NobodyDecided(AnswerRefused):
    """A decision without the person who took it or their standing."""


class UnknownConsent(ConsentError):
    """No consent has this id."""

    def __init__(self, consent_id: UUID) -> None:
        super().__init__(f"no consent {consent_id}")
        self.consent_id = consent_id


class HistoryUnreadable(ConsentError):
    """Events are missing, doubled or of an unknown kind: nothing can be concluded, so nothing is allowed."""

    def __init__(self, consent_id: UUID) -> None:
        super().__init__(f"consent {consent_id}: its events are not 1..n of known kinds")
        self.consent_id = consent_id
