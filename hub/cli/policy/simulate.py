"""`dolen policy simulate`: a draft tried on the recorded disclosures and on today's learners, in counts alone."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import cast

import click

from hub.cli.faults import Unusable
from hub.cli.printing import say, say_json, say_table
from hub.cli.progress import progress_on
from hub.cli.running import load_settings, running_hub
from hub.sealing.model import Json
from hub.steering.simulate import simulate as try_out
from policies.protocols import load_protocol

_PERIOD = re.compile(r"([1-9][0-9]{0,3})d")
_HEAD = ("recipient", "purpose", "holder", "field", "would be allowed", "would be denied", "other basis")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", default="90d", help="How far back disclosures are tried, in days, as 90d (the default).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def simulate(file: Path, since: str, as_json: bool) -> None:
    """Say what would change if the draft in FILE were in force in place of the version of its id.

    The draft need not be signed. Nothing is opened, recorded or put in force, and nobody is named: a count of fewer
    than 5 learners is not told, nor one from which it would follow, and the others are rounded to 5. Disclosures are
    tried with the consents of their own instant, and with everything else as it is now.

    \b
    Example:
      dolen policy simulate drafts/three-partners-2.yaml --since 30d
    """
    period = _PERIOD.fullmatch(since)
    if period is None:
        raise Unusable("--since is no number of days", todo="write it like 90d")
    with running_hub(load_settings()) as hub, progress_on(sys.stderr) as show:
        draft = load_protocol(file, hub.catalogue)
        found = try_out(hub.sharing, draft, since=timedelta(days=int(period[1])), show=show).as_json()
    if as_json:
        say_json(found)
    else:
        _say(found)


def _say(found: Mapping[str, Json]) -> None:
    replaces = found["replaces"] or "no version that is in force"
    say(f"{found['draft']} in place of {replaces}, at {found['at']}")
    for name, title in (("today", "Today's learners"), ("recorded_disclosures", f"Disclosures since {found['since']}")):
        part = cast("Mapping[str, Json]", found[name])
        fields = cast("Sequence[Mapping[str, Json]]", part["fields"])
        say(f"\n{title}: {_touched(part['learners_touched_at_least'], bool(fields))}")
        if fields:
            say_table(_HEAD, [list(one.values()) for one in fields])
    say(f"\nTaken as of then: {found['taken_as_of_then']}.\nTaken as of now: {found['taken_as_of_now']}.")


def _touched(at_least: Json, is_any: bool) -> str:
    if not is_any:
        return "nothing would change"
    return "how many learners are touched is not shown" if at_least is None else f"at least {at_least} learners touched"
