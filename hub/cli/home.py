"""`dolen init`: make a hub, or bring an existing one to this version."""

from __future__ import annotations

import click

from hub.cli.printing import say
from hub.cli.running import is_demo, load_settings
from hub.oauth.issuer import check_issuer
from hub.oauth.keys import create_keys
from hub.wiring.build import prepare, signer_of

_NEXT = """What to do next:
  1. Take in each partner:        dolen agency add ID --sector health --name-en NAME --name-cy ENW
  2. Take in its duty person:     dolen person add --agency ID --role duty_desk < person.json
     and name them:               dolen agency duty ID --person PERSON
  3. Register its public key:     dolen policy partner-key add ID --public-key FILE  (made by: dolen policy key new)
  4. Put the protocol into {protocols}, check and propose it:
                                  dolen policy check; dolen policy propose FILE
     let each partner sign it:    dolen policy sign FILE --agency ID --key KEYFILE  (at the partner, without a hub)
     and put it in force:         dolen policy accept FILE.ID.sig.json ...; dolen policy enforce ID/VERSION
  5. Take in its system:          dolen client add CLIENT --agency ID --jwks keys.json --purpose P --role R --scope S
  6. Look whether all is well:    dolen doctor
  7. Start:                       dolen serve
Keep a copy of {secrets} and {keyrings} apart from the databases: without them nothing can be read."""


@click.command()
def init() -> None:
    """Make a hub under DOLEN_HOME: folders, secrets, the hub's keyring, both databases, the ledger's signer.

    What is there stays as it is. After an update, this brings both databases to the newest schema.

    \b
    Example:
      DOLEN_HOME=/srv/dolen dolen init
    """
    settings = load_settings()
    check_issuer(settings)
    prepare(settings)
    create_keys(settings)
    kind = "demo hub" if is_demo(settings) else "hub"
    say(f"The {kind} in {settings.home.absolute()} is ready.")
    say(f"Key of its ledger, for whoever checks receipts:\n  {signer_of(settings).vkey}")
    say(
        _NEXT.format(
            protocols=settings.protocol_folder, secrets=settings.secrets_folder, keyrings=settings.home / "keyrings"
        )
    )
