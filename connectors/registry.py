"""The kinds of source that there are."""

from __future__ import annotations

from connectors.base import Connector
from connectors.fhir_r4.connector import FhirR4
from connectors.school_census.connector import SchoolCensus
from connectors.ssda903.connector import Ssda903

_CONNECTORS: dict[str, Connector] = {connector.kind: connector for connector in (FhirR4(), SchoolCensus(), Ssda903())}

KINDS = tuple(sorted(_CONNECTORS))
"""Names of all kinds, as `dolen sync KIND` takes them."""


class UnknownKind(LookupError):
    """There is no connector of that kind."""

    def __init__(self, kind: str) -> None:
        """`kind` is what was asked for."""
        super().__init__(f"no connector of kind `{kind[:40]}`; there are {', '.join(KINDS)}")
        self.kind = kind


def connector(kind: str) -> Connector:
    """The connector of that kind.

    Raises:
        UnknownKind: there is none.
    """
    found = _CONNECTORS.get(kind)
    if found is None:
        raise UnknownKind(kind)
    return found
