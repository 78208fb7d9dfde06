"""`dolen policy check`: everything that is wrong with protocol files, each with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import click

from hub.cli.policy.days import DAY, day_or_today
from hub.cli.policy.signed import SignedFiles, read_signatures
from hub.cli.policy.versions import protocols_at
from hub.cli.printing import say, say_json
from hub.cli.running import load_settings
from policies.breaches import finding_of, unknown_names
from policies.checking import check as look_over
from policies.errors import PolicyFilesRefused
from policies.findings import Check, Finding
from policies.load_catalogue import load_catalogue
from policies.model import Protocol
from policies.properties import FILE_NAME, Property, load_properties
from policies.proving import forbidden, prove


@dataclass(frozen=True, slots=True)
class Checked:
    """What was read, and everything that was found."""

    protocols: tuple[Protocol, ...]
    properties: tuple[Property, ...]
    signatures: SignedFiles | None
    findings: tuple[Finding, ...]

    @property
    def problems(self) -> tuple[Finding, ...]:
        """What makes the check fail."""
        return tuple(one for one in self.findings if one.fails)


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
        say_json(_as_json(found))
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
        faults = (Finding(one.file, one.line, Check.UNREADABLE, one.problem, one.remedy) for one in refused.errors)
        return Checked((), (), None, tuple(faults))
    signatures = None if signed_in is None else read_signatures(signed_in, protocols, catalogue, keys=keys)
    findings = [
        *look_over(
            protocols,
            catalogue,
            on=on,
            signed=None if signatures is None else signatures.signed,
            kept_back=forbidden(properties, protocols, catalogue),
        ),
        *(finding_of(breach) for breach in prove(properties, protocols, catalogue, since=on)),
        *unknown_names(properties, protocols),
        *(() if signatures is None else signatures.findings),
    ]
    return Checked(protocols, properties, signatures, tuple(sorted(findings)))


def _as_json(found: Checked) -> dict[str, object]:
    return {
        "ok": not found.problems,
        "protocols": [_line(one, found.signatures) for one in found.protocols],
        "properties": [one.id for one in found.properties],
        "problems": [_listed(one) for one in found.problems],
        "notices": [_listed(one) for one in found.findings if not one.fails],
    }


def _line(protocol: Protocol, signatures: SignedFiles | None) -> dict[str, object]:
    return {
        "protocol": str(protocol.ref),
        "title": protocol.title.en,
        "partners": sorted(protocol.partners),
        "rules": len(protocol.rules),
        "in_force_from": protocol.in_force_from.isoformat(),
        "review_on": protocol.review_on.isoformat(),
        "signed_by": [] if signatures is None else sorted(signatures.signed[protocol.ref]),
        "verified": [] if signatures is None else sorted(signatures.verified[protocol.ref]),
        "file": protocol.file,
    }


def _listed(one: Finding) -> dict[str, object]:
    return {
        "file": one.file,
        "line": one.line,
        "check": one.check.value,
        "problem": one.problem,
        "remedy": one.remedy,
    }


def _say(found: Checked) -> None:
    for protocol in found.protocols:
        say(
            f"{protocol.ref}: {protocol.title.en}\n"
            f"  {len(protocol.rules)} rules between {', '.join(sorted(protocol.partners))}\n"
            f"  in force from {protocol.in_force_from}, to be reviewed on {protocol.review_on}"
        )
        if found.signatures is not None and found.signatures.signed[protocol.ref]:
            say(f"  signed by {found.signatures.in_words(protocol.ref)}")
    if found.properties:
        say(f"Standing properties, proved over every request and all facts: {len(found.properties)}")
    for one in found.findings:
        say(f"{one.place}: {'' if one.fails else 'notice: '}{one.problem}\n  to do: {one.remedy}")
    count = len(found.problems)
    say(f"{count} problem(s): mend them before anybody signs." if count else "All is well.")
