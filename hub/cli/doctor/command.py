"""Running the checks, and telling what they found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

import click

from hub.cli.doctor.checks import CHECKS
from hub.cli.doctor.model import Check, Finding, Scene, State, fault
from hub.cli.known_faults import place_of
from hub.cli.printing import plain, say, say_json
from hub.cli.running import is_demo, load_settings
from hub.database import make_engine
from hub.settings import Settings
from hub.wiring.build import keyrings_of, now

Found = tuple[str, Finding]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(as_json: bool) -> None:
    """Look at every setting and component, and say what to do about each fault. Exit code 1 where there is one.

    It changes nothing but one number in the database, to see that it can be written to.

    \b
    Example:
      dolen doctor
    """
    found = list(examine(load_settings(), at=now()))
    is_well = all(finding.state is not State.FAULT for _, finding in found)
    if as_json:
        say_json({"ok": is_well, "counts": _counts(found), "checks": [_line(name, one) for name, one in found]})
    else:
        _say(found, is_well=is_well)
    raise click.exceptions.Exit(0 if is_well else 1)


def examine(settings: Settings, *, at: datetime, checks: Sequence[Check] = CHECKS) -> Iterator[Found]:
    """What each check finds, by its name. A check whose needs are not met is skipped, and one that fails is a fault."""
    scene = Scene(
        settings=settings,
        at=at,
        main=make_engine(settings.main_database),
        key_store=make_engine(settings.key_database),
        keyrings=keyrings_of(settings),
        is_demo=is_demo(settings),
    )
    try:
        for check in checks:
            yield from ((check.name, finding) for finding in _looked(check, scene))
    finally:
        scene.main.dispose()
        scene.key_store.dispose()


def _looked(check: Check, scene: Scene) -> list[Finding]:
    missing = [name for name in check.needs if name not in scene.working]
    if missing:
        return [Finding(State.SKIPPED, f"not looked at before this is well: {', '.join(missing)}")]
    try:
        found = list(check.look(scene))
    except Exception as failure:
        # A check that breaks is itself a finding; the text may quote what it met, class and place do not.
        says = f"this could not be looked at ({type(failure).__name__} at {place_of(failure.__traceback__)})"
        found = [fault(says, "mend the other faults first; if this stays, report it with this line")]
    if all(finding.state is not State.FAULT for finding in found):
        scene.working.add(check.name)
    return found


def _counts(found: Sequence[Found]) -> dict[str, int]:
    counts = Counter(finding.state for _, finding in found)
    return {state.value: counts[state] for state in State}


def _line(name: str, finding: Finding) -> dict[str, object]:
    return {"check": name, "state": finding.state.value, "says": finding.says, "remedy": finding.remedy}


def _say(found: Sequence[Found], *, is_well: bool) -> None:
    width = max(len(name) for name, _ in found)
    for name, finding in found:
        click.echo(f"{finding.state.value:7}  {name.ljust(width)}  {plain(finding.says)}")
        if finding.remedy:
            click.echo(f"{'':7}  {'':{width}}  to do: {plain(finding.remedy)}")
    counts = _counts(found)
    told = f"{counts['fault']} fault(s), {counts['warn']} warning(s), {counts['skipped']} not looked at"
    say(f"\n{told}, {counts['ok']} well.")
    say(
        "All that is needed works."
        if is_well
        else "Mend the faults from the top: later ones often follow from earlier ones."
    )
