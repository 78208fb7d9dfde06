"""The connector of kind `fhir-r4`."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.base import Source, Unit
from connectors.fhir_r4.server import read_server
from connectors.fhir_r4.stored import read_stored
from connectors.sources import ServerSource


class FhirR4:
    """Health assessments as FHIR R4 resources; one resource is one unit."""

    kind = "fhir-r4"

    def read(self, source: Source) -> Iterator[Unit]:
        """See `Connector.read`."""
        if isinstance(source, ServerSource):
            return read_server(source)
        return read_stored(source)
