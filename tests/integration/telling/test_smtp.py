"""Mail by SMTP against a server on loopback: accepted, refused for now, refused for good, silent, untrusted."""

from __future__ import annotations

import email
import email.policy
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from hub.database import new_id
from hub.settings import Settings
from hub.telling.channels import FileMail, SmtpMail, mailer_of
from hub.telling.codes import send_code
from hub.telling.errors import MailRefused, MailUnavailable
from hub.telling.model import Address, Mail
from tests.integration.telling.smtp_peer import Behaviour, free_port, smtp_peer

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SENDER = "no-reply@dolen.example"


def test_an_accepted_mail_arrives_as_it_was_written() -> None:
    behaviour, mail = Behaviour(), _mail(body="Mewngofnodwch: ŵyth\n")
    with smtp_peer(behaviour) as port:
        _smtp(port).send(mail)
    (taken,) = behaviour.mails
    message = email.message_from_bytes(taken, policy=email.policy.SMTP)
    assert message["To"] == "carys.canary@post.example"
    assert message["From"] == SENDER
    assert message["Message-ID"] == f"<{mail.provider_reference}@dolen.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().strip() == "Mewngofnodwch: ŵyth"


def test_the_same_notice_has_the_same_message_id_every_time() -> None:
    behaviour, mail = Behaviour(), _mail()
    with smtp_peer(behaviour) as port:
        _smtp(port).send(mail)
        _smtp(port).send(mail)
    ids = [email.message_from_bytes(taken)["Message-ID"] for taken in behaviour.mails]
    assert len(ids) == 2
    assert len(set(ids)) == 1


@pytest.mark.parametrize("command", ["RCPT", "MESSAGE", "DATA"])
@pytest.mark.parametrize(("answer", "error"), [("451 carys.canary later", MailUnavailable), ("550 no", MailRefused)])
def test_four_hundreds_are_tried_again_and_five_hundreds_are_not(
    command: str, answer: str, error: type[Exception]
) -> None:
    with smtp_peer(Behaviour({command: answer})) as port, pytest.raises(error) as refused:
        _smtp(port).send(_mail())
    assert "canary" not in repr(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "MESSAGE"])
def test_a_silent_server_is_left_after_the_timeout(command: str) -> None:
    began = time.monotonic()
    with smtp_peer(Behaviour({command: "hang"})) as port, pytest.raises(MailUnavailable) as gone:
        _smtp(port, step=0.4).send(_mail())
    assert time.monotonic() - began < 3
    assert gone.value.is_outage


def test_a_server_that_answers_byte_by_byte_is_left_after_the_whole_time() -> None:
    began = time.monotonic()
    with smtp_peer(Behaviour({"EHLO": "drip"})) as port, pytest.raises(MailUnavailable):
        _smtp(port, step=5.0, whole=0.7).send(_mail())
    assert time.monotonic() - began < 4


def test_a_server_that_is_not_there_is_an_outage() -> None:
    with pytest.raises(MailUnavailable) as gone:
        _smtp(free_port()).send(_mail())
    assert (gone.value.code, gone.value.is_outage) == ("mail-unreachable", True)


@pytest.mark.parametrize("greeting", ["421 too busy", "554 go away"])
def test_a_server_that_will_not_talk_is_tried_again(greeting: str) -> None:
    with smtp_peer(Behaviour({"CONNECT": greeting})) as port, pytest.raises(MailUnavailable) as gone:
        _smtp(port).send(_mail())
    assert gone.value.is_outage


def test_a_failed_farewell_does_not_undo_what_was_accepted() -> None:
    behaviour = Behaviour({"QUIT": "421 gone"})
    with smtp_peer(behaviour) as port:
        _smtp(port).send(_mail())
    assert len(behaviour.mails) == 1


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b@c", "x@post.example\r\nBcc: all@post.example", "x@post.example, y@post.example", "\x00@x"]
)
def test_an_address_that_is_none_is_refused_for_good_and_nothing_is_sent(to: str) -> None:
    behaviour = Behaviour()
    with smtp_peer(behaviour) as port, pytest.raises(MailRefused):
        _smtp(port).send(_mail(to=to))
    assert behaviour.mails == []


def test_a_server_without_starttls_gets_no_mail_in_clear() -> None:
    behaviour = Behaviour()
    with smtp_peer(behaviour) as port, pytest.raises(MailUnavailable):
        SmtpMail("127.0.0.1", port, SENDER, security="starttls", step_seconds=2).send(_mail())
    assert behaviour.mails == []
    assert not any(command.startswith("RCPT") for command in behaviour.commands)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(security: str, tmp_path: Path) -> None:
    context, _ = _certificate(tmp_path)
    behaviour = Behaviour(tls=context, starts_with_tls=security == "tls")
    with smtp_peer(behaviour) as port, pytest.raises(MailUnavailable) as refused:
        SmtpMail("127.0.0.1", port, SENDER, security=security, step_seconds=2).send(_mail())  # type: ignore[arg-type]
    assert refused.value.code == "mail-tls"
    assert behaviour.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_trusted_certificate_for_this_name_is_accepted(
    security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    behaviour = Behaviour(tls=context, starts_with_tls=security == "tls")
    with smtp_peer(behaviour) as port:
        SmtpMail("127.0.0.1", port, SENDER, security=security, step_seconds=2).send(_mail())  # type: ignore[arg-type]
    assert len(behaviour.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_trusted_certificate_for_another_name_is_refused(
    security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, authority = _certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    behaviour = Behaviour(tls=context, starts_with_tls=security == "tls")
    with smtp_peer(behaviour) as port, pytest.raises(MailUnavailable) as refused:
        SmtpMail("localhost", port, SENDER, security=security, step_seconds=2).send(_mail())  # type: ignore[arg-type]
    assert refused.value.code == "mail-tls"


def test_a_password_is_never_sent_without_tls() -> None:
    with pytest.raises(ValueError, match="in clear"):
        SmtpMail("127.0.0.1", 25, SENDER, security="none", user="dolen", password="secret")
    assert "secret" not in repr(SmtpMail("127.0.0.1", 25, SENDER, user="dolen", password="secret"))


def test_the_channel_is_the_one_that_the_settings_name(tmp_path: Path) -> None:
    assert mailer_of(Settings(home=tmp_path)) == FileMail(tmp_path / "mail", SENDER)
    smtp = mailer_of(Settings(home=tmp_path, mail="smtp", smtp_host="mail.example"))
    assert isinstance(smtp, SmtpMail)
    assert (smtp.host, smtp.port, smtp.security) == ("mail.example", 587, "starttls")
    with pytest.raises(ValueError, match="DOLEN_SMTP_HOST"):
        mailer_of(Settings(home=tmp_path, mail="smtp"))


def test_a_mail_file_that_is_written_again_replaces_the_first(tmp_path: Path) -> None:
    mail, mailer = _mail(), FileMail(tmp_path / "mail", SENDER)
    mailer.send(mail)
    mailer.send(mail)
    assert [file.name for file in (tmp_path / "mail").iterdir()] == [f"{mail.provider_reference}.eml"]


def test_a_mail_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("not a folder")
    with pytest.raises(MailUnavailable):
        FileMail(tmp_path / "mail", SENDER).send(_mail())


def test_a_sign_in_code_reaches_the_person_and_names_nobody(tmp_path: Path) -> None:
    person_id = new_id()
    mailer = FileMail(tmp_path / "mail", SENDER)
    send_code(mailer, person_id=person_id, address=Address("carys.canary@post.example", "cy"), code="493027", at=NOW)
    (file,) = (tmp_path / "mail").iterdir()
    text = file.read_text("utf-8")
    assert "493027" in text
    assert str(person_id) in text
    assert "canary" not in text


def test_a_sign_in_code_for_nobody_is_sent_nowhere_and_says_nothing(tmp_path: Path) -> None:
    mailer = FileMail(tmp_path / "mail", SENDER)
    send_code(mailer, person_id=new_id(), address=Address(None, "cy"), code="493027", at=NOW)
    assert not (tmp_path / "mail").exists()


def _mail(*, to: str = "carys.canary@post.example", body: str = "There is a change.\n") -> Mail:
    return Mail(str(new_id()), new_id(), NOW, to=to, subject="Dolen: reference 7K2M9QX", body=body)


def _smtp(port: int, *, step: float = 3.0, whole: float = 10.0) -> SmtpMail:
    return SmtpMail("127.0.0.1", port, SENDER, security="none", step_seconds=step, whole_seconds=whole)


def _certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS context for 127.0.0.1, and the file of the authority that vouches for it (itself)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain = folder / "certificate.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    authority = folder / "authority.pem"
    authority.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, authority
