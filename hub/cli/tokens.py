"""`dolen token`: a fresh access token, for trying the API by hand."""

from __future__ import annotations

import click

from hub.cli.faults import Refused
from hub.cli.running import load_settings, opened_stores
from hub.database import reading
from hub.directory.model import Client
from hub.directory.queries import parties
from hub.oauth.errors import ClientUnavailable
from hub.oauth.model import Scope
from hub.oauth.tokens import issue_token


@click.command()
@click.argument("client")
@click.option("--purpose", help="What records are to be read for; otherwise the client's first.")
@click.option("--role", help="As what; otherwise the client's first.")
@click.option("--scope", "scopes", multiple=True, help="May be repeated; otherwise all that the client has.")
def token(client: str, purpose: str | None, role: str | None, scopes: tuple[str, ...]) -> None:
    """Print a fresh access token of CLIENT, good for at most five minutes, and nothing else on standard output.

    It is good for what the client is registered for, no more: the rules are those of the token endpoint.

    \b
    Example:
      curl -H "Authorization: Bearer $(dolen token dyffryn-education-system --purpose aln-plan --role alnco)" \\
        http://127.0.0.1:8700/v1/consents?learner=HANDLE
    """
    settings = load_settings()
    with opened_stores(settings) as stores:
        with reading(stores.engine) as connection:
            known = parties.client_by_id(connection, client)
        if known is None:
            raise ClientUnavailable(client)
        wanted = scopes or known.scopes
        chosen, acting = _details(known, wanted, purpose=purpose, role=role)
        text = issue_token(
            stores.engine, settings, client, purpose=chosen, role=acting, scopes=wanted, at=stores.clock()
        )
    click.echo(f"{client}: purpose {chosen or '-'}, role {acting or '-'}, scopes {' '.join(wanted)}", err=True)
    click.echo(text)


def _details(known: Client, scopes: tuple[str, ...], *, purpose: str | None, role: str | None) -> tuple[str, str]:
    """Purpose and role: what was asked for, and the client's first where records are to be read and nothing was."""
    if purpose is None and role is None and Scope.RECORDS_READ not in scopes:
        return "", ""
    if not known.purposes or not known.roles:
        raise Refused(
            f"client {known.client_id} is registered for no purpose or no role",
            todo="ask for scopes that read no records, with --scope, or register the client anew",
        )
    return purpose or known.purposes[0], role or known.roles[0]
