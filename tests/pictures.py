"""Takes the README's pictures: `.venv/bin/python -m tests.pictures`, with Chromium installed. No test; run by hand.

A demo of its own is served from a throwaway home; a browser without scripts walks through it as a parent and as the
accountable person. What changes on the pages shows in the pictures only when they are taken again.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from threading import Event, Thread

import httpx
from playwright.sync_api import Page, sync_playwright
from pydantic import AnyHttpUrl

from hub.demo.agency_system import AgencySystem
from hub.demo.partnership import DATA
from hub.demo.people import ACCOUNTABLE, HEALTH, PARENT
from hub.demo.server import free_port
from hub.demo.stay import stay
from hub.settings import Settings

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WIDTH, HEIGHT, SCALE = 1000, 1100, 0.75
MOST_BYTES = 200_000


@contextmanager
def demo() -> Iterator[tuple[Settings, Queue[str]]]:
    """A demo that is up while the block runs, and the lines that it writes to its terminal."""
    lines: Queue[str] = Queue()
    stop = Event()
    with TemporaryDirectory() as folder:
        port = free_port()
        settings = Settings(home=Path(folder) / "home", base_url=AnyHttpUrl(f"http://127.0.0.1:{port}"))
        thread = Thread(target=stay, args=(settings, port), kwargs={"write": lines.put, "until": stop})
        thread.start()
        try:
            _wait_for(lines, r"Ctrl-C ends it")
            yield settings, lines
        finally:
            stop.set()
            thread.join()


def take(page: Page, name: str, *, height: int = HEIGHT) -> None:
    """Save what stands in a window of this height; refuses a picture that would make a page slow to read."""
    path = PICTURES / f"{name}.png"
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.screenshot(path=path)
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"{path.name} is larger than {MOST_BYTES} bytes")


def sign_in(page: Page, lines: Queue[str], email: str | None) -> None:
    """Sign in with the code that the terminal shows."""
    page.goto("/en/sign-in")
    page.locator("input[name=email]").fill(email or "")
    _go_on(page)
    page.locator("input[name=code]").fill(_wait_for(lines, r"code, (\d{6})"))
    _go_on(page)


def family(page: Page, lines: Queue[str]) -> None:
    """The parent: who can see what in both languages, a grant, its confirmation."""
    sign_in(page, lines, PARENT.contact.email)
    page.locator("main a[href$=sharing]").first.click()
    take(page, "who-can-see-what", height=1840)
    page.goto(page.url.replace("/en/", "/cy/"))
    page.locator("h2", has_text=HEALTH.name_cy).evaluate("heading => heading.scrollIntoView()")
    take(page, "who-can-see-what-in-welsh", height=1060)
    page.goto(page.url.replace("/cy/", "/en/"))
    why(page)
    page.goto(page.url.partition("/sharing")[0] + "/decisions")
    _choose(page)
    take(page, "check-your-answers", height=1425)
    _go_on(page)
    take(page, "confirmation", height=1085)
    page.locator("form[action$=sign-out] button").click()


def why(page: Page) -> None:
    """From "who can see what": why the school can't see what the speech therapist wrote."""
    page.locator("tr", has_text="Speech").filter(has_text=HEALTH.name_en).first.locator("th a").click()
    take(page, "explain", height=1720)


def accountable(page: Page, lines: Queue[str], settings: Settings) -> None:
    """Health pushes a changed assessment, and the accountable person finds the notice."""
    health = AgencySystem.of(settings, HEALTH.id, _client(settings), purpose="aln-plan", role="clinician")
    with health.http:
        health.get_token()
        health.push((DATA / "health" / "changed-assessment.json").read_bytes())
    sign_in(page, lines, ACCOUNTABLE.contact.email)
    page.goto("/en/inbox")
    take(page, "inbox", height=800)
    page.goto("/en/policy/matrix")
    page.locator("h2", has_text=HEALTH.name_en).evaluate("heading => heading.scrollIntoView()")
    take(page, "matrix", height=1300)


def main() -> None:
    """Take all pictures anew."""
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir()
    with demo() as (settings, lines), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        context = browser.new_context(
            base_url=str(settings.base_url),
            java_script_enabled=False,
            viewport={"width": WIDTH, "height": HEIGHT},
            device_scale_factor=SCALE,
        )
        page = context.new_page()
        family(page, lines)
        accountable(page, lines, settings)
        browser.close()


def _client(settings: Settings) -> httpx.Client:
    return httpx.Client(base_url=str(settings.base_url), timeout=30)


def _choose(page: Page) -> None:
    """Tick two fields of the speech group for the school, until half a year from now."""
    links = page.locator("main a[href*='/offers/']").evaluate_all("all => all.map(one => one.href)")
    for link in links:
        page.goto(link)
        if page.locator("input[value='health.speech.receptive_language']").count():
            break
    page.locator("input[value='health.speech.receptive_language']").check()
    page.locator("input[value='health.speech.therapy_recommendation']").check()
    until = datetime.now(UTC) + timedelta(days=200)
    for part, number in (("day", until.day), ("month", until.month), ("year", until.year)):
        page.locator(f"input[name=until-{part}]").fill(str(number))
    _go_on(page)


def _go_on(page: Page) -> None:
    page.locator("main form button").first.click()


def _wait_for(lines: Queue[str], pattern: str) -> str:
    while True:
        found = re.search(pattern, lines.get(timeout=90))
        if found:
            return found.group(found.re.groups)


if __name__ == "__main__":
    main()
