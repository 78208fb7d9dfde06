"""Identifiers as callers write them, checked and normalised by the connectors' own rules."""

from __future__ import annotations

from connectors import identifiers
from connectors.base import Identifier

LOOKED_UP = ("nhs_number", "upn", "uln")
"""Kinds that a lookup takes. A local number is known with its system only, so it is looked up as `local:<system>`."""

_LOCAL = "local:"


class UnknownIdentifierKind(Exception):
    """A lookup names a kind of identifier that there is not."""


def identified(kind: str, value: str) -> Identifier:
    """The identifier of this kind; raises UnknownIdentifierKind. Wrong check digits make it invalid, not an error."""
    if kind == "nhs_number":
        return identifiers.nhs_number(value)
    if kind == "upn":
        return identifiers.upn(value)
    if kind == "uln":
        return identifiers.uln(value)
    if kind.startswith(_LOCAL) and len(kind) > len(_LOCAL):
        return identifiers.local(kind.removeprefix(_LOCAL), value)
    raise UnknownIdentifierKind
