"""FHIR R4 (4.0.1): files, folders, NDJSON and servers. What is carried and how: docs/connecting.md."""
