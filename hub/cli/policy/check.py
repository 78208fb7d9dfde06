"""`dolen policy check`: everything that is wrong with protocol files, each with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click

from hub.cli.policy.days import DAY, day_or_today
from hub.cli.policy.signed import in_words, read_signatures
from hub.cli.policy.versions import protocols_at
from hub.cli.printing import say, say_json
from hub.cli.running import load_settings
from hub.steering.checked import Checked, looked_over, unreadable
from policies.errors import PolicyFilesRefused
from policies.load_catalogue import load_catalogue
from policies.properties import FILE_NAME, load_properties


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--on", type=DAY, help="The day as of which to check, YYYY-MM-DD; otherwise today.")
@click.option("--draft", is_flag=True, help="Nobody has signed yet: don't look for signatures.")
@click.option(
    "--signatures",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of the partners' signature files; otherwise they lie beside the protocols.",
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="AGENCY=FILE",
    help="A partner's public key, to verify its signatures with; may be given for each.",
)
@click.option(
    "--properties",
    "properties_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=f"What must hold of every draft; otherwise {FILE_NAME} beside the protocols, if it is there.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(
    folder: Path | None,
    on: datetime | None,
    draft: bool,
    signatures: Path | None,
    keys: Sequence[str],
    properties_file: Path | None,
    as_json: bool,
) -> None:
    """Read every protocol file of FOLDER (or one file), and say everything that is to mend, each with file and line.

    Without FOLDER: the drafts of this hub. Nothing is put in force by this.

    \b
    Example:
      dolen policy check drafts/ --draft
      dolen policy check aln.yaml --on 2027-04-01 --properties properties.yaml
    """
    place = folder or load_settings().protocol_folder
    home = place if place.is_dir() else place.parent
    standing = properties_file or _beside(home)
    signed_in = None if draft else signatures or home
    found = _checked(place, on=day_or_today(on), standing=standing, signed_in=signed_in, keys=keys)
    if as_json:
        say_json(found.as_json())
    else:
        _say(found)
    raise click.exceptions.Exit(1 if found.problems else 0)


def _beside(home: Path) -> Path | None:
    path = home / FILE_NAME
    return path if path.is_file() else None


def _checked(place: Path, *, on: date, standing: Path | None, signed_in: Path | None, keys: Sequence[str]) -> Checked:
    try:
        catalogue = load_catalogue()
        protocols = protocols_at(place, catalogue)
        properties = () if standing is None else load_properties(standing, catalogue)
    except PolicyFilesRefused as refused:
        return unreadable(refused)
    signatures = None if signed_in is None else read_signatures(signed_in, protocols, catalogue, keys=keys)
    return looked_over(protocols, properties, catalogue, on=on, signatures=signatures)


def _say(found: Checked) -> None:
    for protocol in found.protocols:
        say(
            f"{protocol.ref}: {protocol.title.en}\n"
            f"  {len(protocol.rules)} rules between {', '.join(sorted(protocol.partners))}\n"
            f"  in force from {protocol.in_force_from}, to be reviewed on {protocol.review_on}"
        )
        if found.signatures is not None and found.signatures.signed[protocol.ref]:
            say(f"  signed by {in_words(found.signatures, protocol.ref)}")
    if found.properties:
        say(f"Standing properties, proved over every request and all facts: {len(found.properties)}")
    for one in found.findings:
        say(f"{one.place}: {'' if one.fails else 'notice: '}{one.problem}\n  to do: {one.remedy}")
    count = len(found.problems)
    say(f"{count} problem(s): mend them before anybody signs." if count else "All is well.")
