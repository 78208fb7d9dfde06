"""The key store: keys are made once, opened only while their keyring is there, and gone for good when destroyed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from hub.database import make_engine, new_id
from hub.sealing.errors import EnvelopeBroken, KeyMissing, KeyringUnavailable, WrongPassphrase
from hub.sealing.keyring import Keyrings
from hub.sealing.model import KeyOwner, agency_key, handle_directory_key, handle_key, learner_key, person_key
from tests.integration.sealing.keyrings import Watch, key_store, passphrase

ROOT = Path(__file__).parents[3]
CHILD = UUID("01890000-0000-7000-8000-000000000001")
OWNERS = [
    handle_key("health", CHILD),
    handle_key("education", CHILD),
    handle_directory_key(CHILD),
    learner_key(CHILD),
    person_key(CHILD),
    agency_key("health"),
]

ENSURE = """
import sys, time
from pathlib import Path
from uuid import UUID
from hub.database import make_engine
from hub.sealing.keyring import Keyrings
from hub.sealing.model import handle_key
from tests.integration.sealing.keyrings import key_store, passphrase
url, folder, start = sys.argv[1], sys.argv[2], float(sys.argv[3])
engine = make_engine(url)
store = key_store(engine, Keyrings(Path(folder), passphrase))
store.keyrings.get("health")
owners = [handle_key("health", UUID(int=number)) for number in range(200)]
time.sleep(max(0.0, start - time.time()))
store.ensure(reversed(owners) if len(sys.argv) > 4 else owners)
print(*[store.unwrap_many(owners)[owner].material.hex() for owner in owners])
engine.dispose()
"""


def test_every_owner_has_a_key_of_its_own_that_stays(store_engine: Engine, keyrings: Keyrings) -> None:
    store = key_store(store_engine, keyrings)
    store.ensure(OWNERS)
    keys = store.unwrap_many(OWNERS)
    assert len({key.material for key in keys.values()}) == len(OWNERS)
    assert all(len(key.material) == 32 and key.owner == owner for owner, key in keys.items())
    store.ensure(OWNERS)
    assert key_store(store_engine, keyrings).unwrap_many(OWNERS) == keys


def test_a_key_that_was_never_made_is_missing(store_engine: Engine, keyrings: Keyrings) -> None:
    with pytest.raises(KeyMissing):
        key_store(store_engine, keyrings).unwrap(OWNERS[0])


def test_a_destroyed_key_is_gone_and_a_new_one_differs(store_engine: Engine, keyrings: Keyrings) -> None:
    store = key_store(store_engine, keyrings)
    store.ensure(OWNERS)
    before = store.unwrap(OWNERS[0])
    assert store.destroy(OWNERS[0])
    assert not store.destroy(OWNERS[0])
    with pytest.raises(KeyMissing):
        store.unwrap(OWNERS[0])
    assert store.unwrap(OWNERS[1]).owner == OWNERS[1]
    store.ensure(OWNERS)
    assert store.unwrap(OWNERS[0]) != before


def test_another_process_forgets_a_destroyed_key_within_the_cache_time(
    store_engine: Engine, keyrings: Keyrings
) -> None:
    watch = Watch()
    here, there = key_store(store_engine, keyrings), key_store(store_engine, keyrings, watch)
    here.ensure(OWNERS)
    there.unwrap(OWNERS[0])
    here.destroy(OWNERS[0])
    watch.turn(seconds=61)
    with pytest.raises(KeyMissing):
        there.unwrap(OWNERS[0])


def test_no_key_outlives_its_time_in_memory_when_the_clock_is_set_back(
    store_engine: Engine, keyrings: Keyrings
) -> None:
    watch = Watch()
    here, there = key_store(store_engine, keyrings), key_store(store_engine, keyrings, watch)
    here.ensure(OWNERS)
    there.unwrap(OWNERS[0])
    here.destroy(OWNERS[0])
    watch.turn(days=-1)
    with pytest.raises(KeyMissing):
        there.unwrap(OWNERS[0])


def test_forgetting_empties_the_cache_and_it_holds_no_more_than_it_may(
    store_engine: Engine, keyrings: Keyrings
) -> None:
    store, other = key_store(store_engine, keyrings, size=2), key_store(store_engine, keyrings)
    store.ensure(OWNERS)
    for owner in OWNERS[:3]:
        store.unwrap(owner)
        other.destroy(owner)
    with pytest.raises(KeyMissing):
        store.unwrap(OWNERS[0])  # the least recently used one made room
    assert store.unwrap_many(OWNERS[1:3])
    store.forget()
    with pytest.raises(KeyMissing):
        store.unwrap(OWNERS[2])


def test_a_row_copied_to_another_owner_does_not_open(store_engine: Engine, keyrings: Keyrings) -> None:
    store = key_store(store_engine, keyrings)
    other = handle_key("health", new_id())
    store.ensure([OWNERS[0], other])
    with store_engine.begin() as connection:
        connection.execute(
            text("UPDATE wrapped_key SET wrapped = (SELECT wrapped FROM wrapped_key WHERE owner_id = :from)"
                 " WHERE owner_id = :to"),
            {"from": str(OWNERS[0].id), "to": str(other.id)},
        )  # fmt: skip
    with pytest.raises(EnvelopeBroken):
        store.unwrap(other)


def test_no_key_rests_in_the_clear(store_engine: Engine, keyrings: Keyrings) -> None:
    store = key_store(store_engine, keyrings)
    store.ensure(OWNERS)
    keys = store.unwrap_many(OWNERS).values()
    with store_engine.connect() as connection:
        stored = b"".join(bytes(row.wrapped) for row in connection.execute(text("SELECT wrapped FROM wrapped_key")))
    assert len(stored) == len(OWNERS) * 60
    assert not any(key.material in stored for key in keys)
    assert not any(key.material.hex() in repr(key) or repr(key.material) in repr(key) for key in keys)


@pytest.fixture
def own_keyrings(keyrings: Keyrings, tmp_path: Path) -> Keyrings:
    """Copies of the keyrings, to be taken away."""
    shutil.copytree(keyrings.path_of("hub").parent, tmp_path / "own")
    return Keyrings(tmp_path / "own", passphrase)


def test_taking_the_keyring_away_stops_that_agency_within_the_cache_time(
    store_engine: Engine, own_keyrings: Keyrings
) -> None:
    watch = Watch()
    store = key_store(store_engine, own_keyrings, watch)
    store.ensure(OWNERS)
    store.unwrap_many(OWNERS)
    own_keyrings.path_of("health").unlink()
    watch.turn(seconds=61)
    with pytest.raises(KeyringUnavailable):
        store.unwrap(handle_key("health", CHILD))
    assert store.unwrap(handle_key("education", CHILD))
    new = handle_key("health", new_id())
    with pytest.raises(KeyringUnavailable):
        store.ensure([new, handle_key("education", new_id())])
    own_keyrings.create("health")  # another keyring of the same name opens nothing of before
    with pytest.raises(EnvelopeBroken):
        store.unwrap(handle_key("health", CHILD))


def test_changing_the_passphrase_stops_that_agency_within_the_cache_time(
    store_engine: Engine, own_keyrings: Keyrings
) -> None:
    watch, words = Watch(), {"health": "passphrase of health"}
    store = key_store(
        store_engine, Keyrings(own_keyrings.path_of("hub").parent, lambda one: SecretStr(words[one])), watch
    )
    store.ensure([handle_key("health", CHILD)])
    store.unwrap(handle_key("health", CHILD))
    words["health"] = "another"
    watch.turn(seconds=61)
    with pytest.raises(WrongPassphrase):
        store.unwrap(handle_key("health", CHILD))


def test_rewrapping_leaves_no_key_on_an_older_version_and_changes_no_key(
    store_engine: Engine, own_keyrings: Keyrings
) -> None:
    store = key_store(store_engine, own_keyrings)
    owners: list[KeyOwner] = [*OWNERS, *(handle_key("health", UUID(int=number)) for number in range(700))]
    store.ensure(owners)
    before = store.unwrap_many(owners)
    own_keyrings.rotate("health")
    assert store.rewrap("health") == 702
    assert store.rewrap("health") == 0
    with store_engine.connect() as connection:
        old = connection.execute(
            text("SELECT DISTINCT agency_id FROM wrapped_key WHERE keyring_version = 1 ORDER BY 1")
        ).scalars()
        assert list(old) == ["education", "hub"]
    store.forget()
    assert store.unwrap_many(owners) == before


def test_two_processes_that_make_the_same_keys_at_once_make_one_each(store_engine: Engine, keyrings: Keyrings) -> None:
    start = str(time.time() + 2.5)
    url = store_engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", ENSURE, url, str(keyrings.path_of("hub").parent), start]
    processes = [
        subprocess.Popen([*command, *more], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for more in ([], ["reversed"])
    ]
    answers = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], answers
    assert len(answers[0][0].split()) == 200
    assert answers[0][0] == answers[1][0]


def test_a_store_that_cannot_be_reached_denies(tmp_path: Path, keyrings: Keyrings) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    with pytest.raises(Exception, match="no such table"):
        key_store(engine, keyrings).unwrap(OWNERS[0])
    engine.dispose()
