"""`dolen policy check`: everything that is wrong with protocol files, each with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from hub.cli.printing import say, say_json
from hub.cli.running import load_settings
from policies.errors import PolicyFileError, PolicyFilesRefused
from policies.load_catalogue import load_catalogue
from policies.model import Protocol
from policies.protocols import load_protocol, load_protocols


@click.command()
@click.argument("folder", required=False, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(folder: Path | None, as_json: bool) -> None:
    """Read every protocol file of FOLDER (or one file), and say everything that is wrong, each with file and line.

    Without FOLDER: the drafts of this hub. Nothing is put in force by this.

    \b
    Example:
      dolen policy check drafts/
    """
    protocols: Sequence[Protocol] = ()
    problems: Sequence[PolicyFileError] = ()
    try:
        protocols = _read(folder or load_settings().protocol_folder)
    except PolicyFilesRefused as refused:
        problems = refused.errors
    if as_json:
        say_json({"ok": not problems, "protocols": [_line(one) for one in protocols], "problems": _listed(problems)})
    else:
        _say(protocols, problems)
    raise click.exceptions.Exit(1 if problems else 0)


def _read(place: Path) -> tuple[Protocol, ...]:
    catalogue = load_catalogue()
    return (load_protocol(place, catalogue),) if place.is_file() else load_protocols(place, catalogue)


def _line(protocol: Protocol) -> dict[str, object]:
    return {
        "protocol": str(protocol.ref),
        "title": protocol.title.en,
        "partners": sorted(protocol.partners),
        "rules": len(protocol.rules),
        "in_force_from": protocol.in_force_from.isoformat(),
        "review_on": protocol.review_on.isoformat(),
        "file": protocol.file,
    }


def _listed(problems: Sequence[PolicyFileError]) -> list[dict[str, object]]:
    return [{"file": one.file, "line": one.line, "problem": one.problem, "remedy": one.remedy} for one in problems]


def _say(protocols: Sequence[Protocol], problems: Sequence[PolicyFileError]) -> None:
    for protocol in protocols:
        say(
            f"{protocol.ref}: {protocol.title.en}\n"
            f"  {len(protocol.rules)} rules between {', '.join(sorted(protocol.partners))}\n"
            f"  in force from {protocol.in_force_from}, to be reviewed on {protocol.review_on}"
        )
    for problem in problems:
        say(f"{problem.place}: {problem.problem}\n  to do: {problem.remedy}")
    say(
        f"{len(problems)} problem(s): nothing of this is permitted until they are mended."
        if problems
        else "All is well."
    )
