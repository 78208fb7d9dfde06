"""`dolen policy propose | accept | enforce | suspend | resume`: the steps in the life of a protocol."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from hub.cli.faults import Refused, Unusable
from hub.cli.policy.reference import REF
from hub.cli.printing import say
from hub.cli.running import load_settings, running_hub
from hub.protocols.errors import ProtocolRefused
from hub.protocols.model import State
from hub.wiring.hub import Hub
from policies.model import ProtocolRef
from policies.signing import MAX_BYTES, SignatureMalformed, read_signature
from policies.strict_yaml import MAX_BYTES as MAX_PROTOCOL_BYTES

_NOTHING = "what was in force is in force still"


@click.command()
@click.argument("file", type=click.File("rb"))
def propose(file: IO[bytes]) -> None:
    """Take a protocol file into the register. It permits nothing before every partner has signed it.

    \b
    Example:
      dolen policy propose aln.yaml
    """
    with running_hub(load_settings()) as hub:
        found = hub.protocols.propose(file.read(MAX_PROTOCOL_BYTES + 1), file=file.name)
    say(f"Protocol {found.ref} is {_words(found.state)}; digest of what partners sign: {found.digest.hex()}")
    if found.state is State.PROPOSED:
        say(f"Next, at each partner: dolen policy sign {file.name} --agency ID --key KEYFILE")


@click.command()
@click.argument("files", type=click.Path(exists=True, dir_okay=False, path_type=Path), nargs=-1, required=True)
def accept(files: tuple[Path, ...]) -> None:
    """Take in signatures of partners; with the last one the protocol is agreed. One bad file stops no other.

    \b
    Example:
      dolen policy accept aln.*.sig.json
    """
    with running_hub(load_settings()) as hub:
        refused = [file for file in files if not _accepted(hub, file)]
    if refused:
        raise Refused(
            f"{len(refused)} of {len(files)} signature file(s) were refused",
            kept=f"the others were taken in; {_NOTHING}",
            todo="mend each file named above and accept it again",
        )


@click.command()
@REF
def enforce(ref: ProtocolRef) -> None:
    """Put an agreed protocol in force: from its first day, in every process, from the next read on.

    \b
    Example:
      dolen policy enforce dyffryn-afon-aln/1
    """
    with running_hub(load_settings()) as hub:
        found = hub.protocols.enforce(ref)
    say(f"Protocol {found.ref} is {_words(found.state)}.")


@click.command()
@REF
def suspend(ref: ProtocolRef) -> None:
    """Hold a protocol back: it permits nothing, in every process, from the next read on. An older one stays over.

    \b
    Example:
      dolen policy suspend dyffryn-afon-aln/1
    """
    with running_hub(load_settings()) as hub:
        found = hub.protocols.suspend(ref)
    say(f"Protocol {found.ref} is {_words(found.state)}: it permits nothing.")


@click.command()
@REF
def resume(ref: ProtocolRef) -> None:
    """Let a suspended protocol permit again.

    \b
    Example:
      dolen policy resume dyffryn-afon-aln/1
    """
    with running_hub(load_settings()) as hub:
        found = hub.protocols.resume(ref)
    say(f"Protocol {found.ref} is {_words(found.state)}.")


def _accepted(hub: Hub, file: Path) -> bool:
    try:
        with file.open("rb") as source:
            signature = read_signature(source.read(MAX_BYTES + 1))
        found = hub.protocols.accept(signature)
    except OSError:
        raise Unusable(f"{file} cannot be read", kept=_NOTHING, todo="check its mode") from None
    except SignatureMalformed as problem:
        return _said(file, str(problem), "let the partner sign again with `dolen policy sign`")
    except ProtocolRefused as problem:
        return _said(file, str(problem), problem.todo)
    say(f"{file}: {signature.agency} has signed protocol {found.ref}, which is {_words(found.state)}")
    return True


def _said(file: Path, problem: str, todo: str) -> bool:
    click.echo(f"{file}: {problem}\n  to do: {todo}", err=True)
    return False


def _words(state: State) -> str:
    return state.value.replace("_", " ")
