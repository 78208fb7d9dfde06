"""Policy, ledger, notices, keys and tokens from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from consent.ledger.note import check_note, ed25519_verifier, read_note
from consent.ledger.policy import parse_policy
from hub.database import make_engine
from hub.demo.partnership import source_of
from hub.demo.people import HEALTH, KIND_OF
from hub.oauth.keys import load_keys
from hub.oauth.tokens import Tokens
from hub.wiring.build import keyrings_of
from tests.integration.cli.command import Dolen

CLIENT = "dyffryn-education-system"
PROTOCOL = "dyffryn-afon-demo.yaml"

# ---- policy


def test_good_protocols_are_summed_up(dolen: Dolen) -> None:
    answer = dolen.json("policy", "check")
    assert answer["ok"] is True
    (one,) = answer["protocols"]
    assert one["protocol"] == "dyffryn-afon-demo/1"
    assert one["partners"] == sorted(KIND_OF)
    assert "All is well." in dolen.run("policy", "check", str(dolen.home / "protocols")).stdout


def test_every_problem_is_told_with_file_line_and_remedy(dolen: Dolen) -> None:
    path = dolen.home / "protocols" / PROTOCOL
    text = path.read_text(encoding="utf-8").replace("basis: consent", "basis: goodwill", 2)
    path.write_text(text, encoding="utf-8")
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if "goodwill" in line]
    answer = dolen.json("policy", "check", expect=1)
    assert [(one["file"], one["line"]) for one in answer["problems"]] == [(str(path), line) for line in lines]
    assert all(one["remedy"] for one in answer["problems"])
    told = dolen.run("policy", "check", str(path), expect=1).stdout
    assert all(f"{path}:{line}: " in told for line in lines)


def test_a_broken_draft_stops_nothing_because_the_register_decides(dolen: Dolen) -> None:
    (dolen.home / "protocols" / PROTOCOL).write_text("format: dolen-protocol/v1\n")
    assert dolen.json("sync", "ssda903", "--source", str(source_of("ssda903")))["unchanged"] > 0
    for command in ("ledger status", "ledger fsck", "keys status", "notices list", "agency list", "client list"):
        assert dolen.run(*command.split()).exit_code == 0


def test_a_folder_that_is_not_there_is_bad_usage(dolen: Dolen) -> None:
    assert dolen.run("policy", "check", "nowhere", expect=2).exit_code == 2


def test_a_registered_version_is_compared_and_shown_by_its_name(dolen: Dolen) -> None:
    draft = dolen.home / "protocols" / PROTOCOL
    answer = dolen.json("policy", "diff", "dyffryn-afon-demo/1", str(draft))
    assert (answer["same_meaning"], answer["same_bytes"]) == (True, True)
    dolen.run("policy", "diff", "dyffryn-afon-demo/2", str(draft), expect=2)
    assert dolen.json("policy", "matrix")["protocols"] == ["dyffryn-afon-demo/1"]


# ---- ledger


def test_the_newest_checkpoint_is_printed_as_it_was_signed(dolen: Dolen) -> None:
    status = dolen.json("ledger", "status")
    text = dolen.run("ledger", "checkpoint").stdout
    check_note(read_note(text.encode()), [ed25519_verifier(status["verifier_key"])])
    answer = dolen.json("ledger", "checkpoint")
    assert (answer["text"], answer["size"]) == (text, status["size"])
    assert (status["unsigned"], status["waiting"]) == (0, 0)


def test_before_the_first_checkpoint_the_answer_is_no(bare: Dolen) -> None:
    bare.run("init")
    assert "dolen serve" in bare.run("ledger", "checkpoint", expect=1).stderr
    assert bare.json("ledger", "status")["checkpoint_size"] is None


def test_a_whole_ledger_is_clean_and_a_changed_leaf_is_named(dolen: Dolen) -> None:
    clean = dolen.json("ledger", "fsck")
    assert (clean["ok"], clean["findings"]) == (True, [])
    assert clean["size"] > 0
    dolen.sql("UPDATE ledger_leaf SET leaf = CAST('dolen-leaf/v1' || x'00' || zeroblob(32) AS BLOB) WHERE idx = 3")
    broken = dolen.json("ledger", "fsck", expect=1)
    assert broken["wrong"] == len(broken["findings"]) > 0
    told = dolen.run("ledger", "fsck", expect=1).stdout
    assert "to do:" in told
    assert "tile_wrong" in told


def test_the_policy_for_readers_names_the_log_that_signs(dolen: Dolen) -> None:
    policy = parse_policy(dolen.run("ledger", "policy").stdout.encode())
    check_note(read_note(dolen.run("ledger", "checkpoint").stdout.encode()), policy.logs)
    assert policy.quorum is None


# ---- notices


def test_a_notice_that_was_given_up_is_listed_and_tried_again(dolen: Dolen) -> None:
    assert dolen.json("notices", "list")["notices"] == []
    dolen.sql("UPDATE notice SET state = 'dead', last_failure = 'mail-refused' WHERE id = (SELECT min(id) FROM notice)")
    answer = dolen.json("notices", "list")
    (line,) = answer["notices"]
    assert (line["state"], line["last_failure"]) == ("dead", "mail-refused")
    assert answer["counts"]["dead"] == 1
    assert line["notice"] in dolen.run("notices", "list").stdout
    assert dolen.run("notices").stdout == dolen.run("notices", "list").stdout
    dolen.run("notices", "replay", line["notice"])
    assert dolen.json("notices", "list")["counts"] | {"dead": 0, "due": 1} == dolen.json("notices", "list")["counts"]
    assert "not given up" in dolen.run("notices", "replay", line["notice"], expect=1).stderr


def test_a_notice_id_that_is_none_is_bad_usage(dolen: Dolen) -> None:
    assert dolen.run("notices", "replay", "first", expect=2).stdout == ""


# ---- keys


def test_keys_are_counted_by_version_and_rotating_moves_them_all(dolen: Dolen) -> None:
    before = {one["agency"]: one for one in dolen.json("keys", "status")["keyrings"]}
    assert set(before) == {"hub", *KIND_OF}
    count = before[HEALTH.id]["keys"]["1"]
    assert count > 0
    records = dolen.value("SELECT group_concat(hex(digest)) FROM record_version")
    assert f"{count} key(s)" in dolen.run("keys", "rotate", HEALTH.id).stdout
    after = {one["agency"]: one for one in dolen.json("keys", "status")["keyrings"]}
    assert (after[HEALTH.id]["versions"], after[HEALTH.id]["keys"]) == ([1, 2], {"2": count})
    assert after["hub"] == before["hub"]
    assert dolen.value("SELECT group_concat(hex(digest)) FROM record_version") == records
    report = dolen.json("sync", KIND_OF[HEALTH.id], "--source", str(source_of(KIND_OF[HEALTH.id])))
    assert (report["created"], report["updated"]) == (0, 0)


def test_a_rotation_that_was_stopped_is_finished_without_another_version(dolen: Dolen) -> None:
    keyrings_of(dolen.settings).rotate(HEALTH.id)
    told = dolen.run("doctor").stdout
    assert f"dolen keys rotate {HEALTH.id} --resume" in told
    dolen.run("keys", "rotate", HEALTH.id, "--resume")
    one = next(one for one in dolen.json("keys", "status")["keyrings"] if one["agency"] == HEALTH.id)
    assert one["versions"] == [1, 2]
    assert set(one["keys"]) == {"2"}


def test_a_keyring_that_does_not_open_is_said_and_the_others_are_shown(dolen: Dolen) -> None:
    (dolen.home / "secrets" / f"keyring-{HEALTH.id}.passphrase").write_text("pigeon-4711")
    answer = dolen.run("keys", "status", "--json", expect=1)
    states = {one["agency"]: one["state"] for one in json.loads(answer.stdout)["keyrings"]}
    assert {agency for agency, state in states.items() if state != "ok"} == {HEALTH.id}
    assert "pigeon-4711" not in answer.output
    assert "does not open" in dolen.run("keys", "rotate", HEALTH.id, expect=1).stderr


def test_a_keyring_of_nobody_is_not_rotated(dolen: Dolen) -> None:
    before = dolen.contents()
    assert "dolen keys status" in dolen.run("keys", "rotate", "nobody", expect=1).stderr
    assert dolen.contents() == before


# ---- tokens


def test_a_token_is_good_for_what_was_asked_and_stands_alone_on_standard_output(dolen: Dolen) -> None:
    answer = dolen.run("token", CLIENT, "--purpose", "aln-plan", "--role", "alnco", "--scope", "records:read")
    settings = dolen.settings
    engine = make_engine(settings.main_database)
    try:
        live = Tokens(engine, settings, load_keys(settings)).read(answer.stdout.strip(), at=datetime.now(UTC))
    finally:
        engine.dispose()
    assert live.stored.scopes == {"records:read"}
    assert live.stored.details is not None
    assert (live.stored.details.purpose, live.stored.details.role) == ("aln-plan", "alnco")
    assert answer.stdout.strip() not in answer.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("nobody",),
        (CLIENT, "--purpose", "curiosity", "--role", "alnco"),
        (CLIENT, "--purpose", "aln-plan", "--role", "clinician"),
        (CLIENT, "--scope", "everything:read"),
    ],
)
def test_a_token_for_what_a_client_may_not_have_is_refused(arguments: tuple[str, ...], dolen: Dolen) -> None:
    before = dolen.value("SELECT count(*) FROM access_token")
    answer = dolen.run("token", *arguments, expect=1)
    assert answer.stdout == ""
    assert "dolen client list" in answer.stderr
    assert dolen.value("SELECT count(*) FROM access_token") == before


# ---- what is wrong with the home itself


@pytest.mark.parametrize("command", ["token x", "ledger status", "keys status", "notices list", "agency list", "serve"])
def test_without_a_home_every_command_says_so_and_makes_nothing(command: str, bare: Dolen) -> None:
    answer = bare.run(*command.split(), expect=1)
    assert "dolen init" in answer.stderr
    assert not bare.home.exists()


def test_an_old_schema_is_brought_up_by_init_only(dolen: Dolen) -> None:
    dolen.sql("UPDATE alembic_version SET version_num = 'm0006'")
    assert "dolen init" in dolen.run("ledger", "status", expect=1).stderr
    assert dolen.value("SELECT version_num FROM alembic_version") == "m0006"


def test_a_damaged_database_is_told_without_a_traceback(dolen: Dolen) -> None:
    (dolen.home / "dolen.db").write_bytes(b"This is a letter to Angharad. " * 200)
    answer = dolen.run("ledger", "status", expect=1)
    assert "dolen doctor" in answer.stderr
    assert "Angharad" not in answer.output
