"""`dolen policy schema`: the JSON Schema of protocol files, for editors."""

from __future__ import annotations

import click

from policies.schema import schema as text_of


@click.command()
def schema() -> None:
    """Print the JSON Schema (draft 2020-12) of a protocol file, so that an editor can complete and check it.

    \b
    Example:
      dolen policy schema > dolen-protocol-v1.json
    and as the first line of a protocol file:
      # yaml-language-server: $schema=dolen-protocol-v1.json
    """
    click.echo(text_of(), nl=False)
