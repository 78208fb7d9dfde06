"""What this room refuses. Codes and ids only: no error says whether a bar, an override or a value exists."""

from __future__ import annotations


class SafeguardingError(Exception):
    """Whatever this room raises."""


class NotForYou(SafeguardingError):
    """There is no such learner, bar or override, or it is not this person's to see or do: both alike."""

    def __init__(self) -> None:
        super().__init__("there is no such thing, or it is not for this person")


class Refused(SafeguardingError):
    """It cannot be done like this; `code` names the part that does not fit, never what stood there."""

    def __init__(self, code: str) -> None:
        super().__init__(f"refused: {code}")
        self.code = code


class BarRefused(Refused):
    """A bar cannot be set, reviewed or lifted like this: `fields`, `review_on`, `recipient`, `evidence`, `reasons`."""


class OverrideRefused(Refused):
    """An override cannot be made, ended or reviewed like this.

    `role`, `fields`, `words`, `hours`, `keeps_from`, `sight`, `unconfirmed_before` (one for such a field waits for its
    second person, or found none within the last day) or `nobody_to_tell`: the acting agency has no safeguarding lead,
    or nobody who may know is left to be told.
    """


class NotOpen(SafeguardingError):
    """The override or the bar is not in the state that this needs any more: confirmed, ended, reviewed, lifted."""

    def __init__(self) -> None:
        super().__init__("it is not as it was: confirmed, ended, reviewed or lifted meanwhile")


class TooManyOverrides(SafeguardingError):
    """This person, or this agency, has made as many overrides in the last day as may be made."""

    def __init__(self) -> None:
        super().__init__("as many overrides as may be made in a day were made")
