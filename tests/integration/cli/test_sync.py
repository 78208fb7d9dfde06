"""`dolen sync`: a row report for people and for programs, and exit codes that scripts can rely on."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors.registry import KINDS
from hub.demo.partnership import source_of
from hub.demo.people import CHILD_UPN, KIND_OF
from tests.integration.cli.command import Dolen

COUNTS = ("created", "updated", "unchanged", "quarantined", "out_of_scope", "ignored")
REPORT = {"kind", "source", "read", *COUNTS, "reasons"}


@pytest.mark.parametrize("kind", KINDS)
def test_in_a_demo_home_every_kind_finds_its_partner_and_a_second_run_changes_nothing(kind: str, dolen: Dolen) -> None:
    report = dolen.json("sync", kind, "--source", str(source_of(kind)))
    assert set(report) >= REPORT
    assert (report["kind"], report["source"]) == (kind, str(source_of(kind)))
    assert report["read"] == sum(report[name] for name in COUNTS) > 0
    assert (report["created"], report["updated"]) == (0, 0)
    assert sum(report["reasons"].values()) == report["quarantined"]


def test_a_report_for_people_says_every_count_and_what_to_do_about_quarantine(dolen: Dolen) -> None:
    answer = dolen.run("sync", "fhir-r4", "--source", str(source_of("fhir-r4")))
    for name in ("read", "created", "unchanged", "out of scope", "ignored", "Patient"):
        assert name in answer.stdout
    assert "no_subject: say at the source whom it is about" in answer.stdout
    assert answer.stderr == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_dry_run_says_the_same_and_changes_nothing(kind: str, dolen: Dolen) -> None:
    before = dolen.contents()
    report = dolen.json("sync", kind, "--source", str(source_of(kind)), "--dry-run")
    assert dolen.contents() == before
    assert report["dry_run"] is True
    for_real = dolen.json("sync", kind, "--source", str(source_of(kind)))
    assert {name: report[name] for name in COUNTS} == {name: for_real[name] for name in COUNTS}
    assert dolen.contents() != before


@pytest.mark.parametrize("source", ["nowhere", "http://user:secret-word@127.0.0.1/fhir"])
def test_a_source_that_cannot_be_read_is_exit_code_two_with_reason_and_remedy(source: str, dolen: Dolen) -> None:
    answer = dolen.run("sync", "fhir-r4", "--source", source, expect=2)
    assert "to do:" in answer.stderr
    assert "secret-word" not in answer.output
    assert answer.stdout == ""


def test_a_server_that_is_not_there_is_exit_code_two(dolen: Dolen) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        answer = dolen.run("sync", "fhir-r4", "--source", f"http://127.0.0.1:{port}/fhir", expect=2)
    assert "cannot be reached" in answer.stderr or "can't be reached" in answer.stderr


def test_the_authorization_of_a_server_comes_from_a_file_and_goes_to_that_server_only(
    dolen: Dolen, tmp_path: Path
) -> None:
    secret = tmp_path / "authorization"
    secret.write_text("Bearer pigeon-4711\n")
    with refusing_server() as (port, seen):
        url = f"http://127.0.0.1:{port}/fhir"
        answer = dolen.run("sync", "fhir-r4", "--source", url, "--authorization", str(secret), expect=2)
    assert set(seen) == {"Bearer pigeon-4711"}
    assert "refuses us" in answer.stderr
    assert "pigeon-4711" not in answer.output


@contextmanager
def refusing_server() -> Iterator[tuple[int, list[str]]]:
    """Answers 401 to everything, and keeps the Authorization headers that it saw."""
    seen: list[str] = []

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization", ""))
            self.send_response(401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port, seen
        finally:
            server.shutdown()
            thread.join()


def test_a_file_of_another_kind_is_refused_without_quoting_it(dolen: Dolen, tmp_path: Path) -> None:
    wrong = tmp_path / "letter.txt"
    wrong.write_text(f"Dear parent of {CHILD_UPN}\n")
    answer = dolen.run("sync", "school-census", "--source", str(wrong), expect=2)
    assert CHILD_UPN not in answer.output


@pytest.mark.parametrize(
    ("change", "says", "todo"),
    [
        ("DELETE FROM duty_person", "no duty person", "dolen agency duty"),
        ("UPDATE agency SET is_active = 0", "no active partner", "dolen agency"),
        ("UPDATE protocol_state SET state = 'suspended'", "no protocol in force", "admission rule"),
    ],
)
def test_what_stops_a_whole_run_is_exit_code_one_with_what_to_do(
    change: str, says: str, todo: str, dolen: Dolen
) -> None:
    dolen.sql(change)
    answer = dolen.run("sync", "ssda903", "--source", str(source_of("ssda903")), expect=1)
    assert says in answer.stderr
    assert todo in answer.stderr.partition("to do:")[2]


def test_a_partner_that_is_not_there_is_exit_code_one(dolen: Dolen) -> None:
    answer = dolen.run("sync", "ssda903", "--source", str(source_of("ssda903")), "--agency", "nobody", expect=1)
    assert "dolen agency list" in answer.stderr


def test_outside_a_demo_the_one_partner_of_the_sector_is_meant(dolen: Dolen) -> None:
    (dolen.home / "demo-home").unlink()
    assert dolen.json("sync", "ssda903", "--source", str(source_of("ssda903")))["unchanged"] > 0


def test_outside_a_demo_two_partners_of_a_sector_must_be_told_apart(dolen: Dolen) -> None:
    (dolen.home / "demo-home").unlink()
    dolen.sql("UPDATE agency SET sector = 'social_care'")
    answer = dolen.run("sync", "ssda903", "--source", str(source_of("ssda903")), expect=2)
    assert all(agency in answer.stderr for agency in KIND_OF)
    assert "--agency" in answer.stderr
    dolen.sql("UPDATE agency SET sector = 'health'")
    answer = dolen.run("sync", "ssda903", "--source", str(source_of("ssda903")), expect=1)
    assert "no active partner of sector social_care" in answer.stderr


def test_a_keyring_that_was_taken_away_stops_the_run(dolen: Dolen) -> None:
    (dolen.home / "keyrings" / "dyffryn-social-care.keyring").unlink()
    answer = dolen.run("sync", "ssda903", "--source", str(source_of("ssda903")), expect=1)
    assert "dyffryn-social-care" in answer.stderr
