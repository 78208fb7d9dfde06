"""Counts and durations by route, method and status. A label is never anything that a request brought."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import cast

from flask import Flask, Response, current_app, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram

_EXTENSION = "dolen_metrics"
_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class _Figures:
    registry: CollectorRegistry
    requests: Counter
    seconds: Histogram


def measure(app: Flask) -> None:
    """Count every request of `app` from now on. Figures are of one process; a scraper adds them up."""
    registry = CollectorRegistry()
    figures = _Figures(
        registry,
        Counter("dolen_http_requests", "Requests answered.", ("route", "method", "status"), registry=registry),
        Histogram("dolen_http_seconds", "Time to an answer, seconds.", ("route",), registry=registry),
    )
    app.extensions[_EXTENSION] = figures
    app.before_request(_begin)
    app.after_request(_count)


def registry() -> CollectorRegistry:
    """The figures of the application that answers this request."""
    return cast(_Figures, current_app.extensions[_EXTENSION]).registry


def _begin() -> None:
    g.dolen_begun = time.perf_counter()


def _count(response: Response) -> Response:
    figures = cast(_Figures, current_app.extensions[_EXTENSION])
    # The rule, not the address: an address may hold a handle, or whatever somebody typed.
    route = request.url_rule.rule if request.url_rule is not None else "none"
    method = request.method if request.method in _METHODS else "other"
    figures.requests.labels(route, method, str(response.status_code)).inc()
    begun = g.get("dolen_begun")
    if begun is not None:
        figures.seconds.labels(route).observe(time.perf_counter() - begun)
    return response
