"""`dolen demo`: the fictional partnership."""

from __future__ import annotations

import click

from hub.cli.faults import Refused
from hub.cli.running import load_settings
from hub.cli.serving import PORT, check_free

_OTHER_PORT = "end what listens there (another demo?), or take another: `make demo PORT=8701`, `dolen demo --port 8701`"


@click.command()
@click.option("--once", is_flag=True, help="Tell the whole story, check every step, and end.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port on 127.0.0.1; otherwise 8700, and with --once a free one."
)
def demo(once: bool, port: int | None) -> None:
    """Show a hub with three fictional partners, learners and a family, ready to click through.

    With --once: a transcript whose every step is checked by the program; exit code 1 at the first that fails.
    The home (DOLEN_HOME) is made anew each time and marked; a home that the demo did not make is left alone.

    \b
    Example:
      dolen demo
      dolen demo --once
    """
    from hub.demo.home import DemoIsRunning, NotADemoHome
    from hub.demo.stay import stay
    from hub.demo.story import run_once

    settings = load_settings()
    if port is not None or not once:
        check_free(port or PORT, todo=_OTHER_PORT)
    try:
        is_good = run_once(settings, port) if once else True
        if not once:
            stay(settings, port)
    except NotADemoHome:
        raise Refused(
            f"{settings.home} holds something that the demo did not make",
            kept="all of it",
            todo="name another folder in DOLEN_HOME, or empty this one yourself",
        ) from None
    except DemoIsRunning:
        raise Refused(
            f"another demo is up in {settings.home}",
            kept="all of it",
            todo="end that one (Ctrl-C in its terminal), or name another folder in DOLEN_HOME",
        ) from None
    except KeyboardInterrupt:
        raise Refused(
            "the demo was interrupted before it was through",
            kept=f"what it made so far, in {settings.home}",
            todo="begin again: the next demo makes that folder anew",
        ) from None
    if not is_good:
        raise click.exceptions.Exit(1)
