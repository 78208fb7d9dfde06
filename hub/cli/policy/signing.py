"""`dolen policy key` and `dolen policy sign`: at the partner, without any hub."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click

from hub.cli.faults import Refused, Unusable
from hub.cli.policy.reference import SIGNATURES
from hub.cli.printing import say, say_pairs
from policies.load_catalogue import load_catalogue
from policies.protocols import load_protocol
from policies.signing import MAX_OFFICE, NotAPartner, key_id_of, sign, signature_file
from policies.signing_keys import (
    MAX_BYTES,
    KeyFileRefused,
    is_encrypted,
    new_private_key,
    public_file,
    read_private_key,
)
from policies.words import Words

PASSPHRASE = click.option(
    "--passphrase-file",
    type=click.File("rb"),
    help="File with the passphrase of the key, `-` for standard input. Otherwise it is asked for.",
)


@click.group()
def key() -> None:
    """Make the key that a partner's designated person signs protocols with.

    \b
    Example:
      dolen policy key new --out afon-health.pem
    """


@key.command("new")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The private key's file.")
@click.option("--encrypt", is_flag=True, help="Guard the file with a passphrase.")
@PASSPHRASE
def new(out: Path, encrypt: bool, passphrase_file: IO[bytes] | None) -> None:
    """Make a new Ed25519 key. The private key stays here; give the public one, printed below, to the hub.

    \b
    Example:
      dolen policy key new --out afon-health.pem --encrypt
    """
    passphrase = _passphrase(passphrase_file, confirm=True) if encrypt or passphrase_file is not None else None
    private, public = new_private_key(passphrase)
    _write_new(out, private)
    say(f"Private key in {out}: keep it at the partner, and a copy of it in a safe. The hub never asks for it.")
    say_pairs([("key id", key_id_of(public)), ("public key", public.hex())])
    click.echo(public_file(public).decode(), nl=False)


@click.command("sign")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", required=True, metavar="ID", help="The partner that signs.")
@click.option("--key", "key_file", type=click.File("rb"), required=True, help="Its private key.")
@click.option("--office-en", help="The office that signs, in English; otherwise the protocol's designated person.")
@click.option("--office-cy", help="The same in Welsh.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day of signing; otherwise today.")
@PASSPHRASE
def sign_file(
    file: Path,
    agency: str,
    key_file: IO[bytes],
    office_en: str | None,
    office_cy: str | None,
    on: datetime | None,
    passphrase_file: IO[bytes] | None,
) -> None:
    """Sign a protocol file for a partner: writes FILE's name with .AGENCY.sig.json beside it.

    Needs no hub and no network. What is signed are the words of the protocol (RFC 8785), not the layout of its file.

    \b
    Example:
      dolen policy sign aln.yaml --agency afon-health --key afon-health.pem
    """
    catalogue = load_catalogue()
    protocol = load_protocol(file, catalogue)
    content = key_file.read(MAX_BYTES + 1)
    passphrase = _passphrase(passphrase_file, confirm=False) if is_encrypted(content) else None
    day = datetime.now(UTC).date() if on is None else on.date()
    try:
        private = read_private_key(content, passphrase)
        signature = sign(protocol, catalogue, agency=agency, key=private, on=day, office=_office(office_en, office_cy))
    except KeyFileRefused as refused:
        raise Unusable(
            f"the key file cannot be used: {refused.reason}",
            kept="nothing was signed",
            todo="name the file that `dolen policy key new` made, with its passphrase",
        ) from None
    except NotAPartner as refused:
        raise Refused(
            str(refused), kept="nothing was signed", todo=f"sign for one of {', '.join(sorted(protocol.partners))}"
        ) from None
    out = file.with_name(f"{file.stem}.{agency}{SIGNATURES}")
    _write_new(out, signature_file(signature), mode=0o644)
    say(f"{agency} signs protocol {protocol.ref}: {out}")
    say_pairs(
        [
            ("digest", signature.digest.hex()),
            ("key id", signature.key_id),
            ("office", f"{signature.office.en} / {signature.office.cy}"),
            ("signed on", day.isoformat()),
        ]
    )
    say("Send it to whoever looks after the hub: dolen policy accept FILE")


def _office(english: str | None, welsh: str | None) -> Words | None:
    if english is None and welsh is None:
        return None
    for text in (english, welsh):
        if text is None or not text.strip() or len(text) > MAX_OFFICE or not text.isprintable():
            raise Unusable(
                f"the office is needed in both languages, 1 to {MAX_OFFICE} characters each",
                kept="nothing was signed",
                todo="give --office-en and --office-cy, or neither",
            )
    return Words(en=str(english).strip(), cy=str(welsh).strip())


def _passphrase(source: IO[bytes] | None, *, confirm: bool) -> bytes:
    if source is None:
        given: str = click.prompt("Passphrase of the key", hide_input=True, confirmation_prompt=confirm, err=True)
        return given.encode()
    passphrase = source.readline(1_024).rstrip(b"\r\n")
    if not passphrase:
        raise Unusable("the passphrase is empty", kept="nothing was made", todo="write it on the first line")
    return passphrase


def _write_new(path: Path, content: bytes, *, mode: int = 0o600) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise Refused(
            f"{path} is there already", kept="it, as it is", todo="choose another name, or move it away first"
        ) from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
