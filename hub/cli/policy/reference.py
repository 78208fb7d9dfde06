"""What commands about protocols take: a version by name, a reason by file."""

from __future__ import annotations

import re
from typing import IO, Any

import click

from hub.cli.faults import Unusable
from policies.model import ProtocolRef

REFERENCE = re.compile(r"([a-z][a-z0-9-]{1,39})/([1-9][0-9]{0,6})", re.ASCII)
_LONGEST = 4_000

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

BECAUSE = click.option(
    "--because-file",
    type=click.File("rb"),
    help="Text file with the reason, `-` for standard input; it is kept sealed.",
)


def reason_of(source: IO[bytes] | None) -> str:
    """The words of a reason; empty without one. Raises Unusable, which quotes nothing."""
    if source is None:
        return ""
    try:
        text = source.read(_LONGEST * 4 + 1).decode("utf-8").strip()
    except (UnicodeDecodeError, OSError):
        raise Unusable("the reason is no text in UTF-8", todo="write it to a plain text file") from None
    if len(text) > _LONGEST:
        raise Unusable(f"the reason is longer than {_LONGEST} characters", todo="shorten it")
    return text
