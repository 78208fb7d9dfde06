"""`dolen serve` and `dolen worker`: the processes of a running hub."""

from __future__ import annotations

import socket

import click

from hub.cli.faults import Refused
from hub.cli.logs import configure_logs
from hub.cli.running import check_home, is_demo, load_settings, running_hub
from hub.oauth.issuer import check_issuer
from hub.oauth.keys import load_keys
from hub.settings import Settings
from hub.wiring.secrets import pages_key
from workers.run import MemoryBroker, run_worker

PORT = 8700
"""Where a hub listens unless told otherwise."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), help="Otherwise DOLEN_BASE_URL's on this machine, or 8700.")
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True, help="Web processes.")
@click.option("--threads", type=click.IntRange(2, 256), default=8, show_default=True, help="Threads of each process.")
@click.option("--demo-home", is_flag=True, hidden=True, help="The demo starts its own server with this.")
def serve(host: str, port: int | None, processes: int, threads: int, demo_home: bool) -> None:
    """Serve pages, API and authorization server until told to end (SIGTERM, Ctrl-C).

    It speaks plain HTTP and listens on this machine only: for the network, put a proxy with TLS in front, and set
    DOLEN_BASE_URL and DOLEN_TRUSTED_PROXIES. With DOLEN_BROKER_URL at memory:// the worker runs inside.

    \b
    Example:
      dolen serve --port 8700
    """
    settings = load_settings()
    if is_demo(settings) and not demo_home:
        raise Refused(
            f"{settings.home} is a demo home: its people are made up, and its partners' keys lie beside it",
            kept="all of it",
            todo="run `dolen demo`; for a real hub, name another folder in DOLEN_HOME and run `dolen init`",
        )
    configure_logs(settings.log_level)
    chosen = port or _port_of(settings)
    _check(settings)
    check_free(chosen, host=host)
    click.echo(f"Dolen listens on http://{host}:{chosen}/ and is known as {settings.base_url}", err=True)

    from hub.cli.server import Server

    Server(settings, host=host, port=chosen, processes=processes, threads=threads).run()


@click.command()
def worker() -> None:
    """Tell notices and keep the ledger growing, in a process of its own that Redis rings.

    For DOLEN_BROKER_URL=redis://…; any number may run, and leases in the database keep them apart. On the embedded
    default this runs inside `dolen serve`.

    \b
    Example:
      DOLEN_BROKER_URL=redis://127.0.0.1:6379/0 dolen worker
    """
    settings = load_settings()
    if settings.is_embedded:
        raise Refused(str(MemoryBroker()), todo="run `dolen serve` alone, or set DOLEN_BROKER_URL for both processes")
    configure_logs(settings.log_level)
    with running_hub(settings) as hub:
        code = run_worker(settings, hub)
    raise click.exceptions.Exit(code)


def _check(settings: Settings) -> None:
    """Raise what would stop a web process, here, where it can be told; nothing of it outlives the fork."""
    check_home(settings)
    check_issuer(settings)
    load_keys(settings)
    pages_key(settings)
    with running_hub(settings):
        pass


_OTHER_PLACE = "choose another with --port or --host, or end what listens there"


def check_free(port: int, *, host: str = "127.0.0.1", todo: str = _OTHER_PLACE) -> None:
    """Raise Refused where somebody listens there already, or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
    except OSError as problem:
        raise Refused(
            f"{host} port {port} cannot be listened on ({problem.strerror or type(problem).__name__})",
            kept="nothing was started or changed",
            todo=todo,
        ) from None


def _port_of(settings: Settings) -> int:
    is_here = settings.base_url.host in {"127.0.0.1", "localhost", "[::1]"}
    return (settings.base_url.port if is_here else None) or PORT
