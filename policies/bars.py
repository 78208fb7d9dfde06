"""Bars: what takes a field away whatever protocol and consent say, and which of them an override may ever pass."""

from __future__ import annotations

from enum import StrEnum

from policies.fields import Catalogue, Sensitivity


class BarKind(StrEnum):
    """Why nobody may be shown a field: each names its evidence and has a day on which it is looked at again.

    A legal hold is none of these: it stops destruction, not sight.
    """

    COURT_ORDER = "court_order"
    """An order that prohibits disclosure (Children Act 1989 section 8 or the court's own terms): fields as it names."""
    HIDDEN_LOCATION = "hidden_location"
    """Somebody must not find out where the child is: every field tagged `reveals_location`."""
    ADOPTION = "adoption"
    """Who the child was or became (Adoption and Children Act 2002 sections 56-65): every field tagged `adoption`."""
    THIRD_PARTY = "third_party"
    """Data about somebody else (UK GDPR Article 15(4)): fields that are third-party by sensitivity or tag."""


NEVER_PASSED = frozenset((BarKind.COURT_ORDER, BarKind.ADOPTION))
"""Kinds that no protocol may let an override pass: the parser refuses it, and the decision does not look."""


def covered(kind: BarKind, catalogue: Catalogue, *, named: int = 0) -> int:
    """The fields that a bar of this kind takes away: by its tag, and those that the bar itself names."""
    if kind is BarKind.HIDDEN_LOCATION:
        return catalogue.tagged("reveals_location") | named
    if kind is BarKind.ADOPTION:
        return catalogue.tagged("adoption") | named
    if kind is BarKind.THIRD_PARTY:
        return catalogue.of_sensitivity(Sensitivity.THIRD_PARTY) | catalogue.tagged("third_party") | named
    return named & catalogue.everything


def barrable(catalogue: Catalogue) -> int:
    """Fields that bars take away by their tag. A marker on one would tell, by its absence, that a bar exists."""
    kinds = (BarKind.HIDDEN_LOCATION, BarKind.ADOPTION, BarKind.THIRD_PARTY)
    mask = 0
    for kind in kinds:
        mask |= covered(kind, catalogue)
    return mask
