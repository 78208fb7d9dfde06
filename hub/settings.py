"""Every setting of a running hub, read from the environment (prefix `DOLEN_`). Nothing else reads it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AnyHttpUrl, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

MailChannel = Literal["file", "smtp"]


class Settings(BaseSettings):
    """Settings of one process; frozen. A default is only ever a value that is safe in production and fit to publish.

    Secrets (keyring passphrases, the pages' key, signing keys) are files under `home/secrets`, mode 0600; the one that
    is a setting, DOLEN_SMTP_PASSWORD, has no default that opens anything.
    """

    model_config = SettingsConfigDict(env_prefix="DOLEN_", frozen=True, extra="ignore")

    home: Annotated[Path, Field(description="Folder that holds all state of the embedded default.")] = Path(".dolen")
    database_url: Annotated[
        str, Field(description="SQLAlchemy address of the main database; empty: SQLite under home.")
    ] = ""
    keys_url: Annotated[str, Field(description="Address of the key store; empty: keys.db under home.")] = ""
    broker_url: Annotated[str, Field(description="Celery broker; `memory://` rings only inside this process.")] = (
        "memory://"
    )
    base_url: Annotated[AnyHttpUrl, Field(description="Public address of the hub: OAuth issuer, links in mails.")] = (
        AnyHttpUrl("http://127.0.0.1:8700")
    )
    log_origin: Annotated[str, Field(description="Origin line of the ledger's checkpoints (C2SP tlog-checkpoint).")] = (
        "dolen.example/ledger"
    )
    protocols: Annotated[Path | None, Field(description="Folder of drafts of protocols; empty: home/protocols.")] = None
    signer_state: Annotated[Path | None, Field(description="Last-signed state, outside the database.")] = None
    mail: Annotated[MailChannel, Field(description="How e-mail leaves: files under home/mail, or SMTP.")] = "file"
    smtp_host: Annotated[str, Field(description="SMTP server, with DOLEN_MAIL=smtp.")] = ""
    smtp_port: Annotated[int, Field(description="SMTP port.", ge=1, le=65535)] = 587
    smtp_security: Annotated[Literal["starttls", "tls", "none"], Field(description="Transport security of SMTP.")] = (
        "starttls"
    )
    smtp_user: Annotated[str, Field(description="SMTP user name.")] = ""
    smtp_password: Annotated[SecretStr, Field(description="SMTP password.")] = SecretStr("")
    mail_from: Annotated[str, Field(description="Sender address of notices.")] = "no-reply@dolen.example"
    key_cache_seconds: Annotated[
        int, Field(description="How long an unwrapped key may be kept in memory, seconds.", ge=0, le=3600)
    ] = 60
    key_cache_size: Annotated[int, Field(description="How many unwrapped keys are kept in memory at most.", ge=1)] = (
        20_000
    )
    sweep_seconds: Annotated[
        float, Field(description="Pause between two sweeps of due work, seconds.", gt=0, le=60)
    ] = 2.0
    batch_wait_ms: Annotated[
        int, Field(description="Longest wait of a waiting ledger entry for its batch, milliseconds.", ge=1, le=1000)
    ] = 100
    token_seconds: Annotated[
        int, Field(description="Life of an access token, seconds; at most 300 for bearer.", ge=30, le=300)
    ] = 300
    trusted_proxies: Annotated[int, Field(description="How many proxies in front set X-Forwarded-*.", ge=0, le=3)] = 0
    contact: Annotated[
        str, Field(description="How to reach who runs this hub: shown on the accessibility and error pages.")
    ] = ""
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="Lowest level that is logged.")
    ] = "INFO"

    @property
    def main_database(self) -> str:
        """Address of the main database, the embedded default filled in."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'dolen.db'}"

    @property
    def key_database(self) -> str:
        """Address of the key store, the embedded default filled in."""
        return self.keys_url or f"sqlite:///{self.home.absolute() / 'keys.db'}"

    @property
    def protocol_folder(self) -> Path:
        """Where drafts of protocols lie; what decides is in the database."""
        return self.protocols or self.home / "protocols"

    @property
    def signer_state_file(self) -> Path:
        """Where the ledger's signer keeps its last-signed size and root, outside every database."""
        return self.signer_state or self.home / "signer" / "last-signed.json"

    @property
    def secrets_folder(self) -> Path:
        """Folder of secret files, mode 0700."""
        return self.home / "secrets"

    @property
    def is_embedded(self) -> bool:
        """True where no other process can be rung: the worker then runs inside the web process."""
        return self.broker_url.startswith("memory:")

    def for_child(self) -> dict[str, str]:
        """The environment of a process that shall run with these settings: ours, with every setting written out."""
        own = {
            f"DOLEN_{name.upper()}": value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            for name in type(self).model_fields
            if (value := getattr(self, name)) is not None
        }
        return {**os.environ, **own}


def unknown_settings() -> tuple[str, ...]:
    """Names in the environment that begin like a setting and are none: a slip of the pen changes nothing, silently."""
    known = {f"DOLEN_{name.upper()}" for name in Settings.model_fields}
    return tuple(sorted(name for name in os.environ if name.startswith("DOLEN_") and name not in known))
