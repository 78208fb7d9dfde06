"""Codes in words, English and marked for translation; a template says them in the language of the page."""

from __future__ import annotations

from typing import Final

from consent.model import EventKind, Status
from hub.asking.model import ObjectionAnswer, RequestAnswer
from hub.directory.model import TieKind
from hub.notices.model import NoticeKind
from hub.protocols.model import State
from hub.web.language import mark
from policies.model import Basis, EraseBy

TIES: Final[dict[str, str]] = {
    TieKind.SELF: mark("This is you"),
    TieKind.MOTHER: mark("You are their mother"),
    TieKind.FATHER: mark("You are their father"),
    TieKind.PARENT_WITH_RESPONSIBILITY: mark("You have parental responsibility for them"),
    TieKind.CARER: mark("You are their carer"),
    TieKind.CASE_FRIEND: mark("You are their case friend"),
    TieKind.DEPUTY: mark("You are their deputy"),
    TieKind.ATTORNEY: mark("You are their attorney"),
    TieKind.LOCAL_AUTHORITY: mark("You act for the local authority that looks after them"),
}
"""What a person is to a learner. Whoever is in none of these is a worker, and sees notices only."""

BASES: Final[dict[str, str]] = {
    Basis.CONSENT: mark("Your choice"),
    Basis.LEGAL_OBLIGATION: mark("A legal duty: you are told"),
    Basis.PUBLIC_TASK: mark("A public task: you may object"),
    Basis.OVERRIDE_ONLY: mark("Only in an emergency"),
}

BASIS_EXPLANATIONS: Final[dict[str, str]] = {
    Basis.CONSENT: mark(
        "They see it only while you agree, and while nobody else who may decide says no. You can stop at any time."
    ),
    Basis.LEGAL_OBLIGATION: mark(
        "The law says that this must be shared. You are told of it, and it cannot be stopped."
    ),
    Basis.PUBLIC_TASK: mark(
        "The law lets them share this to do their work. You may object: it is closed at once, and whoever holds the"
        " records must look at your reasons and answer you."
    ),
    Basis.OVERRIDE_ONLY: mark("It stays closed unless somebody may come to harm. Each opening is recorded."),
}

PROTOCOL_STATES: Final[dict[str, str]] = {
    State.PROPOSED: mark("Proposed: not signed by everybody yet"),
    State.AGREED: mark("Agreed: signed by everybody, not in force yet"),
    State.IN_FORCE: mark("In force"),
    State.SUSPENDED: mark("Suspended"),
    State.SUPERSEDED: mark("Superseded by a newer version"),
    State.LAPSED: mark("Lapsed: its review date has come"),
}

NOT_PASSED_ON: Final = mark("They do not pass it on.")

ERASED: Final[dict[str, str]] = {
    EraseBy.CONSENT_ENDS: mark("They erase it when the agreement to share it ends."),
    EraseBy.PURPOSE_ENDS: mark("They erase it when they no longer need it for this."),
    EraseBy.PLAN_ENDS: mark("They erase it when the plan ends."),
    EraseBy.RETENTION: mark("They keep it as long as their own records of this kind are kept."),
}
"""What a recipient takes on with what it is shown."""

NOTICES: Final[dict[str, str]] = {
    NoticeKind.RECORD_CHANGED: mark("A record was changed"),
    NoticeKind.RECORDS_BROUGHT: mark("New records were brought in"),
    NoticeKind.CONSENT_GRANTED: mark("Consent was granted"),
    NoticeKind.CONSENT_REFUSED: mark("Consent was refused"),
    NoticeKind.CONSENT_NARROWED: mark("Consent was narrowed"),
    NoticeKind.CONSENT_WITHDRAWN: mark("Consent was withdrawn"),
    NoticeKind.CONSENT_EXPIRED: mark("Consent has come to its end"),
    NoticeKind.ACCOUNTABLE_HANDED_OVER: mark("The accountable person has changed"),
    NoticeKind.SHARING_OBJECTED: mark("Somebody objected to sharing"),
    NoticeKind.TIE_CHANGED: mark("Who may act for the learner has changed"),
    NoticeKind.OBJECTION_ANSWERED: mark("Your objection was answered"),
    NoticeKind.OBJECTION_OVERDUE: mark("An objection was not answered in time"),
    NoticeKind.OBJECTION_WITHDRAWN: mark("An objection was taken back"),
    NoticeKind.ACCESS_REQUESTED: mark("A service asks to see more"),
    NoticeKind.REQUEST_ANSWERED: mark("Something that you asked for was answered"),
    NoticeKind.PROTOCOL_REVIEW_SOON: mark("A protocol comes to its review date"),
    NoticeKind.RECORDS_SHARED: mark("A service looked at records, under a rule that says you are told"),
    NoticeKind.BAR_SET: mark("A bar on sharing was set"),
    NoticeKind.BAR_LIFTED: mark("A bar on sharing was lifted"),
    NoticeKind.BAR_REVIEW_DUE: mark("A bar on sharing must be looked at again"),
    NoticeKind.OVERRIDE_MADE: mark("A safeguarding override was made"),
    NoticeKind.OVERRIDE_ACT_INSTEAD: mark(
        "A safeguarding override was made, and you act in place of the accountable person"
    ),
    NoticeKind.OVERRIDE_CONFIRMED: mark("A second person confirmed a safeguarding override"),
    NoticeKind.OVERRIDE_ENDED: mark("A safeguarding override has ended"),
    NoticeKind.OVERRIDE_REVIEW_DUE: mark("A safeguarding override must be reviewed"),
    NoticeKind.OVERRIDE_REVIEW_OVERDUE: mark("The review of a safeguarding override is overdue"),
}

STATUSES: Final[dict[str, str]] = {
    Status.ACTIVE: mark("You agreed to share"),
    Status.PENDING: mark("You agreed to share from a later day"),
    Status.REFUSED: mark("You said no"),
    Status.WITHDRAWN: mark("You stopped sharing"),
    Status.EXPIRED: mark("Your agreement has come to its end"),
    Status.NONE: mark("No answer that counts"),
}
"""Where an answer stands now."""

STANDING_CONSENT: Final = frozenset({Status.ACTIVE.value, Status.PENDING.value})
"""Statuses that can be stopped."""

DECISIONS: Final[dict[str, str]] = {
    EventKind.GRANTED: mark("You agreed to share"),
    EventKind.REFUSED: mark("You said no"),
    EventKind.NARROWED: mark("You agreed to share less"),
    EventKind.WITHDRAWN: mark("You stopped sharing"),
    EventKind.EXPIRED: mark("Your agreement has come to its end"),
}
"""What somebody decided about sharing."""

RECEIPTS: Final[dict[str, str]] = {
    **DECISIONS,
    "objected": mark("You objected"),
    "objection_withdrawn": mark("You took your objection back"),
}
"""What a receipt is about."""

OBJECTIONS: Final[dict[str, str]] = {
    "open": mark("Waits for an answer: it stays closed until then"),
    ObjectionAnswer.UPHELD: mark("They agree with you: it stays closed"),
    ObjectionAnswer.REJECTED: mark("They do not agree: it is shared again"),
    "withdrawn": mark("You took your objection back"),
}
"""Where an objection stands."""

COUNTING: Final = frozenset({"open", ObjectionAnswer.UPHELD.value})
"""Objections that keep something closed, and can be taken back."""

REQUEST_ANSWERS: Final[dict[str, str]] = {
    RequestAnswer.AGREED: mark("Yes: we agree"),
    RequestAnswer.PARTLY: mark("In part"),
    RequestAnswer.DECLINED: mark("No"),
}
"""What a holder can answer to a request."""

OBJECTION_ANSWERS: Final[dict[str, str]] = {
    ObjectionAnswer.UPHELD: mark("We agree with the objection: it stays closed"),
    ObjectionAnswer.REJECTED: mark("We have compelling legitimate grounds: it is shared again"),
}
"""What a holder can answer to an objection."""
