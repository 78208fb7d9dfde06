"""The load: a fixed number of requests over a few kept-alive connections, each thread with its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from time import perf_counter

CONNECTIONS = 4


@dataclass(frozen=True, slots=True)
class Load:
    """What one round took: requests per second over all connections, and the milliseconds of each request."""

    per_second: float
    milliseconds: tuple[float, ...]


def load(port: int, paths: Sequence[str], *, headers: Mapping[str, str], count: int) -> Load:
    """Send `count` GETs, the paths in turn. Raises RuntimeError for any answer but 200."""
    each = count // CONNECTIONS
    began = perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        # Every connection begins at another path, so that two of them seldom ask for the same learner at once.
        starts = [len(paths) * place // CONNECTIONS for place in range(CONNECTIONS)]
        parts = list(threads.map(lambda start: _send(port, paths, headers, start, each), starts))
    took = perf_counter() - began
    return Load(each * CONNECTIONS / took, tuple(one for part in parts for one in part))


def _send(port: int, paths: Sequence[str], headers: Mapping[str, str], start: int, count: int) -> list[float]:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    times = []
    try:
        for place in range(start, start + count):
            began = perf_counter()
            connection.request("GET", paths[place % len(paths)], headers=dict(headers))
            answer = connection.getresponse()
            answer.read()
            times.append((perf_counter() - began) * 1e3)
            if answer.status != 200:
                raise RuntimeError(f"a measured request was answered with {answer.status}")
    finally:
        connection.close()
    return times
