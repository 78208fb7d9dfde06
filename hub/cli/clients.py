"""`dolen client`: the systems of partners that sign in with keys of their own."""

from __future__ import annotations

import json
from typing import IO

import click

from hub.cli.faults import Refused, Unusable
from hub.cli.personal import read_json
from hub.cli.printing import say, say_json, say_table
from hub.cli.running import load_settings, opened_stores
from hub.database import reading, unit_of_work
from hub.directory.model import Client
from hub.directory.queries import parties
from hub.directory.register import register_client, set_client_active
from hub.oauth.errors import ClientUnavailable
from hub.oauth.model import Scope
from hub.oauth.profiles import ALGORITHMS, ProfileName
from hub.oauth.prove_client import CLIENT_ID
from hub.oauth.registration import check_registration


@click.group()
def client() -> None:
    """Look after the systems of partners (OAuth clients).

    \b
    Example:
      dolen client list
    """


@client.command()
@click.argument("client_id", metavar="CLIENT")
@click.option("--agency", required=True, metavar="ID", help="Whose system it is.")
@click.option("--jwks", type=click.File("rb"), required=True, help="JSON Web Key Set with its public keys.")
@click.option("--purpose", "purposes", multiple=True, help="A purpose of the protocol; may be repeated.")
@click.option("--role", "roles", multiple=True, help="A role of the protocol; may be repeated.")
@click.option("--scope", "scopes", multiple=True, required=True, type=click.Choice([one.value for one in Scope]))
@click.option("--profile", type=click.Choice([one.value for one in ProfileName]), default=ProfileName.SMART.value)
@click.option("--alg", type=click.Choice(ALGORITHMS), default="ES384", show_default=True, help="How it signs.")
def add(
    client_id: str,
    agency: str,
    jwks: IO[bytes],
    purposes: tuple[str, ...],
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    profile: str,
    alg: str,
) -> None:
    """Take in a system of a partner with its public keys. The private key stays where it was made.

    \b
    Example:
      dolen client add afon-health-system --agency afon-health --jwks keys.json \\
        --purpose aln-plan --role clinician --scope records:read --scope learners:lookup
    """
    if CLIENT_ID.fullmatch(client_id) is None:
        raise Unusable(
            "that is no id for a client", todo="use letters, digits, dot, colon, hyphen and underscore, at most 80"
        )
    keys = read_json(jwks)
    if not isinstance(keys, dict):
        raise Unusable("the key set is no JSON object", todo='give {"keys": [...]} with public keys')
    check_registration(profile=profile, alg=alg, jwks=keys)
    new = Client(client_id, agency, profile, json.dumps(keys), alg, scopes, purposes, roles)
    with opened_stores(load_settings()) as stores, unit_of_work(stores.engine) as connection:
        if parties.client_by_id(connection, client_id) is not None:
            raise Refused(f"there is a client {client_id} already", kept="it, as it is", todo="choose another id")
        register_client(connection, new, at=stores.clock())
    say(f"Client {client_id} of {agency} may ask for tokens from now on.")


@client.command()
@click.argument("client_id", metavar="CLIENT")
def off(client_id: str) -> None:
    """Switch a client off; its tokens are refused from the next request on, in every process.

    \b
    Example:
      dolen client off afon-health-system
    """
    _switch(client_id, is_active=False)


@client.command()
@click.argument("client_id", metavar="CLIENT")
def on(client_id: str) -> None:
    """Switch a client on again.

    \b
    Example:
      dolen client on afon-health-system
    """
    _switch(client_id, is_active=True)


@client.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def listing(as_json: bool) -> None:
    """List the clients: whose they are, and what they may ask for.

    \b
    Example:
      dolen client list --json
    """
    with opened_stores(load_settings()) as stores, reading(stores.engine) as connection:
        agencies = parties.all_agencies(connection)
        found = [one for agency in agencies for one in parties.clients_of(connection, agency.id)]
    if as_json:
        say_json({"clients": [_line(one) for one in found]})
    else:
        head = ("client", "agency", "active", "purposes", "roles", "scopes")
        say_table(head, [[_cell(value) for value in _line(one).values()] for one in found])


def _switch(client_id: str, *, is_active: bool) -> None:
    with opened_stores(load_settings()) as stores, unit_of_work(stores.engine) as connection:
        if not set_client_active(connection, client_id, is_active=is_active):
            raise ClientUnavailable(client_id)
    say(f"Client {client_id} is {'on' if is_active else 'off: its tokens are refused'} from now on.")


def _line(one: Client) -> dict[str, object]:
    return {
        "client": one.client_id,
        "agency": one.agency_id,
        "active": one.is_active,
        "purposes": list(one.purposes),
        "roles": list(one.roles),
        "scopes": list(one.scopes),
    }


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
