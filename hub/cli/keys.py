"""`dolen keys`: keyrings and what they wrap."""

from __future__ import annotations

from collections.abc import Mapping

import click

from hub.cli import queries
from hub.cli.faults import Refused
from hub.cli.printing import say, say_json, say_table
from hub.cli.running import Stores, load_settings, opened_stores
from hub.database import reading
from hub.directory.queries import parties
from hub.sealing.errors import KeyringUnavailable
from hub.sealing.model import HUB


@click.group()
def keys() -> None:
    """Look after keyrings. No key is ever printed.

    \b
    Example:
      dolen keys status
    """


@keys.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """Say for each keyring which versions it has, and how many keys each version wraps.

    Exit code 1 where a keyring cannot be opened: nothing of that partner can be read or stored then.

    \b
    Example:
      dolen keys status --json
    """
    with opened_stores(load_settings()) as stores:
        lines = _lines(stores)
    if as_json:
        say_json({"keyrings": lines})
    else:
        head = ("keyring", "state", "versions", "newest", "keys by version")
        say_table(
            head, [[_cell(line[name]) for name in ("agency", "state", "versions", "newest", "keys")] for line in lines]
        )
    raise click.exceptions.Exit(0 if all(line["state"] == "ok" for line in lines) else 1)


@keys.command()
@click.argument("agency")
@click.option("--resume", is_flag=True, help="Add no version: only wrap what is still under an older one.")
def rotate(agency: str, resume: bool) -> None:
    """Add a version to a partner's keyring (or `hub`'s) and wrap all its keys under it. Records are not touched.

    It may be stopped at any time: `--resume` finishes it. Keep a new copy of the keyring file afterwards.

    \b
    Example:
      dolen keys rotate afon-health
    """
    with opened_stores(load_settings()) as stores:
        if agency not in _agencies(stores):
            raise Refused(
                f"there is no keyring of {agency!r}",
                kept="nothing was changed",
                todo="`dolen keys status` shows them all",
            )
        if not resume:
            stores.keys.keyrings.rotate(agency)
        done = stores.keys.rewrap(agency)
        newest = stores.keys.keyrings.get(agency).newest
    say(f"{done} key(s) of {agency} are now wrapped under version {newest}. Records were not touched.")
    say("Keep a copy of the keyring file as it is now: older copies cannot open these keys.")


def _agencies(stores: Stores) -> list[str]:
    with reading(stores.engine) as connection:
        return [HUB, *(agency.id for agency in parties.all_agencies(connection))]


def _lines(stores: Stores) -> list[dict[str, object]]:
    with reading(stores.key_engine) as connection:
        counts = queries.keys_by_version(connection)
    return [_line(stores, agency, counts.get(agency, {})) for agency in _agencies(stores)]


def _line(stores: Stores, agency: str, counts: Mapping[int, int]) -> dict[str, object]:
    by_version = {str(version): count for version, count in sorted(counts.items())}
    try:
        keyring = stores.keys.keyrings.get(agency)
    except KeyringUnavailable as problem:
        return {"agency": agency, "state": problem.reason, "versions": [], "newest": None, "keys": by_version}
    return {
        "agency": agency,
        "state": "ok",
        "versions": list(keyring.versions()),
        "newest": keyring.newest,
        "keys": by_version,
    }


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{count} under {version}" for version, count in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)
