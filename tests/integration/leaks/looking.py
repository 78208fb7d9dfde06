"""Looking everywhere that somebody can look: the whole API as a partner, every page as a person, every sink as whoever
reads files and databases."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import MetaData, create_engine, select
from werkzeug.test import TestResponse

from hub.database import new_id
from hub.directory.model import Principal
from tests.integration.leaks.canaries import UPN
from tests.integration.leaks.places import CATALOGUE, Place

MOST_PAGES = 200 if os.environ.get("DOLEN_SOAK") else 30
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|\+00:00)")
_MOMENT = re.compile(r"\b[0-9]{1,2} [A-Z][a-z]+ [0-9]{4}, [0-9]{2}:[0-9]{2}")
_HEX = re.compile(r"\b[0-9a-f]{32,64}\b")
_LINK = re.compile(r'(?:href|action)="(/[^"#]*)')


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer: how it was asked for, and every byte of it."""

    how: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def text(self) -> str:
        """All of it, to look for marks in."""
        return f"{self.headers}\n{self.body}"

    def told(self) -> str:
        """All of it, without what differs from one run to the next: ids, instants, and the order that ids give."""
        headers = [pair for pair in self.headers if pair[0] not in ("Set-Cookie", "Location")]
        return f"{self.how}\n{self.status}\n{headers}\n{_canonical(self.body)}"


def _canonical(body: str) -> str:
    try:
        parsed = json.loads(body)
    except ValueError:
        return _without_ids(body)
    if isinstance(parsed, dict) and isinstance(parsed.get("records"), list):
        parsed["records"].sort(key=lambda one: _without_ids(json.dumps(one, sort_keys=True)))
    return _without_ids(json.dumps(parsed, sort_keys=True))


def _without_ids(text: str) -> str:
    for pattern, name in ((_UUID, "<id>"), (_INSTANT, "<at>"), (_MOMENT, "<moment>"), (_HEX, "<hex>")):
        text = pattern.sub(name, text)
    return text


def as_partner(place: Place, principal: Principal) -> Iterator[Seen]:
    """Every address of the API that can be read, as this principal: with and without questions, good and bad."""
    client = place.app.test_client()
    headers = {"Authorization": f"Bearer {place.token(principal)}"}
    handle = place.world.handle(principal.agency_id)
    records = f"/v1/learners/{handle}/records"

    def get(path: str) -> Seen:
        return _seen(path.replace(str(handle), "<handle>"), client.get(path, headers=headers))

    whole = get(records)
    yield whole
    yield from _pages(get, records)
    for name in sorted(CATALOGUE.by_id)[::9]:
        yield get(f"{records}?field={name}")
    for name in sorted(CATALOGUE.by_id)[::23]:
        yield get(f"{records}?has={name}")
        yield get(f"{records}?sort=-{name}")
    asked_why = client.post("/v1/explain", headers=headers, json={"learner": str(handle)})
    yield _seen("why", asked_why)
    for question in ("?field=no.such.field", "?limit=0", "?limit=1&sort=health.speech.fluency", "?after=nothing"):
        yield get(records + question)
    yield get(f"/v1/consents?learner={handle}")
    disclosure = json.loads(whole.body).get("disclosure_id") if whole.status == 200 else None
    if disclosure is not None:
        yield _seen("/v1/disclosures/<own>", client.get(f"/v1/disclosures/{disclosure}", headers=headers))
    asked = {"identifiers": [{"kind": "upn", "value": UPN}]}
    yield _seen("lookup", client.post("/v1/learners/lookup", headers=headers, json=asked))
    yield from _every_other_address(place, client, headers, handle)


def _pages(get: Callable[[str], Seen], records: str) -> Iterator[Seen]:
    """The records page by page: how many stand on each, and all of them together, since ids say which comes first."""
    path, lengths, answers = f"{records}?limit=7", [], []
    while len(lengths) < 200:
        seen = get(path)
        page = json.loads(seen.body)
        lengths.append(len(page.get("records", ())))
        answers.append(page)
        following = page.get("next_after")
        if following is None:
            break
        path = f"{records}?limit=7&after={following}"
    together = {"records": [one for page in answers for one in page.get("records", ())]}
    yield Seen("pages of seven", 200, (("lengths", str(lengths)),), json.dumps(together))


def _every_other_address(place: Place, client: FlaskClient, headers: dict[str, str], handle: UUID) -> Iterator[Seen]:
    """Whatever else the API has to read, also what was added after this was written."""
    own = {"handle_id": handle, "learner_id": handle, "learner": handle}
    for rule in sorted(place.app.url_map.iter_rules(), key=lambda one: one.rule):
        if rule.endpoint.split(".")[0] in ("web", "web_assets", "static") or "GET" not in (rule.methods or ()):
            continue
        if rule.rule in ("/metrics", "/checkpoint", "/openapi.json", "/docs") or "records" in rule.rule:
            continue
        values = {name: own.get(name, new_id() if "uuid" in rule.rule else "x") for name in rule.arguments}
        built = rule.build(values)
        if built is not None:
            for question in ("", f"?learner={handle}"):
                path = built[1] + question
                yield _seen(_without_ids(path), client.get(path, headers=headers))


def as_person(place: Place, person_id: UUID) -> Iterator[Seen]:
    """Every page that links lead to, in both languages, from home, and from the pages of the child."""
    browser = place.browser_of(person_id)
    for language in ("en", "cy"):
        waiting = [f"/{language}/home", f"/{language}/inbox"]
        waiting += [f"/{language}/learners/{place.world.child}/{page}" for page in ("sharing", "looked", "decisions")]
        known = set(waiting)
        for _ in range(MOST_PAGES):
            if not waiting:
                break
            path = waiting.pop(0)
            answer = browser.get(path, follow_redirects=True)
            yield _seen(path, answer)
            for found in _LINK.findall(answer.get_data(as_text=True)):
                link = unescape(found)
                is_ours = urlsplit(link).path.split("/")[1:2] == [language] and "sign-out" not in link
                if is_ours and link not in known:
                    known.add(link)
                    waiting.append(link)


def _seen(how: str, answer: TestResponse) -> Seen:
    return Seen(how, answer.status_code, tuple(answer.headers.items()), answer.get_data(as_text=True))


def in_public(place: Place) -> Iterator[Seen]:
    """What is open to all: figures, checkpoint, health, description."""
    client = place.app.test_client()
    for path in ("/metrics", "/checkpoint", "/health/ready", "/health/live", "/openapi.json", "/docs"):
        yield _seen(path, client.get(path))


def at_rest(place: Place) -> Iterator[tuple[str, bytes]]:
    """Every value of every column, the database files as they lie there, and every file of the home but the secrets."""
    world = place.world
    for engine in (world.hub.engine, world.hub.key_engine):
        yield from _columns(engine.url.render_as_string(hide_password=False))
        for file in Path(engine.url.database or "").parent.glob("*.db*"):
            yield file.name, file.read_bytes()
    for file in sorted(world.settings.home.rglob("*")):
        if file.is_file():
            yield str(file.relative_to(world.settings.home)), file.read_bytes()


def _columns(url: str) -> Iterator[tuple[str, bytes]]:
    engine = create_engine(url)
    try:
        metadata = MetaData()
        metadata.reflect(engine)
        with engine.connect() as connection:
            for table in metadata.sorted_tables:
                rows = [tuple(row) for row in connection.execute(select(table))]
                yield table.name, repr(rows).encode()
    finally:
        engine.dispose()
