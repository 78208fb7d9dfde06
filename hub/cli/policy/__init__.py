"""`dolen policy`: protocols, from a draft to what decides."""

from __future__ import annotations

import click

from hub.cli.policy.check import check
from hub.cli.policy.explain import explain
from hub.cli.policy.export import export
from hub.cli.policy.import_table import import_table
from hub.cli.policy.schema import schema


@click.group()
def policy() -> None:
    """Look after the protocols that decide what is shared.

    \b
    Example:
      dolen policy check
    """


for command in (check, explain, export, import_table, schema):
    policy.add_command(command)
