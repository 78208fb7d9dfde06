"""Why a decision was not taken. Nothing is half done: where one of these is raised, no event was written."""

from __future__ import annotations


class NotStanding(Exception):
    """This person may not decide for this learner now: no tie that gives standing, or no such learner. Alike."""


class OfferChanged(Exception):
    """What was shown is no longer what the protocol offers; the family must see it again before deciding."""


class NotYourConsent(Exception):
    """No such consent of this person."""


class UntilRefused(Exception):
    """The end date is missing, past, or further away than a consent may last."""


class ReceiptNotReady(Exception):
    """The event is recorded and binding; its place in the ledger is not signed yet. Ask again in a moment."""


class NoSuchReceipt(Exception):
    """No such event in this person's stream."""
