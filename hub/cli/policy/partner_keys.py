"""`dolen policy partner-key`: the public keys that partners sign protocols with."""

from __future__ import annotations

import re
from pathlib import Path

import click

from hub.cli.faults import Refused, Unusable
from hub.cli.printing import moment, say, say_json, say_table
from hub.cli.running import load_settings, running_hub
from hub.protocols.model import PartnerKey
from policies.signing_keys import MAX_BYTES, KeyFileRefused, PrivateKeyGiven, read_public_key

_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


@click.group("partner-key")
def partner_key() -> None:
    """Look after the public keys of partners. The hub has no private one, and takes none.

    \b
    Example:
      dolen policy partner-key list
    """


@partner_key.command()
@click.argument("agency_id", metavar="AGENCY")
@click.option("--public-key", "given", required=True, metavar="FILE|HEX", help="PEM file, or 64 hex digits.")
def add(agency_id: str, given: str) -> None:
    """Register a public key of a partner. Compare its key id with the partner by another way, by telephone say.

    \b
    Example:
      dolen policy partner-key add afon-health --public-key afon-health.pub.pem
    """
    try:
        public = read_public_key(_content(given))
    except PrivateKeyGiven:
        raise Refused(
            "this is a private key: it was not taken in, and it should not have left the partner",
            kept="nothing of it was kept here",
            todo="let the partner make a new key (`dolen policy key new`), and send the public half that it prints",
        ) from None
    except KeyFileRefused as refused:
        raise Unusable(
            f"that is no public key: {refused.reason}",
            kept="nothing was registered",
            todo="give the PEM file or the 64 hex digits that `dolen policy key new` printed",
        ) from None
    with running_hub(load_settings()) as hub:
        key = hub.protocols.add_key(agency_id, public)
    say(f"Key {key.key_id} is a key of {agency_id}: what it signs from now on counts.")


@partner_key.command()
@click.argument("agency_id", metavar="AGENCY")
@click.argument("key_id", metavar="KEY_ID")
def retire(agency_id: str, key_id: str) -> None:
    """Let a key sign nothing more. What was accepted before stays signed; for a stolen key, suspend that too.

    \b
    Example:
      dolen policy partner-key retire afon-health 5f1f0a4b9c110197
    """
    with running_hub(load_settings()) as hub:
        hub.protocols.retire_key(agency_id, key_id)
    say(f"Key {key_id} of {agency_id} signs nothing more.")


@partner_key.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def listing(as_json: bool) -> None:
    """List the public keys of all partners, retired ones too.

    \b
    Example:
      dolen policy partner-key list --json
    """
    with running_hub(load_settings()) as hub:
        lines = [_line(one) for one in hub.protocols.partner_keys()]
    if as_json:
        say_json({"keys": lines})
    else:
        say_table(("agency", "key id", "public key", "registered", "retired"), [list(one.values()) for one in lines])


def _content(given: str) -> bytes:
    if _HEX.fullmatch(given) or "PRIVATE KEY" in given:
        return given.encode()
    try:
        with Path(given).open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        raise Unusable(
            "the public key is neither 64 hex digits nor a file that can be read", todo="see --help"
        ) from None


def _line(one: PartnerKey) -> dict[str, object]:
    return {
        "agency": one.agency_id,
        "key_id": one.key_id,
        "public_key": one.public_key.hex(),
        "registered_at": moment(one.registered_at),
        "retired_at": moment(one.retired_at),
    }
