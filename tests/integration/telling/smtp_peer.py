"""A small SMTP server for tests: accepts, refuses, hangs, drips or speaks TLS, as it is told."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Behaviour:
    """How the server answers, by command; "hang" says nothing, "drip" says it one byte at a time."""

    answers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    starts_with_tls: bool = False
    mails: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)


class _Handler(socketserver.StreamRequestHandler):
    timeout = 20
    behaviour: Behaviour

    def handle(self) -> None:
        with suppress(OSError):
            if self.behaviour.starts_with_tls:
                self._wrap()
            self._converse()

    def _converse(self) -> None:
        if not self._say("CONNECT", "220 peer"):
            return
        while line := self.rfile.readline(2000):
            words = line.decode("ascii", "replace").strip().split()
            command = words[0].upper() if words else ""
            self.behaviour.commands.append(" ".join(words))
            if command == "DATA":
                if not self._say("DATA", "354 go on"):
                    return
                self.behaviour.mails.append(self._message())
                self._say("MESSAGE", "250 taken")
            elif command == "STARTTLS":
                self._say("STARTTLS", "220 go on")
                self._wrap()
            elif command == "EHLO":
                offers = (
                    "250-peer\r\n250-STARTTLS\r\n250 8BITMIME" if self.behaviour.tls else "250-peer\r\n250 8BITMIME"
                )
                self._say("EHLO", offers)
            elif command == "QUIT":
                self._say("QUIT", "221 bye")
                return
            elif not self._say(command, "250 fine"):
                return

    def _say(self, command: str, otherwise: str) -> bool:
        """Answer; False when the conversation is over."""
        answer = self.behaviour.answers.get(command, otherwise)
        if answer == "hang":
            self.rfile.read(1)
            return False
        if answer == "drip":
            while True:
                self.wfile.write(b"250-still here\r\n")
                time.sleep(0.1)
        self.wfile.write(answer.encode() + b"\r\n")
        return not answer.startswith("421")

    def _message(self) -> bytes:
        lines = []
        while (line := self.rfile.readline(2000)) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines)

    def _wrap(self) -> None:
        if self.behaviour.tls is None:
            return
        self.connection = self.behaviour.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.connection.close()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False


@contextmanager
def smtp_peer(behaviour: Behaviour) -> Iterator[int]:
    """Port of a server on loopback that behaves as told."""
    handler = type("Handler", (_Handler,), {"behaviour": behaviour})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(5)


def free_port() -> int:
    """A port of loopback where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
