"""`dolen policy records`: register of processing, data flows and privacy notices, made from what decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from hub.cli.faults import Refused, Unusable
from hub.cli.policy.sources import protocols_in_force
from hub.cli.printing import say, say_json
from hub.steering.records import as_json as told
from hub.steering.records import files_of, listed
from policies.documents.lines import partners_of
from policies.load_catalogue import load_catalogue
from policies.model import Protocol
from policies.protocols import load_protocol


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder to write to; made if need be.")
@click.option("--partner", metavar="AGENCY", help="Only what concerns this partner.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object: the names and sizes of the files, and the register."
)
def records(files: Sequence[Path], out: Path | None, partner: str | None, as_json: bool) -> None:
    """Write the Article 30 register (CSV, HTML), the data flows (CSV, HTML, Markdown) and a privacy notice per partner.

    They are made from the protocols in force in this hub, or from FILES where some are named. Notices are in both
    languages, for adults and for children. Without --out: says what would be written.

    \b
    Example:
      dolen policy records --out records/
      dolen policy records drafts/aln.yaml --out drafts/records --partner afon-health
    """
    protocols = _protocols(files)
    if partner is not None and partner not in {one.agency for one in partners_of(protocols)}:
        raise Unusable("no protocol among these names that partner", todo="`dolen agency list` shows the partners")
    made = files_of(protocols, load_catalogue(), partner=partner)
    if out is not None:
        _write(out, made)
    files_made = listed(made, folder=out)
    if as_json:
        say_json(told(protocols, load_catalogue(), files_made, partner=partner, written=out is not None))
        return
    say("made from " + ", ".join(str(one.ref) for one in protocols))
    for line in files_made:
        say(f"  {line['file']}")
    if out is None:
        say("Nothing was written: name a folder with --out.", err=True)


def _protocols(files: Sequence[Path]) -> tuple[Protocol, ...]:
    if files:
        catalogue = load_catalogue()
        return tuple(sorted((load_protocol(path, catalogue) for path in files), key=lambda one: one.ref))
    found = protocols_in_force()
    if not found:
        raise Refused("no protocol is in force here", kept="nothing was written", todo="name protocol files instead")
    return found


def _write(folder: Path, made: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            (folder / name).write_bytes(content)
    except OSError:
        raise Unusable(
            f"{folder}: can't be written", kept="files that were written before stay", todo="name another folder"
        ) from None
