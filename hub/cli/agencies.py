"""`dolen agency`: partners and their duty persons."""

from __future__ import annotations

import re
from uuid import UUID

import click

from hub.cli.faults import Refused
from hub.cli.printing import say, say_json, say_table
from hub.cli.running import load_settings, opened_stores
from hub.database import reading, unit_of_work
from hub.directory.errors import BadSlug
from hub.directory.model import Agency, Office, Sector
from hub.directory.offices import name_office
from hub.directory.queries import parties
from hub.directory.register import name_duty_person, register_agency
from hub.sealing.model import HUB
from hub.wiring.build import create_keyring

# As `hub.directory.register` has it; asked before a keyring is made for what could then not be taken in.
_SLUG = re.compile(r"[a-z][a-z0-9-]{1,39}")
_SECTORS = [sector.value for sector in Sector if sector is not Sector.HUB]


@click.group()
def agency() -> None:
    """Look after partners: the statutory bodies whose records the hub keeps.

    \b
    Example:
      dolen agency list
    """


@agency.command()
@click.argument("agency_id", metavar="ID")
@click.option("--sector", type=click.Choice(_SECTORS), required=True, help="What kind of body it is.")
@click.option("--name-en", required=True, help="Its name in English, as families know it.")
@click.option("--name-cy", required=True, help="Its name in Welsh.")
def add(agency_id: str, sector: str, name_en: str, name_cy: str) -> None:
    """Take in a partner, and make its keyring and passphrase.

    ID is what protocols call it: a to z, digits and hyphens. It never changes.

    \b
    Example:
      dolen agency add afon-health --sector health --name-en "Afon Health Board" --name-cy "Bwrdd Iechyd Afon"
    """
    if _SLUG.fullmatch(agency_id) is None or agency_id == HUB:
        raise BadSlug
    settings = load_settings()
    with opened_stores(settings) as stores:
        with reading(stores.engine) as connection:
            is_known = parties.agency_by_id(connection, agency_id) is not None
        if is_known:
            raise Refused(
                f"there is a partner {agency_id} already",
                kept="it, as it is",
                todo="choose another id; ids are never reused",
            )
        create_keyring(settings, agency_id)
        with unit_of_work(stores.engine) as connection:
            new = Agency(agency_id, Sector(sector), name_en, name_cy)
            register_agency(connection, new, at=stores.clock())
    say(f"Partner {agency_id} is in the directory; its keyring is {settings.home / 'keyrings' / agency_id}.keyring.")
    say(f"Next: dolen person add --agency {agency_id} --role duty_desk < person.json; then dolen agency duty --help")


@agency.command()
@click.argument("agency_id", metavar="ID")
@click.option("--person", "person_id", type=click.UUID, required=True, help="One of its own active people.")
def duty(agency_id: str, person_id: UUID) -> None:
    """Name the duty person of a partner: accountable for every learner that it brings, until somebody takes over.

    \b
    Example:
      dolen agency duty afon-health --person 0197f6a2-7c1b-7e60-8f4e-2f1f0a4b9c11
    """
    with opened_stores(load_settings()) as stores, unit_of_work(stores.engine) as connection:
        name_duty_person(connection, agency_id=agency_id, person_id=person_id, at=stores.clock())
    say(f"Person {person_id} is on duty for {agency_id} from now on.")


@agency.command("office")
@click.argument("agency_id", metavar="ID")
@click.option("--office", "holds", type=click.Choice([one.value for one in Office]), required=True)
@click.option("--person", "person_id", type=click.UUID, required=True, help="One of its own active people.")
def office(agency_id: str, holds: str, person_id: UUID) -> None:
    """Name who holds an office of a partner: its designated person, or its safeguarding lead.

    \b
    Example:
      dolen agency office afon-health --office safeguarding --person 0197f6a2-7c1b-7e60-8f4e-2f1f0a4b9c11
    """
    with opened_stores(load_settings()) as stores, unit_of_work(stores.engine) as connection:
        name_office(connection, agency_id=agency_id, holds=Office(holds), person_id=person_id, at=stores.clock())
    say(f"Person {person_id} is the {holds} person of {agency_id} from now on.")


@agency.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def listing(as_json: bool) -> None:
    """List the partners, with sector and duty person.

    \b
    Example:
      dolen agency list --json
    """
    with opened_stores(load_settings()) as stores, reading(stores.engine) as connection:
        found = parties.all_agencies(connection)
    if as_json:
        say_json({"agencies": [_line(one) for one in found]})
    else:
        say_table(
            ("id", "sector", "name", "enw", "active", "duty person"),
            [["none" if cell is None else cell for cell in _line(one).values()] for one in found],
        )


def _line(one: Agency) -> dict[str, object]:
    return {
        "id": one.id,
        "sector": one.sector.value,
        "name_en": one.name_en,
        "name_cy": one.name_cy,
        "active": one.is_active,
        "duty_person": None if one.duty_person_id is None else str(one.duty_person_id),
    }
