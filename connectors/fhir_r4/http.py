"""One server, asked over HTTP within bounds of size and time, and never led to another host."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self
from urllib.parse import urljoin, urlsplit

import httpx

from connectors.base import Json, UnreadableSource
from connectors.fhir_r4.parse import document_of
from connectors.limits import Limits
from connectors.reasons import Unfit, unreadable
from connectors.sources import ServerSource

_TRIES = 3
_LONGEST_PAUSE = 30.0
_BUSY = frozenset({429, 502, 503, 504})
_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
_HEADERS = {"Accept": "application/fhir+json", "Accept-Encoding": "identity", "User-Agent": "dolen-connector"}


class Server:
    """A FHIR server at a base address.

    The token goes to that address only: redirects are not followed, and a next page on another host is refused,
    because a server that is not trusted could name one inside our own network.
    """

    def __init__(self, source: ServerSource) -> None:
        """Nothing is sent yet.

        Raises:
            UnreadableSource: the address is no http(s) address, carries a password or a query, or is to get a token
                without TLS.
        """
        origin = _origin(source.url)
        if origin is None or "?" in source.url or "#" in source.url:
            raise UnreadableSource("this is no base address of a server", "give http(s)://host/path without a password")
        if source.authorization is not None and origin[0] == "http" and origin[1] not in _THIS_MACHINE:
            raise UnreadableSource("the token would travel in clear to this server", "give its https address")
        self.base = source.url.rstrip("/")
        self.limits: Limits = source.limits
        self._origin = origin
        self._authorization = source.authorization
        self._client = httpx.Client(headers=_HEADERS, timeout=source.limits.answer_seconds, trust_env=False)
        self._deadline = time.monotonic() + source.limits.source_seconds
        self._bytes_left = source.limits.total_bytes

    def __enter__(self) -> Self:
        """The server itself; its connections are closed at the end."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self._client.close()

    def statement(self) -> dict[str, Json] | None:
        """Its CapabilityStatement, or None where /metadata is something else."""
        document = self._document(f"{self.base}/metadata", required=False)
        is_statement = isinstance(document, dict) and document.get("resourceType") == "CapabilityStatement"
        return document if is_statement and isinstance(document, dict) else None

    def bundle(self, url: str) -> dict[str, Json]:
        """The Bundle at `url`.

        Raises:
            UnreadableSource: the server refuses or answers with something else, such as an OperationOutcome.
        """
        document = self._document(url, required=True)
        if not isinstance(document, dict) or document.get("resourceType") != "Bundle":
            raise UnreadableSource("the server answered a search with something else than a Bundle", "ask its makers")
        return document

    def next_of(self, bundle: dict[str, Json], url: str) -> str | None:
        """Address of the page after `bundle`, which came from `url`.

        Raises:
            UnreadableSource: it is on another host.
        """
        links = bundle.get("link")
        for link in links if isinstance(links, list) else []:
            if isinstance(link, dict) and link.get("relation") == "next" and isinstance(link.get("url"), str):
                return self._following(url, str(link["url"]))
        return None

    def _following(self, url: str, link: str) -> str:
        try:
            following = urljoin(url, link)
        except ValueError:
            following = ""
        if _origin(following) != self._origin:
            raise UnreadableSource(
                "the server sends us to another host for the next page, which we refuse",
                "give the address that its links use as the source",
            )
        return following

    def _document(self, url: str, *, required: bool) -> Json:
        for attempt in range(_TRIES):
            status, pause, content = self._get(url)
            if status == 200:
                return self._parsed(content) if required else self._parsed_or_none(content)
            if status not in _BUSY:
                break
            if attempt + 1 < _TRIES:
                time.sleep(min(pause * 2**attempt, _LONGEST_PAUSE))
        if not required and status in {404, 405, 501}:
            return None
        raise _refusal(status)

    def _get(self, url: str) -> tuple[int, float, bytes]:
        """Status, pause that the server asks for, and body."""
        if time.monotonic() > self._deadline:
            raise UnreadableSource("the server takes longer than the limits allow", "read it in parts")
        headers = {} if self._authorization is None else {"Authorization": self._authorization()}
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                return answer.status_code, _pause(answer.headers.get("Retry-After")), self._body(answer)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise UnreadableSource(
                "the server can't be reached", "check the address, the network and its TLS"
            ) from None

    def _body(self, answer: httpx.Response) -> bytes:
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise UnreadableSource("the server packs its answers although asked not to", "switch that off there")
        until = min(time.monotonic() + self.limits.answer_seconds, self._deadline)
        body = bytearray()
        for chunk in answer.iter_bytes():
            body += chunk
            self._bytes_left -= len(chunk)
            if len(body) > self.limits.json_bytes or self._bytes_left < 0 or time.monotonic() > until:
                raise UnreadableSource("an answer is larger or slower than the limits allow", "ask for smaller pages")
        return bytes(body)

    def _parsed(self, content: bytes) -> Json:
        try:
            return document_of(content, self.limits)
        except Unfit as problem:
            raise unreadable("an answer of the server can't be read", problem.reason) from None

    def _parsed_or_none(self, content: bytes) -> Json:
        try:
            return document_of(content, self.limits)
        except Unfit:
            return None


def _origin(url: str) -> tuple[str, str, int | None] | None:
    """Scheme, host and port of an http(s) address; None for anything else, also for one with a password in it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port


def _pause(header: str | None) -> float:
    return float(header) if header is not None and header.isascii() and header.isdigit() else 1.0


def _refusal(status: int) -> UnreadableSource:
    if status in {401, 403}:
        return UnreadableSource(f"the server refuses us (HTTP {status})", "check the token and its scopes")
    if 300 <= status < 400:
        return UnreadableSource("the server sends us elsewhere, which we refuse", "give the address that it names")
    return UnreadableSource(f"the server answers with HTTP {status}", "check the base address, or try again later")
