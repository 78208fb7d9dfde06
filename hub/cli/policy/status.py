"""`dolen policy status`: every registered version, who signed it, and whether it decides now."""

from __future__ import annotations

import click

from hub.cli.printing import moment, say, say_json
from hub.cli.running import load_settings, running_hub
from hub.steering.status import VersionStatus


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """Say which protocol versions there are, where each stands, who signed it, and what happened to it.

    \b
    Example:
      dolen policy status
    """
    with running_hub(load_settings()) as hub:
        found = hub.protocols.status()
    if as_json:
        say_json({"protocols": [_listed(one) for one in found]})
        return
    for one in found:
        _say(one)
    if not found:
        say("No protocol is registered: nothing is permitted. `dolen policy propose FILE` takes one in.")


def _listed(one: VersionStatus) -> dict[str, object]:
    return {
        "protocol": str(one.ref),
        "state": one.state.value,
        "permits": one.is_permitting,
        "since": moment(one.since),
        "digest": one.digest.hex(),
        "title": one.title.en,
        "in_force_from": one.in_force_from.isoformat(),
        "review_on": one.review_on.isoformat(),
        "partners": list(one.partners),
        "signed": [
            {
                "agency": each.agency_id,
                "key_id": each.key_id,
                "office": each.office.en,
                "signed_on": each.signed_on.isoformat(),
                "received_at": moment(each.received_at),
            }
            for each in one.signed
        ],
        "unsigned": list(one.unsigned),
        "steps": [
            {"step": each.number, "state": each.state.value, "at": moment(each.at), "signed_by": each.agency_id}
            for each in one.steps
        ],
    }


def _say(one: VersionStatus) -> None:
    permits = "permits now" if one.is_permitting else "permits nothing now"
    say(f"{one.ref}: {one.state.value.replace('_', ' ')} since {moment(one.since)}; {permits}")
    say(f"  {one.title.en}")
    say(f"  from {one.in_force_from}, to be reviewed on {one.review_on}; digest {one.digest.hex()}")
    for each in one.signed:
        mark = " (DOES NOT VERIFY)" if each.agency_id in one.unsigned else ""
        say(f"  signed by {each.agency_id} on {each.signed_on}, key {each.key_id}: {each.office.en}{mark}")
    missing = [agency for agency in one.unsigned if agency not in {each.agency_id for each in one.signed}]
    if missing:
        say(f"  not signed by {', '.join(missing)}")
