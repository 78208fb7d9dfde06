"""Why a request, an objection or an answer was not taken. Where one of these is raised, nothing was written."""

from __future__ import annotations


class AskingError(Exception):
    """Whatever this folder raises."""


class NotForYou(AskingError):
    """No such request, objection or learner for whoever asks: nobody has it, or it is somebody else's. Both alike."""


class WordsRefused(AskingError):
    """Words are missing, or longer than may be kept."""


class FieldsRefused(AskingError):
    """No field, too many, one that the catalogue does not have, or a holder that is none."""


class AllowedAlready(AskingError):
    """A field that is asked for may be read now: read it instead."""


class NothingToObjectTo(AskingError):
    """These fields are no public task with that partner: a duty has no objection, and a consent is withdrawn."""


class TooManyOpen(AskingError):
    """As many requests or objections are open as one asker may have about one learner."""


class AnsweredAlready(AskingError):
    """It was answered or withdrawn already; an answer is given once."""
