"""What the hub needs of others: a mail server, and a Redis where there is one."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterable
from email.errors import MessageError
from email.headerregistry import Address
from urllib.parse import urlsplit

import redis

from hub.cli.doctor.model import Finding, Scene, fault, ok, warn
from hub.settings import Settings
from hub.telling.channels import mailer_of
from workers.app import TASK_LIMIT_SECONDS, make_celery

_SECONDS = 5.0
_LEAST_REDIS = 7


def mail(scene: Scene) -> Iterable[Finding]:
    """Mail can leave."""
    settings = scene.settings
    yield from _sender(settings)
    if settings.mail == "file":
        yield from _mail_folder(scene)
        return
    try:
        mailer_of(settings)
        _greet(settings)
    except ValueError as problem:
        yield fault(str(problem), "set what is named above")
    except ssl.SSLError:
        yield fault(
            "the mail server's certificate cannot be trusted, or it speaks no TLS here",
            "check DOLEN_SMTP_HOST against the certificate, DOLEN_SMTP_PORT and DOLEN_SMTP_SECURITY",
        )
    except smtplib.SMTPAuthenticationError:
        yield fault("the mail server refuses the sign-in", "check DOLEN_SMTP_USER and DOLEN_SMTP_PASSWORD")
    except (smtplib.SMTPException, OSError) as failure:
        yield fault(
            f"the mail server cannot be talked to ({type(failure).__name__})",
            "check DOLEN_SMTP_HOST, DOLEN_SMTP_PORT and the network; notices wait until it answers",
        )
    else:
        yield ok(f"the mail server answers ({settings.smtp_security})")
        if settings.smtp_security == "none" and settings.smtp_host not in {"127.0.0.1", "::1", "localhost"}:
            yield warn("mail travels without TLS", "set DOLEN_SMTP_SECURITY=starttls or tls")


def broker(scene: Scene) -> Iterable[Finding]:
    """The doorbell: inside the process, or a Redis that keeps what it is told."""
    url = scene.settings.broker_url
    if scene.settings.is_embedded:
        yield ok("the worker runs inside `dolen serve` (memory://)")
        return
    if urlsplit(url).scheme not in {"redis", "rediss"}:
        yield fault("DOLEN_BROKER_URL is neither memory:// nor redis://", "name a Redis, or leave it empty")
        return
    client = redis.Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
    try:
        yield from _redis(client)
    except redis.RedisError as failure:
        yield warn(
            f"Redis does not answer ({type(failure).__name__}): notices and ledger go by the sweep, some seconds later",
            "start it, or check DOLEN_BROKER_URL",
        )
    finally:
        client.close()
    yield from _visibility(scene.settings)


def _redis(client: redis.Redis) -> Iterable[Finding]:
    info = client.info()
    version = str(info.get("redis_version", "0"))
    if int(version.split(".")[0]) < _LEAST_REDIS:
        yield warn(f"Redis {version} is older than what is tested", "use Redis 7 or newer, or Valkey")
    if info.get("maxmemory_policy", "noeviction") != "noeviction":
        yield fault(
            f"Redis throws keys away when it is full (maxmemory-policy {info['maxmemory_policy']})",
            "CONFIG SET maxmemory-policy noeviction, and in its configuration file",
        )
    if not info.get("aof_enabled"):
        yield warn(
            "Redis forgets its rings when it restarts (appendonly no); the sweep finds the work some seconds later",
            "CONFIG SET appendonly yes, and in its configuration file",
        )
    yield ok(f"Redis {version} answers")


def _visibility(settings: Settings) -> Iterable[Finding]:
    """A ring must not come back while its task may still run."""
    options = make_celery(settings).conf.broker_transport_options
    if options["visibility_timeout"] <= TASK_LIMIT_SECONDS:
        yield fault("a ring comes back while its task still runs", "install this version of Dolen again")
    else:
        yield ok(f"a ring that nobody finished comes back after {options['visibility_timeout']} s")


def _sender(settings: Settings) -> Iterable[Finding]:
    try:
        Address(addr_spec=settings.mail_from)
    except (ValueError, IndexError, MessageError):
        yield fault("DOLEN_MAIL_FROM is no address", "set it to an address of yours, such as no-reply@your-host")
        return
    if settings.mail == "smtp" and settings.mail_from == Settings.model_fields["mail_from"].default:
        yield warn("mails come from an example's address", "set DOLEN_MAIL_FROM to an address of yours")


def _mail_folder(scene: Scene) -> Iterable[Finding]:
    folder = scene.settings.home / "mail"
    place = folder if folder.exists() else scene.settings.home
    if not place.exists():
        return  # the check of the home says so
    if not os.access(place, os.W_OK | os.X_OK):
        yield fault(f"{place} cannot be written to", f"chmod u+wx {place}, or give it to the account that runs the hub")
        return
    if not scene.is_demo:
        yield warn(
            f"mails are files under {folder}: nobody is sent one",
            "set DOLEN_MAIL=smtp and DOLEN_SMTP_HOST for real use",
        )
    yield ok(f"mails are written under {folder}")


def _greet(settings: Settings) -> None:
    """Connect, agree on TLS and sign in as for a mail, and go again."""
    context = ssl.create_default_context()
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=_SECONDS)
    with server:
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
