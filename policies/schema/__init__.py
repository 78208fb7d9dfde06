"""The JSON Schemas that are published, so that editors complete and check protocol files while they are written.

They are files that a person can read. Tests hold them to the parser, key by key and choice by choice.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

PROTOCOL = "dolen-protocol-v1"


@cache
def schema(name: str = PROTOCOL) -> bytes:
    """The schema of that format, JSON in UTF-8 (draft 2020-12).

    Raises:
        FileNotFoundError: if no schema has that name.
    """
    return files("policies.schema").joinpath(f"{name}.json").read_bytes()
