"""`dolen person`: people, whose names and addresses never pass through the command line or a terminal."""

from __future__ import annotations

import re
from typing import IO
from uuid import UUID

import click

from hub.cli.faults import Refused, Unusable
from hub.cli.personal import FROM, read_members, text_of
from hub.cli.printing import say, say_json, say_table
from hub.cli.running import load_settings, opened_stores
from hub.database import reading, unit_of_work
from hub.directory.acting_roles import let_act, stop_acting
from hub.directory.model import Contact, Language, PersonRole
from hub.directory.queries import parties
from hub.directory.register import draft_person, register_person, set_person_active
from hub.oauth.strict_json import Value

_ROLE = re.compile(r"[a-z][a-z0-9-]{0,79}")


@click.group()
def person() -> None:
    """Look after people: family, and those who work for partners. Only ids are shown.

    \b
    Example:
      dolen person list
    """


@person.command()
@click.option(
    "--role", type=click.Choice([one.value for one in PersonRole]), required=True, help="As what they sign in."
)
@click.option("--agency", metavar="ID", help="Where they work; for everybody but family.")
@FROM
def add(role: str, agency: str | None, source: IO[bytes]) -> None:
    """Take in a person and print their id.

    Reads one JSON object: name, and if known email (who has one can sign in), phone, address, language (cy, en or
    unknown) and is_safe_to_contact (true or false). It is sealed before it is stored.

    \b
    Example:
      dolen person add --role duty_desk --agency afon-health < person.json
      dolen person add --role family --from parent.json
    """
    known = PersonRole(role)
    if (agency is None) != (known is PersonRole.FAMILY):
        raise Unusable(
            "family belongs to no agency, everybody else to one", todo="give --agency, or leave it out for family"
        )
    contact = _contact(read_members(source, required=("name",), optional=_OPTIONAL))
    with opened_stores(load_settings()) as stores:
        draft = draft_person(stores.keys, agency_id=agency, role=known, contact=contact)
        with unit_of_work(stores.engine) as connection:
            person_id = register_person(connection, draft, at=stores.clock())
    click.echo(str(person_id))


@person.command()
@click.argument("person_id", metavar="PERSON", type=click.UUID)
def off(person_id: UUID) -> None:
    """Let a person sign in no longer. For whom they are accountable stays theirs until it is handed over.

    \b
    Example:
      dolen person off 0197f6a2-7c1b-7e60-8f4e-2f1f0a4b9c11
    """
    with opened_stores(load_settings()) as stores, unit_of_work(stores.engine) as connection:
        set_person_active(connection, person_id, is_active=False)
    say(f"Person {person_id} can sign in no longer. `dolen doctor` says who must be handed over.")


@person.command()
@click.argument("person_id", metavar="PERSON", type=click.UUID)
@click.option("--role", required=True, metavar="ROLE", help="A role of the person's agency in a protocol.")
@click.option("--no-longer", is_flag=True, help="Take the role away, from the next act on.")
def may(person_id: UUID, role: str, no_longer: bool) -> None:
    """Let a person act in a protocol role for the agency that they work for; without one they can make no override.

    \b
    Example:
      dolen person may 0197f6a2-7c1b-7e60-8f4e-2f1f0a4b9c11 --role clinician
      dolen person may 0197f6a2-7c1b-7e60-8f4e-2f1f0a4b9c11 --role clinician --no-longer
    """
    with opened_stores(load_settings()) as stores, unit_of_work(stores.engine) as connection:
        if no_longer:
            could = stop_acting(connection, person_id=person_id, role=role)
        else:
            let_act(connection, person_id=person_id, role=_role(role), at=stores.clock())
    if no_longer and not could:
        raise Refused(f"person {person_id} could not act as {role}", todo="look at the id and the role")
    say(f"Person {person_id} may {'no longer act' if no_longer else 'act'} as {role}, from now on.")


def _role(role: str) -> str:
    if _ROLE.fullmatch(role) is None:
        raise Unusable("a role is a code of a protocol, such as clinician", todo="`dolen policy check` names the file")
    return role


@person.command("list")
@click.option("--agency", metavar="ID", help="Of one partner only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def listing(agency: str | None, as_json: bool) -> None:
    """List the active people of partners by id and role; names stay sealed, and family is not listed.

    \b
    Example:
      dolen person list --agency afon-health
    """
    with opened_stores(load_settings()) as stores, reading(stores.engine) as connection:
        agencies = [one.id for one in parties.all_agencies(connection) if agency in (None, one.id)]
        found = [one for agency_id in agencies for one in parties.people_of(connection, agency_id)]
    lines = [{"person": str(one.id), "agency": one.agency_id, "role": one.role.value} for one in found]
    if as_json:
        say_json({"people": lines})
    else:
        say_table(("person", "agency", "role"), [list(line.values()) for line in lines])


_OPTIONAL = ("email", "phone", "address", "language", "is_safe_to_contact")


def _contact(members: dict[str, Value]) -> Contact:
    is_safe = members.get("is_safe_to_contact", True)
    language = text_of(members, "language") or Language.UNKNOWN.value
    if not isinstance(is_safe, bool) or language not in set(Language):
        raise Unusable(
            "language must be cy, en or unknown, and is_safe_to_contact true or false",
            kept="nothing was changed",
            todo="mend the input",
        )
    name, email = text_of(members, "name"), text_of(members, "email")
    if name is None or (email is not None and email.count("@") != 1):
        raise Unusable("name must be a text, and email an address", kept="nothing was changed", todo="mend the input")
    return Contact(
        name=name,
        email=email,
        phone=text_of(members, "phone"),
        address=text_of(members, "address"),
        language=Language(language),
        is_safe_to_contact=is_safe,
    )
