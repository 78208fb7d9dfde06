"""`dolen ledger`: where the ledger stands, its newest checkpoint, and whether it is whole."""

from __future__ import annotations

import base64

import click

from consent.ledger.fsck import MOST_FINDINGS, Report, fsck
from consent.ledger.note import ed25519_verifier
from consent.ledger.queries import checkpoints
from consent.ledger.status import LedgerStatus, ledger_status
from hub.cli.faults import Refused
from hub.cli.printing import moment, say, say_json, say_pairs
from hub.cli.running import load_settings, opened_stores
from hub.database import reading


@click.group()
def ledger() -> None:
    """Look after the consent ledger.

    \b
    Example:
      dolen ledger status
    """


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def status(as_json: bool) -> None:
    """Say how large the ledger is, what is signed, what waits for its place, and who grows it.

    \b
    Example:
      dolen ledger status --json
    """
    with opened_stores(load_settings()) as stores:
        with reading(stores.engine) as connection:
            found = ledger_status(connection)
        figures = _figures(found, origin=stores.signer.origin, key=stores.signer.vkey)
    if as_json:
        say_json(figures)
    else:
        say_pairs([(name.replace("_", " "), "-" if value is None else value) for name, value in figures.items()])


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def checkpoint(as_json: bool) -> None:
    """Print the newest signed checkpoint (C2SP tlog-checkpoint), to be kept, compared or witnessed.

    Exit code 1 before the first: `dolen serve` signs one as soon as there is something to sign.

    \b
    Example:
      dolen ledger checkpoint > today.checkpoint
    """
    with opened_stores(load_settings()) as stores, reading(stores.engine) as connection:
        signed = checkpoints.latest(connection)
    if signed is None:
        raise Refused(
            "the ledger has no checkpoint yet", todo="start `dolen serve`: it signs as soon as there is an entry"
        )
    if as_json:
        root = base64.b64encode(signed.root).decode()
        say_json({"size": signed.size, "root": root, "signed_at": moment(signed.signed_at), "text": signed.text})
    else:
        click.echo(signed.text, nl=False)


@ledger.command("policy")
def reader_policy() -> None:
    """Print the policy file that `dolen verify` checks this hub's receipts with; it holds public keys alone.

    \b
    Example:
      dolen ledger policy > verify.policy
    """
    with opened_stores(load_settings()) as stores:
        click.echo(f"log {stores.signer.vkey}\nquorum none")


@ledger.command("fsck")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(as_json: bool) -> None:
    """Derive the whole ledger again from its leaves and name every difference to what is stored. Changes nothing.

    \b
    Example:
      dolen ledger fsck
    """
    with opened_stores(load_settings()) as stores, reading(stores.engine) as connection:
        report = fsck(connection, verifiers=[ed25519_verifier(stores.signer.vkey)])
    if as_json:
        say_json(_report(report))
    else:
        _say_report(report)
    raise click.exceptions.Exit(0 if report.is_clean else 1)


def _figures(found: LedgerStatus, *, origin: str, key: str) -> dict[str, object]:
    return {
        "origin": origin,
        "verifier_key": key,
        "size": found.size,
        "root": base64.b64encode(found.root).decode(),
        "checkpoint_size": found.checkpoint_size,
        "checkpoint_at": None if found.checkpoint_at is None else moment(found.checkpoint_at),
        "unsigned": found.unsigned,
        "waiting": found.waiting,
        "waiting_since": None if found.waiting_since is None else moment(found.waiting_since),
        "holder": found.holder,
        "lease_until": None if found.lease_until is None else moment(found.lease_until),
        "fence": found.fence,
    }


def _report(report: Report) -> dict[str, object]:
    return {
        "ok": report.is_clean,
        "size": report.size,
        "checkpoints": report.checkpoints,
        "wrong": report.wrong,
        "findings": [{"fault": one.fault.value, "place": one.place} for one in report.findings],
    }


def _say_report(report: Report) -> None:
    say(f"{report.size} leaves and {report.checkpoints} checkpoints read.")
    say_pairs([(one.fault.value, one.place) for one in report.findings])
    if report.is_clean:
        say("The ledger is whole.")
        return
    more = f" (the first {MOST_FINDINGS} are shown)" if report.wrong > MOST_FINDINGS else ""
    say(
        f"{report.wrong} fault(s){more}. Nothing was changed.\n"
        "  to do: stop the hub, keep a copy of the database as it is, and compare with the last good backup"
    )
