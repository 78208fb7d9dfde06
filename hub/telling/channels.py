"""The ways a mail leaves: a file, or SMTP. Neither lets an address or a server's answer into an error or a log."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address as MailAddress
from email.headerregistry import Group
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from threading import Timer
from typing import Literal, Protocol
from uuid import uuid4

from hub.settings import Settings
from hub.telling.errors import MailRefused, MailUnavailable
from hub.telling.model import Mail

_STEP_SECONDS = 10.0  # one answer of the server
_WHOLE_SECONDS = 20.0  # the whole conversation, also with a server that answers one byte at a time
_TEMPORARY = range(400, 500)


class Mailer(Protocol):
    """Hands one mail over. Called outside every transaction; may be called again with the same reference."""

    def send(self, mail: Mail) -> None:
        """Return once the mail was accepted; raises MailUnavailable (later, perhaps) or MailRefused (never)."""


@dataclass(frozen=True, slots=True)
class FileMail:
    """The embedded default: one `.eml` file per mail, named by its reference, so that a repeat replaces the first.

    The address is personal data and rests nowhere in clear (architecture 1.5): the file names the person by id only.
    """

    folder: Path
    sender: str

    def send(self, mail: Mail) -> None:
        """See `Mailer`. The file is there whole or not at all, readable by this account only."""
        message = _message(mail, sender=self.sender)
        message["To"] = Group("undisclosed-recipients")
        message["X-Dolen-Person"] = str(mail.person_id)
        message.set_content(mail.body, cte="8bit")
        try:
            self._write(f"{mail.provider_reference}.eml", message.as_bytes())
        except OSError:
            raise MailUnavailable("mail-folder") from None

    def _write(self, name: str, content: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = self.folder / f".{uuid4().hex}.part"
        try:
            with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            half.replace(self.folder / name)
        finally:
            half.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class SmtpMail:
    """Mail by SMTP (RFC 5321); TLS certificates are checked, and a password never travels without TLS."""

    host: str
    port: int
    sender: str
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    step_seconds: float = _STEP_SECONDS
    whole_seconds: float = _WHOLE_SECONDS

    def __post_init__(self) -> None:
        if not self.host:
            raise ValueError("DOLEN_SMTP_HOST is empty: name the mail server, or set DOLEN_MAIL=file")
        if self.user and self.security == "none":
            raise ValueError("DOLEN_SMTP_SECURITY=none would send the password in clear: use starttls or tls")

    def send(self, mail: Mail) -> None:
        """See `Mailer`. What the server says may quote the address, so its text goes nowhere: its code decides."""
        message = self._addressed(mail)
        try:
            with self._conversation() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            raise _by_code([code for code, _ in refused.recipients.values()]) from None
        except smtplib.SMTPAuthenticationError:
            raise MailUnavailable("mail-sign-in") from None
        except smtplib.SMTPConnectError:
            raise MailUnavailable("mail-busy") from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPHeloError):
            raise MailUnavailable("mail-sender") from None
        except smtplib.SMTPResponseException as refused:
            raise _by_code([refused.smtp_code]) from None
        except ssl.SSLError:
            raise MailUnavailable("mail-tls") from None
        except (smtplib.SMTPException, OSError):
            raise MailUnavailable("mail-unreachable") from None

    def _addressed(self, mail: Mail) -> EmailMessage:
        message = _message(mail, sender=self.sender)
        try:
            message["To"] = MailAddress(addr_spec=mail.to)
        except (ValueError, IndexError, MessageError):
            raise MailRefused from None
        message.set_content(mail.body)
        return message

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        context = ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(timeout=self.step_seconds, context=context)
            if self.security == "tls"
            else smtplib.SMTP(timeout=self.step_seconds)
        )
        with _ended_after(self.whole_seconds, server):
            # smtplib checks the certificate against the name given to the constructor, which stays unconnected here.
            server._host = self.host  # type: ignore[attr-defined]
            code, _ = server.connect(self.host, self.port)
            if code != 220:
                raise MailUnavailable("mail-busy")
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
            yield server
            with suppress(smtplib.SMTPException, OSError):
                server.quit()  # accepted is accepted, whatever happens to the farewell


@contextmanager
def _ended_after(seconds: float, server: smtplib.SMTP) -> Iterator[None]:
    """Close the connection after `seconds`: a timeout per answer alone lets a slow server hold a worker for hours."""
    watch = Timer(seconds, lambda: _hang_up(server))
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        server.close()


def _hang_up(server: smtplib.SMTP) -> None:
    if server.sock is not None:
        with suppress(OSError):
            server.sock.shutdown(2)


def _by_code(codes: list[int]) -> MailUnavailable | MailRefused:
    """RFC 5321, 4.2.1: 4yz may be tried again, 5yz may not."""
    is_temporary = any(code in _TEMPORARY for code in codes)
    return MailUnavailable("mail-busy", is_outage=False) if is_temporary else MailRefused()


def _message(mail: Mail, *, sender: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = f"<{mail.provider_reference}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    return message


def mailer_of(settings: Settings) -> Mailer:
    """The channel that DOLEN_MAIL names; ValueError where its settings cannot work."""
    if settings.mail == "file":
        return FileMail(settings.home / "mail", settings.mail_from)
    return SmtpMail(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.mail_from,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
    )
