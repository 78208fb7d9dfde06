"""Many processes at one code: it signs in once, and is tried five times."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from hub.database import make_engine, new_id, reading
from hub.migrations.run import Store, upgrade
from hub.web import signing_in
from hub.web.language import Language
from hub.web.signing_in import ask_for_code, redeem
from hub.web.tables import rate_count, signin_code, web_session
from tests.databases import KINDS, databases

KEY = bytes(range(32))
AT = datetime(2026, 11, 23, 14, 2, tzinfo=UTC)
PERSON = new_id()
SPAWN = multiprocessing.get_context("spawn")


class Door:
    """What signing in needs, and the codes that were sent."""

    key = KEY

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.codes: list[str] = []

    def send_code(self, person_id: UUID, language: Language, code: str) -> None:
        self.codes.append(code)

    def person_by_email(self, email: str) -> UUID | None:
        return PERSON


def redeem_often(url: str, attempt: str, codes: list[str], start: Barrier) -> int:
    """In a process of its own: wait for the others, then type every code; how often it signed in."""
    engine = make_engine(url)
    try:
        start.wait(timeout=60)
        door = Door(engine)
        return sum(redeem(door, attempt, code, client="c", before=None, at=AT) is not None for code in codes)
    finally:
        engine.dispose()


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a database with every table."""
    with databases(request.param, tmp_path) as both:
        upgrade(both.main, Store.MAIN)
        yield both.main_url


def together(url: str, attempt: str, codes: list[list[str]]) -> int:
    """Type each list of codes in a process of its own, all at once; how many sign-ins came of it."""
    with SPAWN.Manager() as manager, SPAWN.Pool(len(codes)) as pool:
        start = manager.Barrier(len(codes))
        return sum(pool.starmap(redeem_often, [(url, attempt, each, start) for each in codes]))


def ask(url: str) -> tuple[str, str]:
    """An attempt, and the right code for it."""
    engine = make_engine(url)
    door = Door(engine)
    attempt = ask_for_code(door, "a@example.org", client="c", language="en", before=None, at=AT)
    engine.dispose()
    return attempt, door.codes[-1]


def test_of_processes_with_the_right_code_one_signs_in(url: str) -> None:
    attempt, code = ask(url)
    assert together(url, attempt, [[code, code], [code, code], [code]]) == 1
    engine = make_engine(url)
    with reading(engine) as connection:
        assert len(connection.execute(select(web_session)).all()) == 1
    engine.dispose()


def test_processes_together_have_five_tries_and_every_one_is_counted(url: str) -> None:
    attempt, code = ask(url)
    wrong = [f"{(int(code) + step) % 10**6:06d}" for step in range(1, 11)]
    assert together(url, attempt, [wrong, [*wrong, code]]) == 0
    engine = make_engine(url)
    with reading(engine) as connection:
        assert [row.tries for row in connection.execute(select(signin_code))] == [signing_in.MOST_TRIES]
        counts = sorted(row.count for row in connection.execute(select(rate_count)))
    engine.dispose()
    assert counts[-1] == 21
