"""What one process did holds for the very next request in another, on both databases."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from hub.database import make_engine
from hub.settings import Settings
from tests.integration.oauth.world import Clock, Partner, World, make_app, probe

SPAWN = multiprocessing.get_context("spawn")
ROUNDS = 25


def app_in(home: str, url: str, at: datetime) -> World:
    """The same hub, in this process."""
    from pydantic import AnyHttpUrl

    settings = Settings(home=Path(home), base_url=AnyHttpUrl("https://hub.example"), database_url=url)
    return World(settings, make_engine(url), Clock(at))


def ask_with_each(
    home: str, url: str, at: datetime, forms: list[dict[str, str]], gate: Barrier, out: Connection
) -> None:
    """Send every form when all processes are ready for it, and report the statuses."""
    world = app_in(home, url, at)
    statuses = []
    http = world.http
    for form in forms:
        gate.wait(timeout=60)
        statuses.append(http.post("/oauth/token", data=form).status_code)
    out.send(statuses)
    world.engine.dispose()


def answer_probes(home: str, url: str, at: datetime, line: Connection) -> None:
    """Answer each token that comes down the line with the status that it gets here."""
    world = app_in(home, url, at)
    while token := line.recv():
        line.send(probe(world.app, token))
    world.engine.dispose()


@contextmanager
def other_process(world: World) -> Iterator[Connection]:
    """A second process of the same hub that answers probes."""
    ours, theirs = SPAWN.Pipe()
    home, url = str(world.settings.home), world.settings.database_url
    process = SPAWN.Process(target=answer_probes, args=(home, url, world.clock(), theirs))
    process.start()
    try:
        yield ours
    finally:
        ours.send("")
        process.join(timeout=30)
        process.kill()
        process.join()
        process.close()
        ours.close()
        theirs.close()


def test_an_assertion_sent_to_two_processes_at_once_is_accepted_once(partner: Partner) -> None:
    world = partner.world
    forms = [partner.form() for _ in range(ROUNDS)]
    gate = SPAWN.Barrier(2)
    lines = [SPAWN.Pipe() for _ in range(2)]
    home, url = str(world.settings.home), world.settings.database_url
    racers = [
        SPAWN.Process(target=ask_with_each, args=(home, url, world.clock(), forms, gate, theirs)) for _, theirs in lines
    ]
    for racer in racers:
        racer.start()
    results = []
    for ours, _ in lines:
        assert ours.poll(120), "a process of the race has not answered"
        results.append(ours.recv())
    for racer in racers:
        racer.join(timeout=30)
        racer.close()
    for ours, theirs in lines:
        ours.close()
        theirs.close()
    assert [sorted(pair) for pair in zip(*results, strict=True)] == [[200, 401]] * ROUNDS


@pytest.mark.parametrize("what", ["revoked", "client", "agency"])
def test_a_withdrawn_token_is_refused_at_once_by_a_process_that_has_just_accepted_it(
    partner: Partner, what: str
) -> None:
    token = partner.token()
    with other_process(partner.world) as other:
        other.send(token)
        assert other.recv() == 200
        if what == "revoked":
            assert partner.at_endpoint("/oauth/revoke", token).status_code == 200
        elif what == "client":
            partner.set(is_active=False)
        else:
            partner.set_agency(is_active=False)
        other.send(token)
        assert other.recv() == 401


def test_both_processes_sign_with_the_same_key(partner: Partner) -> None:
    here = make_app(partner.world.settings, partner.world.engine, partner.world.clock)
    assert probe(here, partner.token()) == 200
