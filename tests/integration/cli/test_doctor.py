"""`dolen doctor` on a good home, and on homes with one thing wrong each."""

from __future__ import annotations

import shutil
import smtplib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.cli.doctor.command import examine
from hub.cli.doctor.model import Check, Scene, State
from hub.demo.partnership import Partnership, found, prepare_home
from hub.settings import Settings
from hub.wiring.build import build, now
from policies.load_catalogue import load_catalogue
from policies.protocols import load_protocols
from tests.databases import database_urls
from tests.integration.cli.command import Dolen
from tests.integration.telling.smtp_peer import Behaviour, free_port, smtp_peer
from tests.integration.workers.redis_server import running_redis

PROTOCOL = "protocols/dyffryn-afon-demo.yaml"


def faults(answer: dict[str, Any], state: str = "fault") -> dict[str, tuple[str, str]]:
    """Name of a check to what it says and what to do, for all in that state; several findings one after the other."""
    found: dict[str, tuple[str, str]] = {}
    for one in answer["checks"]:
        if one["state"] == state:
            said, todo = found.get(one["check"], ("", ""))
            found[one["check"]] = (f"{said} {one['says']}".strip(), f"{todo} {one['remedy']}".strip())
    return found


def test_a_good_home_has_no_fault_and_every_check_has_looked(dolen: Dolen) -> None:
    answer = dolen.json("doctor")
    assert answer["ok"] is True
    assert faults(answer) == {}
    assert answer["counts"]["skipped"] == 0
    assert {one["state"] for one in answer["checks"]} <= {"ok", "warn"}
    assert all(one["remedy"] for one in answer["checks"] if one["state"] != "ok")
    assert set(answer["checks"][0]) == {"check", "state", "says", "remedy"}


def test_for_people_it_says_what_to_do_below_each_fault(dolen: Dolen) -> None:
    assert "All that is needed works." in dolen.run("doctor").stdout
    (dolen.home / "secrets/pages.key").unlink()
    told = dolen.run("doctor", expect=1).stdout.splitlines()
    (place,) = [number for number, line in enumerate(told) if line.startswith("fault")]
    assert "to do: put secrets/pages.key back" in told[place + 1]


def test_without_a_home_it_says_how_to_make_one_and_makes_nothing(bare: Dolen) -> None:
    answer = bare.json("doctor", expect=1)
    assert "dolen init" in faults(answer)["home"][1]
    assert not bare.home.exists()


def test_it_changes_nothing_but_one_number(dolen: Dolen) -> None:
    dolen.json("doctor")
    before = dolen.contents()
    dolen.json("doctor")
    after = dolen.contents()
    assert {name for name in before if before[name] != after.get(name)} <= {"dolen.db"}
    assert set(after) == set(before)


def _edit(old: str, new: str) -> Callable[[Dolen], None]:
    def edit(dolen: Dolen) -> None:
        path = dolen.home / PROTOCOL
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def _remove(name: str) -> Callable[[Dolen], None]:
    return lambda dolen: (dolen.home / name).unlink()


def _open_up(name: str) -> Callable[[Dolen], None]:
    return lambda dolen: (dolen.home / name).chmod(0o755 if not name or "." not in name else 0o644)


def _write(name: str, text: str) -> Callable[[Dolen], None]:
    return lambda dolen: (dolen.home / name).write_text(text)  # type: ignore[return-value]


def _sql(statement: str, database: str = "dolen.db") -> Callable[[Dolen], None]:
    return lambda dolen: dolen.sql(statement, database=database)


_NO_UUID = "00000000000000000000000000000001"
PLANTED: dict[str, tuple[Callable[[Dolen], None], str, str, str]] = {
    "home open to others": (_open_up(""), "home", "open to others", "chmod 700"),
    "secrets open to others": (_open_up("secrets"), "home", "open to others", "chmod 700"),
    "no pages key": (_remove("secrets/pages.key"), "secrets", "pages.key", "dolen init"),
    "signer key readable": (_open_up("secrets/ledger-signer.key"), "secrets", "others can read", "0600"),
    "short key": (_write("secrets/pages.key", "short"), "secrets", "32 bytes", "secrets/pages.key"),
    "no token key": (_remove("secrets/oauth-current.jwk"), "token keys", "oauth-current", "dolen init"),
    "token key readable": (_open_up("secrets/oauth-next.jwk"), "token keys", "oauth-next", "0600"),
    "old schema": (_sql("UPDATE alembic_version SET version_num = 'm0006'"), "database", "m0006", "dolen init"),
    "old key schema": (_sql("DELETE FROM alembic_version", "keys.db"), "key store", "none", "dolen init"),
    "no database": (_remove("dolen.db"), "database", "not there", "backup"),
    "no key store": (_remove("keys.db"), "key store", "not there", "backup"),
    "no database at all": (_write("dolen.db", "this is a letter" * 100), "database", "cannot be reached", "DOLEN_"),
    "no keyring": (_remove("keyrings/afon-health.keyring"), "keyrings", "afon-health", "afon-health.keyring"),
    "no passphrase": (_remove("secrets/keyring-hub.passphrase"), "keyrings", "hub", "keyring-hub.passphrase"),
    "wrong passphrase": (_write("secrets/keyring-hub.passphrase", "x"), "keyrings", "does not open", "mode 0600"),
    "lost version": (
        _sql("UPDATE wrapped_key SET keyring_version = 9 WHERE agency_id = 'afon-health'", "keys.db"),
        "keyrings",
        "does not hold",
        "newest copy",
    ),
    "lost keys": (
        _sql("DELETE FROM wrapped_key WHERE kind = 'handle'", "keys.db"),
        "keys",
        "missing",
        "key store back",
    ),
    "consent of nobody": (
        _sql(
            "INSERT INTO consent VALUES "
            f"('{_NO_UUID}', '{_NO_UUID}', 'data_sharing', 'a', 'b', 'p', 's', '{_NO_UUID}', '2026-01-01')"
        ),
        "orphans",
        "consents without their",
        "backup",
    ),
    "entry of nobody": (
        _sql(
            "UPDATE ledger_outbox SET owner_id = '00000000-0000-0000-0000-000000000001' "
            "WHERE idx = (SELECT min(idx) FROM ledger_outbox WHERE owner_kind = 'learner')"
        ),
        "orphans",
        "ledger entries without their learner",
        "backup",
    ),
    "protocol gone": (
        _sql("DELETE FROM protocol_state"),
        "in force",
        "no protocol is in force",
        "dolen policy propose",
    ),
    "protocol altered": (
        _sql("UPDATE protocol_document SET source = CAST(replace(source, 'review_on: 20', 'review_on: 21') AS BLOB)"),
        "in force",
        "not what was proposed",
        "last good backup",
    ),
    "signature lost": (
        _sql("DELETE FROM protocol_signature WHERE agency_id = 'afon-health'"),
        "in force",
        "signature of afon-health does not verify",
        "next version",
    ),
    "signature of another": (
        _sql("UPDATE protocol_signature SET signature = randomblob(64) WHERE agency_id = 'dyffryn-education'"),
        "in force",
        "signature of dyffryn-education does not verify",
        "next version",
    ),
    "no duty person": (
        _sql("DELETE FROM duty_person WHERE agency_id = 'afon-health'"),
        "partners",
        "afon-health has named no duty person",
        "dolen agency duty afon-health",
    ),
    "duty person left": (
        _sql("UPDATE person SET is_active = 0 WHERE role = 'duty_desk'"),
        "partners",
        "no longer active",
        "dolen",
    ),
    "no signer state": (_remove("signer/last-signed.json"), "signer", "nothing will be signed", "put it back"),
    "signer state damaged": (_write("signer/last-signed.json", "{"), "signer", "unreadable", "put the file back"),
    "another ledger": (
        _sql("UPDATE ledger_head SET root = zeroblob(32)"),
        "ledger",
        "another root",
        "dolen ledger fsck",
    ),
    "tile lost": (_sql("DELETE FROM ledger_tile WHERE level = 0"), "ledger", "", "dolen ledger fsck"),
    "false checkpoint": (
        _sql("UPDATE ledger_checkpoint SET text = replace(text, 'dolen', 'd0len')"),
        "ledger",
        "not ours",
        "dolen ledger fsck",
    ),
    "notice given up": (_sql("UPDATE notice SET state = 'dead'"), "notices", "given up", "dolen notices list"),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_with_its_remedy(name: str, dolen: Dolen) -> None:
    plant, check, says, remedy = PLANTED[name]
    plant(dolen)
    answer = dolen.json("doctor", expect=1)
    found = faults(answer)
    assert check in found, answer
    assert says in found[check][0]
    assert remedy in found[check][1]
    assert answer["ok"] is False
    assert all(todo for _, todo in found.values())


SETTINGS: dict[str, tuple[dict[str, str], str, str, str]] = {
    "http for everybody": ({"DOLEN_BASE_URL": "http://hub.dolen.example"}, "address", "DOLEN_BASE_URL", "https"),
    "one database": ({"DOLEN_KEYS_URL": "sqlite:///{home}/dolen.db"}, "key store", "one database", "DOLEN_KEYS_URL"),
    "another origin": ({"DOLEN_LOG_ORIGIN": "dolen.example/other"}, "signer", "another log's", "DOLEN_LOG_ORIGIN"),
    "mail server unnamed": ({"DOLEN_MAIL": "smtp"}, "mail", "DOLEN_SMTP_HOST", "set"),
    "password in clear": (
        {"DOLEN_MAIL": "smtp", "DOLEN_SMTP_HOST": "h", "DOLEN_SMTP_USER": "u", "DOLEN_SMTP_SECURITY": "none"},
        "mail",
        "in clear",
        "set",
    ),
    "no mail server": (
        {"DOLEN_MAIL": "smtp", "DOLEN_SMTP_HOST": "127.0.0.1", "DOLEN_SMTP_PORT": "{port}"},
        "mail",
        "cannot be talked to",
        "DOLEN_SMTP_HOST",
    ),
    "no sender": ({"DOLEN_MAIL_FROM": "nobody"}, "mail", "DOLEN_MAIL_FROM is no address", "address of yours"),
    "another broker": ({"DOLEN_BROKER_URL": "amqp://127.0.0.1"}, "broker", "neither", "Redis"),
    "no PostgreSQL": (
        {"DOLEN_DATABASE_URL": "postgresql://who:secret-word@127.0.0.1:{port}/x"},
        "database",
        "cannot be reached",
        "DOLEN_DATABASE_URL",
    ),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_wrong_setting_is_found_with_its_remedy(name: str, dolen: Dolen) -> None:
    env, check, says, remedy = SETTINGS[name]
    filled = {key: value.format(home=dolen.home, port=free_port()) for key, value in env.items()}
    answer = dolen.json("doctor", expect=1, **filled)
    assert check in faults(answer), answer
    assert says in faults(answer)[check][0]
    assert remedy in faults(answer)[check][1]
    assert "secret-word" not in str(answer)


WARNED: dict[str, tuple[dict[str, str], str]] = {
    "a slip of the pen": ({"DOLEN_DATABSE_URL": "x"}, "settings"),
    "long cache": ({"DOLEN_KEY_CACHE_SECONDS": "3600"}, "settings"),
    "slow sweep": ({"DOLEN_SWEEP_SECONDS": "60"}, "settings"),
    "all logged": ({"DOLEN_LOG_LEVEL": "DEBUG"}, "settings"),
    "https without a proxy": ({"DOLEN_BASE_URL": "https://hub.dolen.example"}, "address"),
    "a proxy without https": ({"DOLEN_TRUSTED_PROXIES": "1"}, "address"),
    "no Redis": ({"DOLEN_BROKER_URL": "redis://127.0.0.1:{port}/0"}, "broker"),
}


@pytest.mark.parametrize("name", WARNED)
def test_an_unwise_setting_is_a_warning_and_no_fault(name: str, dolen: Dolen) -> None:
    env, check = WARNED[name]
    filled = {key: value.format(port=free_port()) for key, value in env.items()}
    before, after = dolen.json("doctor"), dolen.json("doctor", **filled)
    new = [one for one in after["checks"] if one["state"] == "warn" and one not in before["checks"]]
    assert [one["check"] for one in new] == [check]
    assert new[0]["remedy"]


@pytest.mark.parametrize(("name", "value"), [("SMTP_PORT", "0"), ("MAIL", "pigeon-4711"), ("BASE_URL", "pigeon-4711")])
def test_a_setting_that_cannot_be_is_named_without_what_it_says(name: str, value: str, dolen: Dolen) -> None:
    answer = dolen.run("doctor", expect=2, **{f"DOLEN_{name}": value})
    assert f"DOLEN_{name}" in answer.stderr
    assert "pigeon-4711" not in answer.output


def _hand_over(dolen: Dolen, partnership: Partnership) -> None:
    to = str(partnership.people["anwen"])
    dolen.run("handover", "--learner", str(partnership.child), "--to", to, stdin={"because": "x"})


def test_a_database_put_back_from_an_older_copy_is_found(dolen: Dolen, partnership: Partnership) -> None:
    older = dolen.home.with_name("older.db")
    shutil.copyfile(dolen.home / "dolen.db", older)
    dolen.run(
        "handover",
        "--learner",
        str(partnership.child),
        "--to",
        str(partnership.people["anwen"]),
        stdin={"because": "x"},
    )
    hub = build(dolen.settings, clock=lambda: now() + timedelta(minutes=5))
    while hub.sequence():
        pass
    hub.close()
    assert faults(dolen.json("doctor")) == {}
    for name in ("dolen.db-wal", "dolen.db-shm"):
        (dolen.home / name).unlink(missing_ok=True)
    shutil.copyfile(older, dolen.home / "dolen.db")
    says, remedy = faults(dolen.json("doctor", expect=1))["signer"]
    assert "was signed, and the database ends at" in says
    assert "newest copy" in remedy


def _later(dolen: Dolen, **after: float) -> dict[str, str]:
    found = list(examine(dolen.settings, at=now() + timedelta(**after)))
    return {name: finding.says for name, finding in reversed(found) if finding.state is State.FAULT}


def test_entries_that_nobody_sequences_are_found(dolen: Dolen, partnership: Partnership) -> None:
    dolen.run(
        "handover",
        "--learner",
        str(partnership.child),
        "--to",
        str(partnership.people["anwen"]),
        stdin={"because": "x"},
    )
    assert "ledger flow" not in _later(dolen)
    late = _later(dolen, hours=1)
    assert "wait for their place" in late["ledger flow"]
    assert "notices wait since" in late["notices"]


def test_a_protocol_past_its_review_is_found_and_one_near_it_is_warned_of(dolen: Dolen) -> None:
    days = 365 * 3
    assert "lapsed on its review date" in _later(dolen, days=days)["in force"]
    found = list(examine(dolen.settings, at=now() + timedelta(days=(_review(dolen) - now().date()).days - 10)))
    assert any(name == "in force" and "lapses on" in one.says for name, one in found if one.state is State.WARN)


def test_a_broken_draft_is_a_warning_because_drafts_decide_nothing(dolen: Dolen) -> None:
    _edit("version: 1", "version: one")(dolen)
    says, remedy = faults(dolen.json("doctor"), "warn")["protocols"]
    assert "dyffryn-afon-demo.yaml:" in says
    assert "number" in remedy


def test_a_partner_without_its_office_holders_is_a_warning(dolen: Dolen) -> None:
    says, remedy = faults(dolen.json("doctor"), "warn")["in force"]
    assert "afon-health has named nobody as its designated person" in says
    assert "dolen agency office afon-health --office designated" in remedy


def _review(dolen: Dolen) -> date:
    return load_protocols(dolen.home / "protocols", load_catalogue())[0].review_on


def test_a_redis_is_looked_at_from_outside(dolen: Dolen, tmp_path: Path) -> None:
    with running_redis(tmp_path) as server:
        answer = dolen.json("doctor", DOLEN_BROKER_URL=server.url)
        assert "appendonly" in faults(answer, "warn")["broker"][0]
        with server.client() as client:
            client.config_set("maxmemory-policy", "allkeys-lru")
        answer = dolen.json("doctor", DOLEN_BROKER_URL=server.url, expect=1)
        assert "allkeys-lru" in faults(answer)["broker"][0]
        assert "noeviction" in faults(answer)["broker"][1]


def test_a_mail_server_that_answers_is_well_and_one_that_refuses_the_sign_in_is_not(dolen: Dolen) -> None:
    with smtp_peer(Behaviour()) as port:
        env = {"DOLEN_MAIL": "smtp", "DOLEN_SMTP_HOST": "127.0.0.1", "DOLEN_SMTP_PORT": str(port)}
        assert "mail" not in faults(dolen.json("doctor", **env, DOLEN_SMTP_SECURITY="none"))
        answer = dolen.json("doctor", **env, DOLEN_SMTP_SECURITY="starttls", expect=1)
        assert "TLS" in faults(answer)["mail"][0] or smtplib.SMTPNotSupportedError.__name__ in faults(answer)["mail"][0]


@pytest.mark.postgres
def test_a_good_home_on_postgres_has_no_fault(tmp_path: Path) -> None:
    with database_urls("postgres", tmp_path) as (main, keys):
        dolen = Dolen(tmp_path / "home", env={"DOLEN_DATABASE_URL": main, "DOLEN_KEYS_URL": keys})
        settings = Settings(home=dolen.home, database_url=main, keys_url=keys)
        prepare_home(settings)
        hub = build(settings)
        found(hub)
        hub.close()
        answer = dolen.json("doctor")
        assert faults(answer) == {}
        assert any("postgresql, commits are durable" in one["says"] for one in answer["checks"])


def test_a_check_that_breaks_is_a_finding_and_the_next_ones_go_on(dolen: Dolen) -> None:
    def breaks(_scene: Scene) -> Any:
        raise LookupError("Angharad")

    checks = (Check("broken", breaks), Check("next", lambda _scene: ()), Check("leaning", breaks, needs=("broken",)))
    found = list(examine(dolen.settings, at=now(), checks=checks))
    assert [(name, one.state) for name, one in found] == [("broken", State.FAULT), ("leaning", State.SKIPPED)]
    assert "Angharad" not in found[0][1].says
    assert "LookupError" in found[0][1].says
