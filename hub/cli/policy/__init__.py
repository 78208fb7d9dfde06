"""`dolen policy`: protocols, from a draft to what decides."""

from __future__ import annotations

import click

from hub.cli.policy.check import check
from hub.cli.policy.diff import diff
from hub.cli.policy.explain import explain
from hub.cli.policy.export import export
from hub.cli.policy.import_table import import_table
from hub.cli.policy.life import accept, enforce, propose, resume, suspend
from hub.cli.policy.matrix import matrix
from hub.cli.policy.partner_keys import partner_key
from hub.cli.policy.records import records
from hub.cli.policy.schema import schema
from hub.cli.policy.signing import key, sign_file
from hub.cli.policy.simulate import simulate
from hub.cli.policy.status import status


@click.group()
def policy() -> None:
    """Look after the protocols that decide what is shared.

    \b
    Example:
      dolen policy check
    """


_DRAFTS = (check, diff, explain, export, import_table, matrix, records, schema, simulate)
_LIFE = (key, sign_file, partner_key, propose, accept, enforce, suspend, resume, status)

for command in (*_DRAFTS, *_LIFE):
    policy.add_command(command)
