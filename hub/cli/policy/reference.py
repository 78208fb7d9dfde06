"""What commands about protocols take: a version by name."""

from __future__ import annotations

import re
from typing import Any

import click

from policies.model import ProtocolRef

REFERENCE = re.compile(r"([a-z][a-z0-9-]{1,39})/([1-9][0-9]{0,6})", re.ASCII)

SIGNATURES = ".sig.json"


class Reference(click.ParamType[ProtocolRef]):
    """A protocol version as `id/version`."""

    name = "ref"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ProtocolRef:
        """See click."""
        found = REFERENCE.fullmatch(str(value))
        if found is None:
            self.fail("name a protocol version as ID/VERSION, for example dyffryn-afon-aln/1", param, ctx)
        return ProtocolRef(found[1], int(found[2]))


REF = click.argument("ref", type=Reference(), metavar="ID/VERSION")
