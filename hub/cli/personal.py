"""Personal values come from a file or standard input, never as arguments: everybody on a machine sees those."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO

import click

from hub.cli.faults import Unusable
from hub.oauth import strict_json

MAX_BYTES = 64 * 1024
_LONGEST = 2_000

Text = Mapping[str, str]

FROM = click.option(
    "--from",
    "source",
    type=click.File("rb"),
    default="-",
    show_default="standard input",
    help="JSON file with what is personal; it never goes on the command line.",
)
"""The option that every command has which takes personal values."""


def read_json(source: IO[bytes], *, max_bytes: int = MAX_BYTES) -> strict_json.Value:
    """The JSON of a file that was given; raises Unusable without quoting it."""
    try:
        return strict_json.parse(source.read(max_bytes + 1), max_bytes=max_bytes, max_depth=8)
    except (strict_json.NotStrictJson, OSError) as problem:
        why = problem.reason if isinstance(problem, strict_json.NotStrictJson) else "it cannot be read"
        raise Unusable(
            f"what was given is no JSON that can be taken: {why}",
            kept="nothing was changed",
            todo="see --help for its form",
        ) from None


def read_members(
    source: IO[bytes], *, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> dict[str, strict_json.Value]:
    """The members of one JSON object, all known and none missing; raises Unusable, which names members, not values."""
    value = read_json(source)
    if not isinstance(value, Mapping):
        raise _odd("it must be one JSON object", required, optional)
    if missing := [name for name in required if name not in value]:
        raise _odd(f"it lacks {', '.join(missing)}", required, optional)
    if not set(value) <= {*required, *optional}:
        raise _odd("it has a member that is not known", required, optional)
    return dict(value)


def text_of(members: Mapping[str, strict_json.Value], name: str) -> str | None:
    """A text member without the white space around it; None where it is not there or null. Raises Unusable."""
    value = members.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise Unusable(
            f"member {name} must be a text of 1 to {_LONGEST} characters",
            kept="nothing was changed",
            todo="mend the input",
        )
    return value.strip()


def _odd(why: str, required: tuple[str, ...], optional: tuple[str, ...]) -> Unusable:
    may = f"; it may have {', '.join(optional)}" if optional else ""
    return Unusable(why, kept="nothing was changed", todo=f"give an object with {', '.join(required)}{may}")
