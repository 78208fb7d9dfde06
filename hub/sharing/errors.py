"""What `disclose` may answer instead of records. No error carries a value, a name or an identifier."""

from __future__ import annotations


class NotKnownHere(Exception):
    """This agency has no such learner: nobody has, or it is not theirs. Both answer alike."""


class QueryRefused(Exception):
    """The question itself cannot be answered: an unknown field, a page size out of bounds."""

    def __init__(self, code: str) -> None:
        """`code` is one of `unknown_field`, `page_size`, `too_many_fields`, `too_many_to_choose`, `after`, `field`."""
        super().__init__(code)
        self.code = code


class FieldRefused(QueryRefused):
    """Records were to be chosen or ordered by a field that this reader may not see, or that is not there: all alike."""

    def __init__(self) -> None:
        super().__init__("field")


class PurposeMissing(Exception):
    """The token names no purpose or role, and nothing is decided without them."""


class NotRecorded(Exception):
    """The ledger's outbox could not be written, so nothing was released."""


class FactsMoved(Exception):
    """What the decision rests on changed while it was taken; the question is asked anew."""


class ProtocolsMoved(FactsMoved):
    """Other protocols are in force than those that this process has loaded; it loads them, and asks anew."""
