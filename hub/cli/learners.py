"""`dolen learner`, `dolen tie`, `dolen handover`: who a learner is, who may act for them, who is accountable."""

from __future__ import annotations

from datetime import datetime
from typing import IO
from uuid import UUID

import click

from hub.cli.agency_ties import agency, level
from hub.cli.faults import Refused, Unusable
from hub.cli.personal import FROM, read_members, text_of
from hub.cli.printing import say, say_json
from hub.cli.running import load_settings, opened_stores
from hub.consenting.tie import NewTie, write_tie
from hub.database import reading
from hub.directory import links
from hub.directory.lookup import find_handle
from hub.directory.model import Standing, TieKind
from hub.telling.take_over import take_over
from hub.wiring.identifiers import UnknownIdentifierKind, identified

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def learner() -> None:
    """Find a learner.

    \b
    Example:
      echo '{"upn": "N668400221101"}' | dolen learner find --agency dyffryn-education
    """


@learner.command()
@click.option("--agency", required=True, metavar="ID", help="Among whose learners to look.")
@FROM
def find(agency: str, source: IO[bytes]) -> None:
    """Print the id of the learner whom a partner knows by an identifier, and the handles by which partners know them.

    Reads one JSON object with one member: nhs_number, upn or uln. Exit code 1 where the partner knows nobody by it.

    \b
    Example:
      dolen learner find --agency dyffryn-education --from who.json
    """
    members = read_members(source, required=(), optional=("nhs_number", "upn", "uln"))
    if len(members) != 1:
        raise Unusable("one identifier is needed", todo="give an object with nhs_number, upn or uln")
    kind = next(iter(members))
    try:
        identifier = identified(kind, text_of(members, kind) or "")
    except UnknownIdentifierKind:
        raise Unusable("that kind of identifier is not known", todo="give nhs_number, upn or uln") from None
    with opened_stores(load_settings()) as stores, reading(stores.engine) as connection:
        handle = find_handle(connection, stores.keys, agency_id=agency, identifiers=[identifier])
        found = None if handle is None else links.learner_of(connection, agency, handle)
        handles = [] if found is None else links.handles_of(connection, found)
    if found is None:
        raise Refused(
            f"{agency} knows nobody by that {kind}, or its check digit is wrong",
            todo="check the number with the partner",
        )
    say_json({"learner": str(found), "handles": {name: str(one) for name, one in handles}})


@click.group()
def tie() -> None:
    """Look after what people are to a learner, and so who may act for them.

    \b
    Example:
      dolen tie add --help
    """


learner.add_command(level)
tie.add_command(agency)


@tie.command()
@click.option("--learner", "learner_id", type=click.UUID, required=True, help="From `dolen learner find`.")
@click.option("--person", "person_id", type=click.UUID, required=True, help="From `dolen person add`.")
@click.option("--kind", type=click.Choice([one.value for one in TieKind]), required=True, help="What the person is.")
@click.option("--standing", type=click.Choice([one.value for one in Standing]), help="In which capacity they may act.")
@click.option("--from-on", type=_DAY, required=True, help="First day on which it holds.")
@click.option("--until-on", type=_DAY, help="First day on which it no longer holds.")
@click.option("--checked-by", type=click.UUID, required=True, help="Who has seen the evidence.")
@FROM
def add(
    learner_id: UUID,
    person_id: UUID,
    kind: str,
    standing: str | None,
    from_on: datetime,
    until_on: datetime | None,
    checked_by: UUID,
    source: IO[bytes],
) -> None:
    """Write down what a person is to a learner, after somebody has checked it, and print the tie's id.

    Reads one JSON object: evidence_kind (a word, such as birth_registration) and evidence (what was seen, where). The
    evidence is sealed. The accountable person is told.

    \b
    Example:
      dolen tie add --learner LEARNER --person PERSON --kind mother --standing parent \\
        --from-on 2026-09-01 --checked-by OFFICER < evidence.json
    """
    members = read_members(source, required=("evidence_kind", "evidence"))
    evidence_kind = text_of(members, "evidence_kind") or ""
    if len(evidence_kind) > 40 or not evidence_kind.replace("_", "").isalnum():
        raise Unusable("evidence_kind must be a word of at most 40 characters", todo="for example birth_registration")
    new = NewTie(
        learner_id=learner_id,
        person_id=person_id,
        kind=TieKind(kind),
        standing=None if standing is None else Standing(standing),
        evidence_kind=evidence_kind,
        evidence=text_of(members, "evidence") or "",
        from_on=from_on.date(),
        until_on=None if until_on is None else until_on.date(),
        checked_by=checked_by,
    )
    if new.until_on is not None and new.until_on <= new.from_on:
        raise Unusable("a tie ends after it begins", kept="nothing was changed", todo="mend --from-on or --until-on")
    with opened_stores(load_settings()) as stores:
        made = write_tie(stores.engine, stores.keys, new, clock=stores.clock)
        stores.doorbell.ring("notices")
    click.echo(str(made))


@click.command()
@click.option("--learner", "learner_id", type=click.UUID, required=True, help="From `dolen learner find`.")
@click.option("--to", "person_id", type=click.UUID, required=True, help="Who is accountable from now on.")
@FROM
def handover(learner_id: UUID, person_id: UUID, source: IO[bytes]) -> None:
    """Make somebody accountable for a learner in place of the one before.

    Reads one JSON object with the member because: the reason, which is sealed. What the one before has not acknowledged
    is told again, to the new one.

    \b
    Example:
      echo '{"because": "moved to another school"}' | dolen handover --learner LEARNER --to PERSON
    """
    because = text_of(read_members(source, required=("because",)), "because") or ""
    with opened_stores(load_settings()) as stores:
        done = take_over(
            stores.engine,
            stores.keys,
            learner_id=learner_id,
            to_person_id=person_id,
            because=because,
            clock=stores.clock,
        )
        stores.doorbell.ring("notices")
    say(
        f"Person {person_id} is accountable for learner {learner_id} from now on;"
        f" {done.told_again} notice(s) will be told again."
    )
