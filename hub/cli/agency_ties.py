"""`dolen tie agency` and `dolen learner level`: what rows of a protocol ask about a learner besides consent."""

from __future__ import annotations

from datetime import datetime
from typing import IO
from uuid import UUID

import click

from hub.circumstances.agency_ties import (
    AgencyTieKind,
    NewAgencyTie,
    add_agency_tie,
    agency_ties_of,
    end_agency_tie,
)
from hub.circumstances.level import set_level
from hub.cli.faults import Unusable
from hub.cli.personal import FROM, read_members
from hub.cli.printing import say, say_json, say_table
from hub.cli.running import load_settings, opened_stores
from policies.terms import LEVELS

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_LEARNER = click.option("--learner", "learner_id", type=click.UUID, required=True, help="From `dolen learner find`.")


@click.group()
def agency() -> None:
    """Look after which agencies have to do with a learner now; rows of a protocol with `live_tie` ask for it.

    \b
    Example:
      dolen tie agency list --learner LEARNER
    """


@agency.command()
@_LEARNER
@click.option("--agency", "agency_id", required=True, metavar="ID", help="The agency, which must know the learner.")
@click.option("--kind", type=click.Choice([one.value for one in AgencyTieKind]), required=True, help="What it is.")
@click.option("--from-on", type=_DAY, required=True, help="First day on which it holds.")
@click.option("--until-on", type=_DAY, help="First day on which it no longer holds.")
@click.option("--recorded-by", type=click.UUID, help="Who writes it down.")
def add(
    learner_id: UUID,
    agency_id: str,
    kind: str,
    from_on: datetime,
    until_on: datetime | None,
    recorded_by: UUID | None,
) -> None:
    """Write down that an agency has to do with a learner, and print the tie's id. The same again changes nothing.

    \b
    Example:
      dolen tie agency add --learner LEARNER --agency dyffryn-education --kind on_roll --from-on 2026-09-01
    """
    new = NewAgencyTie(
        learner_id=learner_id,
        agency_id=agency_id,
        kind=AgencyTieKind(kind),
        from_on=from_on.date(),
        until_on=None if until_on is None else until_on.date(),
        recorded_by=recorded_by,
    )
    if new.until_on is not None and new.until_on <= new.from_on:
        raise Unusable("a tie ends after it begins", kept="nothing was changed", todo="mend --from-on or --until-on")
    with opened_stores(load_settings()) as stores:
        made = add_agency_tie(stores.engine, stores.keys, new, clock=stores.clock)
    click.echo(str(made))


@agency.command()
@_LEARNER
@click.argument("tie_id", metavar="TIE", type=click.UUID)
@click.option("--until-on", type=_DAY, required=True, help="First day on which it no longer holds.")
def end(learner_id: UUID, tie_id: UUID, until_on: datetime) -> None:
    """End an agency's tie. From that day rows with `live_tie` count for it no longer.

    \b
    Example:
      dolen tie agency end TIE --learner LEARNER --until-on 2027-07-20
    """
    with opened_stores(load_settings()) as stores:
        end_agency_tie(stores.engine, stores.keys, learner_id, tie_id, until_on=until_on.date(), clock=stores.clock)
    say(f"Tie {tie_id} holds no longer from {until_on.date().isoformat()} on.")


@agency.command("list")
@_LEARNER
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def listing(learner_id: UUID, as_json: bool) -> None:
    """List the ties of agencies to a learner, ended ones too.

    \b
    Example:
      dolen tie agency list --learner LEARNER --json
    """
    with opened_stores(load_settings()) as stores:
        found = agency_ties_of(stores.engine, learner_id)
    lines = [
        {
            "tie": str(one.id),
            "agency": one.agency_id,
            "kind": one.kind,
            "from_on": one.from_on.isoformat(),
            "until_on": None if one.until_on is None else one.until_on.isoformat(),
        }
        for one in found
    ]
    if as_json:
        say_json({"ties": lines})
    else:
        say_table(
            ("tie", "agency", "kind", "from", "until"),
            [[value or "" for value in line.values()] for line in lines],
        )


@click.command()
@_LEARNER
@click.option("--set-by", type=click.UUID, required=True, help="Who is accountable for the learner now.")
@FROM
def level(learner_id: UUID, set_by: UUID, source: IO[bytes]) -> None:
    """Set a learner's level of need; rows of a protocol with `levels` ask for it, and nothing else does.

    Reads one JSON object with the member level: 1, 2 or 3. It is sealed. It is never a condition of having a plan.

    \b
    Example:
      echo '{"level": 2}' | dolen learner level --learner LEARNER --set-by PERSON
    """
    value = read_members(source, required=("level",))["level"]
    if isinstance(value, bool) or not isinstance(value, int) or value not in LEVELS:
        raise Unusable("level must be 1, 2 or 3", kept="nothing was changed", todo="mend the input")
    with opened_stores(load_settings()) as stores:
        set_level(stores.engine, stores.keys, learner_id, value, set_by=set_by, clock=stores.clock)
    say(f"The level of need of learner {learner_id} is set.")
