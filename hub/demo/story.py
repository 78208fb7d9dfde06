"""The story of `dolen demo --once`: eight steps, each checked by the program itself while it runs."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

from hub.demo import steps
from hub.demo.home import claimed
from hub.demo.partnership import found, prepare_home
from hub.demo.server import free_port, running, working
from hub.demo.stage import Stage
from hub.demo.transcript import StepFailed, Transcript, Write
from hub.settings import Settings
from hub.wiring.build import build


def run_once(settings: Settings, port: int | None = None, *, write: Write = print) -> bool:
    """Tell the story in a home made anew; True when every step held. State stays under `settings.home`.

    Partners' systems and people talk to two web servers, each a process of its own; the database is their only tie.

    Raises NotADemoHome or DemoIsRunning, see `hub.demo.home.claimed`.
    """
    chosen = free_port() if port is None else port
    settings = settings.model_copy(update={"base_url": type(settings.base_url)(f"http://127.0.0.1:{chosen}")})
    transcript = Transcript(write)
    try:
        with claimed(settings.home), ExitStack() as stack:
            _tell(settings, chosen, transcript, stack)
    except StepFailed as failed:
        write(f"\nThe story ends here: {failed}")
        write(f"What the servers wrote is in {settings.home / 'log'}; nothing was removed.")
        return False
    transcript.end()
    return True


def _tell(settings: Settings, port: int, transcript: Transcript, stack: ExitStack) -> None:
    transcript.step(
        1, "Three partners, each with its own keyring, clients and keys; one protocol in force between them"
    )
    prepare_home(settings)
    hub = build(settings)
    stack.callback(hub.close)
    stage = Stage(settings=settings, hub=hub, transcript=transcript, people=found(hub))
    steps.partners(stage)
    transcript.step(2, "Three connectors bring assessments from real formats; a second run changes nothing")
    steps.connectors(stage)
    stage.http = stack.enter_context(running(settings, port))
    stage.pages = stack.enter_context(running(settings, free_port()))
    stack.enter_context(working(settings))
    for number, title, act in _STEPS:
        transcript.step(number, title)
        act(stage)


_STEPS: tuple[tuple[int, str, Callable[[Stage], None]], ...] = (
    (
        3,
        "Education looks the learner up, gets a token and reads: what duty gives, and nothing that needs consent",
        steps.read,
    ),
    (
        4,
        "The parent grants a group of health fields until a date; the next read shows them, and only them",
        steps.grant,
    ),
    (5, "The parent withdraws; the very next read shows none of them, in another process too", steps.withdraw),
    (6, "Health pushes a changed assessment; the accountable person gets one notice and acknowledges it", steps.notice),
    (7, "The receipts are checked with public keys alone; every copy with one bit changed is refused", steps.receipts),
    (8, "No value lies in clear in any file of the home", steps.search_home),
)
