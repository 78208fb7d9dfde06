"""GET /v1/learners/{id}/records over HTTP, against a bare read of the same bytes with and without an audit row.

Token checked, consent in force, 12 of the 24 fields of the record opened, the disclosure durable before the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from statistics import median
from uuid import UUID

from hub.database import new_id
from hub.demo.people import EDUCATION
from hub.oauth.tokens import issue_token
from hub.sharing.model import RecordQuery
from tests.bench import bare_app
from tests.bench.client import CONNECTIONS, Load, load
from tests.bench.homes import ALLOWED, PURPOSE, ROLE, Child, Home, bring_children, education, home, scratch
from tests.bench.measure import Figure, percentile, ratio_of
from tests.bench.servers import serving
from tests.bench.sizes import Sizes
from tests.databases import database_urls

_AIM = 0.7
_NAMES = {"governed": "governed read", "audited": "bare read and one audit row", "read": "bare read, no audit row"}


def run(sizes: Sizes, databases: Sequence[str]) -> Iterator[Figure]:
    """One database after the other."""
    for database in databases:
        with home(database) as place:
            children = bring_children(place, sizes.children)
            with ExitStack() as stack:
                loads = _loads(stack, place, children, sizes)
            yield from _figures(database, loads)


def _loads(stack: ExitStack, place: Home, children: Sequence[Child], sizes: Sizes) -> dict[str, list[Load]]:
    bare_url, _ = stack.enter_context(database_urls(place.database, stack.enter_context(scratch())))
    bodies = {new_id(): _body(place, child) for child in children}
    bare_app.fill(bare_url, bodies)
    token = issue_token(
        place.hub.engine,
        place.settings,
        f"{EDUCATION.id}-system",
        purpose=PURPOSE,
        role=ROLE,
        scopes=["records:read"],
        at=place.hub.clock(),
    )
    served = {"hub_app": place.settings.for_child(), "bare_app": bare_app.environment(bare_url)}
    hub_port, bare_port = stack.enter_context(serving(served))
    asked = {
        "governed": (
            hub_port,
            [f"/v1/learners/{child.education_handle}/records" for child in children],
            {"Authorization": f"Bearer {token}"},
        ),
        "audited": (bare_port, _paths("audited", bodies), {}),
        "read": (bare_port, _paths("read", bodies), {}),
    }
    loads: dict[str, list[Load]] = {name: [] for name in asked}
    names = list(asked)
    for number in range(sizes.rounds + 1):
        for name in names[number % 3 :] + names[: number % 3]:
            port, paths, headers = asked[name]
            one = load(port, paths, headers=headers, count=sizes.reads)
            if number > 0:  # the first round warms caches and pools up
                loads[name].append(one)
    return loads


def _body(place: Home, child: Child) -> str:
    """What the hub answers about this child, which is what the bare application has stored."""
    answer = place.hub.disclose(education(), child.education_handle, RecordQuery())
    opened = [len(record.fields) for record in answer.records]
    if opened != [ALLOWED]:
        raise ValueError(f"records with {opened} fields were answered, not one with {ALLOWED}")
    return json.dumps(answer.as_json())


def _paths(route: str, bodies: dict[UUID, str]) -> list[str]:
    return [f"/{route}/{name}" for name in bodies]


def _figures(database: str, loads: dict[str, list[Load]]) -> Iterator[Figure]:
    rates = {name: [one.per_second for one in rounds] for name, rounds in loads.items()}
    for name, rounds in loads.items():
        times = [ms for one in rounds for ms in one.milliseconds]
        p50, p95 = percentile(times, 0.5), percentile(times, 0.95)
        what = f"{_NAMES[name]} (p50 {p50:.1f} ms, p95 {p95:.1f} ms, {CONNECTIONS} connections)"
        yield Figure("governed read", what, database, median(rates[name]), "req/s")
    to_audited = ratio_of(rates["governed"], rates["audited"])
    yield Figure(
        "governed read",
        "governed by bare",
        database,
        to_audited,
        "",
        _NAMES["audited"],
        to_audited,
        f">= {_AIM}",
        to_audited >= _AIM,
    )
    to_read = ratio_of(rates["governed"], rates["read"])
    yield Figure("governed read", "governed by bare", database, to_read, "", _NAMES["read"], to_read)
