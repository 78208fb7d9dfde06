"""Values of `kind` in the hidden body of a leaf. One may be added; none is renamed or reused."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What happened; it stands inside the commitment, never beside it."""

    CONSENT_GRANTED = "consent.granted"
    CONSENT_REFUSED = "consent.refused"
    CONSENT_NARROWED = "consent.narrowed"
    CONSENT_WITHDRAWN = "consent.withdrawn"
    CONSENT_EXPIRED = "consent.expired"
    DISCLOSURE_MADE = "disclosure.made"
    DISCLOSURE_REFUSED = "disclosure.refused"
    RECORD_STORED = "record.stored"
    RECORD_REMOVED = "record.removed"
    LEARNER_LINKED = "learner.linked"
    LEARNER_UNLINKED = "learner.unlinked"
    TIE_MADE = "tie.made"
    TIE_CHANGED = "tie.changed"
    TIE_ENDED = "tie.ended"
    ACCOUNTABLE_CHANGED = "accountable.changed"
    NOTICE_TOLD = "notice.told"
    NOTICE_OPENED = "notice.opened"
    NOTICE_ACKNOWLEDGED = "notice.acknowledged"
    BAR_SET = "bar.set"
    BAR_LIFTED = "bar.lifted"
    OVERRIDE_MADE = "override.made"
    OVERRIDE_ENDED = "override.ended"
    OBJECTION_MADE = "objection.made"
    OBJECTION_ANSWERED = "objection.answered"
    OBJECTION_WITHDRAWN = "objection.withdrawn"
    REQUEST_MADE = "request.made"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_WITHDRAWN = "request.withdrawn"
    LEVEL_SET = "level.set"
    PROTOCOL_STEPPED = "protocol.stepped"
    ACCESS_VIEWED = "access.viewed"
    KEY_DESTROYED = "key.destroyed"
    RESTORE_PERFORMED = "restore.performed"
