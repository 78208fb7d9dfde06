"""`dolen demo` without `--once`: the partnership stays up, and the terminal says where to look and what to try."""

from __future__ import annotations

import signal
from shlex import quote
from threading import Event, Thread
from uuid import UUID

from hub.demo.codes import show_codes
from hub.demo.home import claimed
from hub.demo.partnership import Partnership, bring_all, client_id_of, found, prepare_home, settle
from hub.demo.people import ACCOUNTABLE, CHILD_UPN, DUTY, EDUCATION, PARENT
from hub.demo.server import running
from hub.demo.transcript import Write
from hub.oauth.model import Scope
from hub.oauth.tokens import issue_token
from hub.settings import Settings
from hub.wiring.build import build
from hub.wiring.hub import Hub

_PORT = 8700


def stay(settings: Settings, port: int | None = None, *, write: Write = print, until: Event | None = None) -> None:
    """Make the demo home anew, serve it, print where to look; return when interrupted, or when `until` is set.

    Raises NotADemoHome or DemoIsRunning, see `hub.demo.home.claimed`.
    """
    chosen = port or _PORT
    settings = settings.model_copy(update={"base_url": type(settings.base_url)(f"http://127.0.0.1:{chosen}")})
    with claimed(settings.home):
        write("Making the partnership: three partners, twelve fictional learners …")
        prepare_home(settings)
        hub = build(settings)
        try:
            people = found(hub)
            for report in bring_all(hub):
                write(f"  {report.kind}: {report.created} records created, {report.quarantined} in quarantine")
            world = settle(hub, people)
            with running(settings, chosen):
                for line in _guide(hub, world, token=_token(hub)):
                    write(line)
                _wait(settings, until or _interrupted(), write)
        finally:
            hub.close()


def _token(hub: Hub) -> str:
    return issue_token(
        hub.engine,
        hub.settings,
        client_id_of(EDUCATION.id),
        purpose="aln-plan",
        role="alnco",
        scopes=[scope.value for scope in Scope],
        at=hub.clock(),
    )


def _guide(hub: Hub, world: Partnership, *, token: str) -> list[str]:
    base = str(hub.settings.base_url).rstrip("/")
    handle: UUID = world.child_handles[EDUCATION.id]
    home = quote(str(hub.settings.home))
    lookup = f'{{"identifiers": [{{"kind": "upn", "value": "{CHILD_UPN}"}}]}}'
    duty = "\n".join(f"  {one.contact.email:<38} duty person of {agency}" for agency, one in DUTY.items())
    return [
        "",
        "Dolen is up. Everybody in it is made up.",
        "",
        f"Pages     {base}/en/   {base}/cy/",
        f"API       {base}/docs   {base}/openapi.json",
        "",
        "Who can sign in (the code appears here, in the terminal, as it would in their mail):",
        f"  {PARENT.contact.email:<38} parent of the child whom all three partners know",
        f"  {ACCOUNTABLE.contact.email:<38} that child's accountable person",
        duty,
        "",
        "Education's system, ready to paste (the token is good for five minutes):",
        f"  TOKEN={token}",
        "  curl -s -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json' \\",
        f"       -d '{lookup}' {base}/v1/learners/lookup",
        f'  curl -s -H "Authorization: Bearer $TOKEN" {base}/v1/learners/{handle}/records',
        "",
        "A fresh token, and a connector on a source of your own:",
        f"  TOKEN=$(DOLEN_HOME={home} DOLEN_BASE_URL={base} .venv/bin/dolen token {client_id_of(EDUCATION.id)})",
        f"  DOLEN_HOME={home} .venv/bin/dolen sync school-census --source PATH --json",
        "",
        "The receipt of a decision, downloaded from the pages, checked with public keys alone:",
        f"  DOLEN_HOME={home} .venv/bin/dolen ledger policy > {home}/verify.policy",
        f"  .venv/bin/dolen verify RECEIPT --policy {home}/verify.policy",
        "",
        "Ctrl-C ends it; the home stays until the next demo, which makes it anew.",
    ]


def _interrupted() -> Event:
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _wait(settings: Settings, until: Event, write: Write) -> None:
    watching = Thread(target=show_codes, args=(settings.home / "mail", until, write), daemon=True)
    watching.start()
    until.wait()
    watching.join(2)
