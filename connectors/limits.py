"""Bounds on what a source may hold. Past a bound it is refused with a reason; nothing is cut short."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a source is read. The defaults take the largest real export seen ten times over.

    Every figure is per source unless its name says otherwise. Bytes are counted after unpacking.
    """

    file_bytes: int = 256 * 1024 * 1024
    """One file, one archive member or one answer of a server."""
    line_bytes: int = 16 * 1024 * 1024
    """One line of NDJSON, which is one resource."""
    total_bytes: int = 8 * 1024 * 1024 * 1024
    """All files of a folder, all members of an archive, all pages of a server."""
    files: int = 20_000
    """Files of a folder or members of an archive."""
    folder_depth: int = 16
    """Folders inside folders."""
    units: int = 5_000_000
    """Resources or rows."""
    nesting: int = 64
    """Objects and lists in one another (JSON), elements in one another (XML)."""
    unit_nesting: int = 31
    """The same inside one resource; a field of the catalogue holds no deeper document (32 with itself)."""
    document_bytes: int = 1_900_000
    """One resource as a field value; a larger one is kept by its fields only, and flagged."""
    text_chars: int = 4 * 1024 * 1024
    """One string value of a resource, base64 attachments included."""
    cell_chars: int = 32_768
    """One cell of a table; a spreadsheet holds no more (32,767)."""
    row_cells: int = 1_024
    """Cells in one row."""
    original_bytes: int = 1024 * 1024
    """Original of a rejected unit that is handed on for the quarantine; a larger one stays at its source."""
    json_bytes: int = 64 * 1024 * 1024
    """One JSON document, which is parsed whole; larger exports come as NDJSON."""
    xml_elements: int = 1_000_000
    """Elements of one XML document."""
    xml_bytes: int = 32 * 1024 * 1024
    """One XML document, whose tree takes some ten times its size in memory."""
    archive_ratio: int = 200
    """Unpacked bytes per packed byte of one archive member."""
    bundle_depth: int = 4
    """Bundles inside bundles."""
    pages: int = 20_000
    """Answers that a server may give to one search."""
    answer_seconds: float = 60.0
    """From asking a server to the last byte of its answer."""
    source_seconds: float = 6 * 3600.0
    """A whole server."""


DEFAULT_LIMITS = Limits()
