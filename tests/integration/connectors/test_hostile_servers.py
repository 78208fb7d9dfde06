"""Servers that mislead: circles, other hosts, pages that are missing, wrong versions, refusals, floods."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from connectors.base import Assessment, ServerSource, Unit, UnreadableSource
from connectors.limits import DEFAULT_LIMITS
from connectors.registry import connector

Answer = tuple[int, dict[str, str], bytes]
Answering = Callable[[str, dict[str, list[str]], str], Answer]
CANARY = "Zebedee-Quillfeather"
R4 = {"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", "rest": [{"resource": [{"type": "Observation"}]}]}


def _json(document: object, status: int = 200) -> Answer:
    return status, {"Content-Type": "application/fhir+json"}, json.dumps(document).encode()


def _observation(number: int) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": "final",
        "code": {"text": "Height"},
        "subject": {"reference": "Patient/p1"},
        "valueString": CANARY,
    }


def _bundle(numbers: range, *, total: int | None = None, following: str | None = None) -> dict[str, object]:
    return {
        "resourceType": "Bundle",
        "type": "searchset",
        "entry": [{"resource": _observation(number)} for number in numbers],
        "link": [] if following is None else [{"relation": "next", "url": following}],
        **({} if total is None else {"total": total}),
    }


@contextmanager
def _serving(answering: Answering) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Base address of a server on loopback that answers as told, and the headers that it was sent."""
    seen: list[dict[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(dict(self.headers))
            parts = urlsplit(self.path)
            kind = parts.path.removeprefix("/fhir").strip("/")
            if kind == "Patient":
                status, headers, body = _json({"resourceType": "Bundle", "type": "searchset"})
            else:
                status, headers, body = answering(kind, parse_qs(parts.query), f"http://{self.headers['Host']}/fhir")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/fhir", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _read(base: str) -> list[Unit]:
    return list(connector("fhir-r4").read(ServerSource(base)))


def _refused(answering: Answering, source: Callable[[str], ServerSource] = ServerSource) -> UnreadableSource:
    with _serving(answering) as (base, _), pytest.raises(UnreadableSource) as refusal:
        list(connector("fhir-r4").read(source(base)))
    assert CANARY not in str(refusal.value)
    assert refusal.value.__cause__ is None
    return refusal.value


def test_pages_are_followed_to_the_end() -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        if kind == "metadata":
            return _json(R4)
        start = int(query.get("at", ["0"])[0])
        following = f"{base}/Observation?at={start + 5}" if start < 20 else None
        return _json(_bundle(range(start, start + 5), following=following))

    with _serving(answering) as (base, _):
        assert len([unit for unit in _read(base) if isinstance(unit, Assessment)]) == 25


def test_a_relative_next_link_is_followed() -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        if kind == "metadata":
            return _json(R4)
        return _json(_bundle(range(5, 7)) if "at" in query else _bundle(range(5), following="?at=5"))

    with _serving(answering) as (base, _):
        assert len(_read(base)) == 7


def test_a_count_without_a_next_link_is_read_by_offset() -> None:
    """Medplum's router counts 200, gives five and names no next page."""

    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        if kind == "metadata":
            return _json({"status": "ok"})
        start = int(query.get("_offset", ["0"])[0])
        has_them = kind == "Observation"
        return _json(_bundle(range(start, min(start + 5, 23)), total=23) if has_them else _bundle(range(0), total=0))

    with _serving(answering) as (base, _):
        assert len({unit.reference for unit in _read(base) if isinstance(unit, Assessment)}) == 23


def test_a_server_that_counts_more_than_it_hands_out_is_reported() -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        return _json(R4) if kind == "metadata" else _json(_bundle(range(5), total=200))

    assert "counts more Observation than it hands out" in _refused(answering).reason


def test_pages_that_turn_in_a_circle_end_the_reading() -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        if kind == "metadata":
            return _json(R4)
        at = "2" if query.get("at") == ["1"] else "1"
        return _json(_bundle(range(2), following=f"{base}/Observation?at={at}"))

    assert "circle" in _refused(answering).reason


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://169.254.169.254/latest",
        "http://localhost:1/fhir/Observation",
        "file:///etc/passwd",
        "//192.0.2.1/x",
        "http://user@HOST/fhir/Observation",
        "https://HOST/fhir/Observation",
        "http://[broken",
    ],
)
def test_a_next_link_to_another_host_is_refused(elsewhere: str) -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        link = elsewhere.replace("HOST", urlsplit(base).netloc)
        return _json(R4) if kind == "metadata" else _json(_bundle(range(2), following=link))

    assert "another host" in _refused(answering).reason


def test_a_redirect_is_not_followed_and_no_token_goes_there() -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        return 302, {"Location": f"{base}/elsewhere"}, b""

    with _serving(answering) as (base, seen), pytest.raises(UnreadableSource, match="elsewhere"):
        list(connector("fhir-r4").read(ServerSource(base, authorization=lambda: f"Bearer {CANARY}")))
    assert len(seen) == 1


def test_the_token_is_sent_and_asked_for_anew_each_time() -> None:
    tokens = iter(range(100))

    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        return _json(R4) if kind == "metadata" else _json(_bundle(range(1)))

    with _serving(answering) as (base, seen):
        list(connector("fhir-r4").read(ServerSource(base, authorization=lambda: f"Bearer {next(tokens)}")))
    assert [headers["Authorization"] for headers in seen] == [f"Bearer {number}" for number in range(len(seen))]


@pytest.mark.parametrize("version", ["5.0.0", "3.0.2", "4.3.0", None, 4])
def test_another_fhir_version_is_refused_before_anything_is_read(version: object) -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        assert kind == "metadata"
        return _json({**R4, "fhirVersion": version})

    assert "wrong_fhir_version" in _refused(answering).reason


@pytest.mark.parametrize(("status", "said"), [(401, "refuses us"), (403, "refuses us"), (404, "404"), (500, "500")])
def test_a_refusal_is_told_with_its_status(status: int, said: str) -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        outcome = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": CANARY}]}
        return _json(R4) if kind == "metadata" else _json(outcome, status)

    assert said in _refused(answering).reason


@pytest.mark.parametrize(
    "body", [b"", b"<html>" + CANARY.encode(), b"{", b"\xff\xfe", b'{"resourceType":"OperationOutcome"}', b"[1]"]
)
def test_an_answer_that_is_no_bundle_ends_the_reading(body: bytes) -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        return _json(R4) if kind == "metadata" else (200, {}, body)

    assert "answer" in _refused(answering).reason


@pytest.mark.parametrize("odd", [{}, [], [{}], [[]], 5, None, "word", [{"type": {}}], [{"resource": [{"type": []}]}]])
def test_odd_parts_of_a_statement_or_a_page_end_in_units_or_a_refusal(odd: object) -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        if kind == "metadata":
            return _json({**R4, "rest": odd})
        entry = {"resource": _observation(1), "search": {"mode": odd}, "fullUrl": odd}
        return _json({"resourceType": "Bundle", "type": odd, "total": odd, "link": odd, "entry": [entry, odd]})

    with _serving(answering) as (base, _):
        try:
            units = _read(base)
        except UnreadableSource as refusal:
            units = []
            assert refusal.remedy  # noqa: PT017  # a refusal is as good as units here
    assert all("page=" in unit.place for unit in units)


def test_an_answer_beyond_the_limits_ends_the_reading() -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        return _json(R4) if kind == "metadata" else (200, {}, b" " * 200_000)

    small = replace(DEFAULT_LIMITS, json_bytes=100_000)
    assert "larger" in _refused(answering, lambda base: ServerSource(base, limits=small)).reason


def test_all_answers_together_are_bounded_too() -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        at = int(query.get("at", ["0"])[0])
        page = _bundle(range(at, at + 2), following=f"{base}/Observation?at={at + 2}")
        return _json(R4) if kind == "metadata" else _json(page)

    small = replace(DEFAULT_LIMITS, total_bytes=20_000)
    assert "larger" in _refused(answering, lambda base: ServerSource(base, limits=small)).reason
    few = replace(DEFAULT_LIMITS, pages=5)
    assert "more pages" in _refused(answering, lambda base: ServerSource(base, limits=few)).reason


def test_a_packed_answer_is_refused_unopened() -> None:
    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        return (
            _json(R4) if kind == "metadata" else (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 10_000_000))
        )

    assert "packs" in _refused(answering).reason


def test_a_busy_server_is_asked_again() -> None:
    attempts = iter(range(10))

    def answering(kind: str, query: dict[str, list[str]], base: str) -> Answer:
        if kind == "metadata":
            return _json(R4)
        return (429, {"Retry-After": "0"}, b"") if next(attempts) == 0 else _json(_bundle(range(3)))

    with _serving(answering) as (base, _):
        assert len(_read(base)) == 3


def test_nobody_listening_is_an_unreadable_source() -> None:
    with _serving(lambda kind, query, base: (200, {}, b"")) as (base, _):
        pass
    with pytest.raises(UnreadableSource, match="reached"):
        _read(base)


@pytest.mark.parametrize(
    "address", ["http://", "https://user:secret@127.0.0.1/fhir", "http://127.0.0.1/fhir?x=1", "http://[x/fhir"]
)
def test_an_address_that_is_no_base_address_is_refused(address: str) -> None:
    with pytest.raises(UnreadableSource) as refusal:
        _read(address)
    assert "secret" not in str(refusal.value)


def test_patients_of_one_page_are_asked_for_by_id_only() -> None:
    asked: list[dict[str, list[str]]] = []

    class Recorder:
        def __call__(self, kind: str, query: dict[str, list[str]], base: str) -> Answer:
            asked.append(query)
            return _json(R4) if kind == "metadata" else _json(_bundle(range(3)))

    with _serving(Recorder()) as (base, seen):
        units = _read(base)
    assert len(seen) == len(asked) + 1
    assert {unit.local_number.value for unit in units if isinstance(unit, Assessment) and unit.local_number} == {"p1"}


@pytest.mark.parametrize(
    "address", ["http://fhir.example/r4", "http://localhost.example/r4", "http://127.0.0.1.example"]
)
def test_a_token_is_not_sent_in_clear_to_another_machine(address: str) -> None:
    asked: list[str] = []

    def token() -> str:
        asked.append(CANARY)
        return f"Bearer {CANARY}"

    with pytest.raises(UnreadableSource, match="in clear"):
        list(connector("fhir-r4").read(ServerSource(address, authorization=token)))
    assert asked == []
