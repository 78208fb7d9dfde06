"""`dolen sync`: run one connector for one holder."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from connectors.reasons import REMEDIES, ReasonCode, UnreadableSource
from connectors.registry import KINDS
from connectors.sources import Authorization, Source, shown, source_at
from hub.cli.faults import Refused, Unusable
from hub.cli.printing import plain, say, say_json, say_pairs
from hub.cli.progress import progress_on
from hub.cli.running import is_demo, load_settings, running_hub
from hub.database import reading
from hub.demo.people import KIND_OF
from hub.directory.model import Sector
from hub.directory.queries import parties
from hub.settings import Settings
from hub.syncing.model import RowReport
from hub.syncing.run_sync import run_sync
from hub.wiring.hub import Hub

SECTOR_OF = {"fhir-r4": Sector.HEALTH, "school-census": Sector.EDUCATION, "ssda903": Sector.SOCIAL_CARE}
"""Which sector's records come through each kind."""

_MOST_HEADER = 8_192


@click.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--source", required=True, metavar="PATH_OR_URL", help="A file, a folder, or a server's base address.")
@click.option("--agency", metavar="ID", help="Whose records they are; needed where several partners could be meant.")
@click.option("--dry-run", is_flag=True, help="Say what would become of every unit, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--authorization",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that holds the Authorization header for a server; read anew for every request.",
)
def sync(kind: str, source: str, agency: str | None, dry_run: bool, as_json: bool, authorization: Path | None) -> None:
    """Bring what SOURCE holds into the records of one partner, and account for every unit of it.

    A unit that cannot be placed goes to quarantine with its reason, and the rest goes on: that is exit code 0. The same
    source again changes nothing.

    \b
    Example:
      dolen sync fhir-r4 --source exports/assessments.json --agency afon-health
      dolen sync school-census --source census/ --dry-run --json
    """
    settings = load_settings()
    found = _source(source, authorization)
    with running_hub(settings) as hub:
        holder = agency or _holder(hub, settings, kind)
        with progress_on(sys.stderr) as progress:
            report = run_sync(
                hub.syncing,
                agency_id=holder,
                kind=kind,
                source=found,
                name=shown(source),
                is_dry_run=dry_run,
                progress=progress,
            )
        if not dry_run:
            hub.doorbell.ring("ledger")
            hub.doorbell.ring("notices")
    if as_json:
        say_json(report.as_json())
    else:
        _say_report(report, holder)


def _source(location: str, authorization: Path | None) -> Source:
    try:
        return source_at(location, authorization=None if authorization is None else _header(authorization))
    except UnreadableSource as problem:
        raise Unusable(problem.reason, kept="nothing was changed", todo=problem.remedy) from None


def _holder(hub: Hub, settings: Settings, kind: str) -> str:
    """The one partner whose records this kind brings; the demo's own in a demo home."""
    if is_demo(settings):
        return next(agency for agency, brings in KIND_OF.items() if brings == kind)
    sector = SECTOR_OF[kind]
    with reading(hub.engine) as connection:
        partners = [one.id for one in parties.all_agencies(connection) if one.is_active and one.sector is sector]
    if len(partners) == 1:
        return partners[0]
    if not partners:
        raise Refused(
            f"there is no active partner of sector {sector}",
            kept="nothing was read",
            todo=f"take one in with `dolen agency add ID --sector {sector} …`, or name one with --agency",
        )
    raise Unusable(
        f"several partners of sector {sector} could be meant: {', '.join(partners)}",
        kept="nothing was read",
        todo="say whose records these are: --agency ID",
    )


def _header(path: Path) -> Authorization:
    def read() -> str:
        with path.open("r", encoding="ascii", errors="replace") as file:
            return file.read(_MOST_HEADER).strip()

    return read


def _say_report(report: RowReport, holder: str) -> None:
    say(
        f"{report.kind} for {holder} from {plain(report.source)}"
        + (" (dry run: nothing changed)" if report.is_dry_run else "")
    )
    counts = ("created", "updated", "unchanged", "quarantined", "out_of_scope", "ignored")
    say_pairs([("read", report.read), *((name.replace("_", " "), getattr(report, name)) for name in counts)])
    _say_counts("In quarantine, by reason", [(_reason(code), n) for code, n in sorted(report.reasons.items())])
    _say_counts("Ignored, by type", sorted(report.ignored_types.items()))
    _say_counts("Kept, and doubtful", sorted(report.flags.items()))


def _say_counts(title: str, counts: list[tuple[str, int]]) -> None:
    if counts:
        say(f"{title}:")
        say_pairs([(str(count), name) for name, count in counts])


def _reason(code: str) -> str:
    known = code in set(ReasonCode)
    return f"{code}: {REMEDIES[ReasonCode(code)]}" if known else code
