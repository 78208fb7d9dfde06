"""From settings to a running hub, and the making of a new one."""

from __future__ import annotations

import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from sqlalchemy import Engine

from consent.ledger.signer import Signer
from hub.asking.model import Asking
from hub.consenting.standing import Consenting
from hub.database import Clock, make_engine, reading
from hub.directory.contact import NobodyThere, contact_of
from hub.directory.model import Language
from hub.migrations.run import Store, upgrade
from hub.protocols.book import PolicyBook
from hub.safeguarding.model import Safeguarding
from hub.sealing.key_store import KeyStore
from hub.sealing.keyring import Keyrings, passphrase_files
from hub.sealing.model import HUB, person_key
from hub.settings import Settings
from hub.sharing.ruling import Pause, Sharing
from hub.steering.step import Steering
from hub.syncing.place import Syncing
from hub.telling.channels import mailer_of
from hub.telling.deliver import Post
from hub.telling.model import Address
from hub.wiring.asking import AskingCases
from hub.wiring.doorbell import Doorbell
from hub.wiring.explaining import Explaining
from hub.wiring.hub import Hub
from hub.wiring.notice_events import record_notice_events
from hub.wiring.policy_desk import PolicyDesk
from hub.wiring.policy_matrix import ProtocolMatrix
from hub.wiring.protocols_life import ProtocolsLife
from hub.wiring.published import Published
from hub.wiring.safeguarding import SafeguardingDesk
from hub.wiring.secrets import create_passphrase, create_secrets, signer_key
from hub.wiring.sequencing import Sequencing
from policies.load_catalogue import load_catalogue

_LANGUAGES: dict[Language, Literal["cy", "en"] | None] = {
    Language.WELSH: "cy",
    Language.ENGLISH: "en",
    Language.UNKNOWN: None,
}


class SilentDoorbell:
    """Rings nobody: for commands, where the sweep of a running process finds what is due."""

    def ring(self, what: str) -> None:
        """Do nothing."""


def now() -> datetime:
    """The clock of a running hub: aware, UTC."""
    return datetime.now(UTC)


def prepare(settings: Settings) -> None:
    """Make what a new hub needs and does not have: folders, secrets, the hub's keyring, schema, signer state.

    What is there stays as it is, so this may be run again; it is `dolen init` without the people.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (settings.secrets_folder, settings.home / "keyrings", settings.protocol_folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_secrets(settings)
    create_keyring(settings, HUB)
    migrate(settings)
    signer_of(settings).initialise()


def create_keyring(settings: Settings, agency_id: str) -> None:
    """Make an agency's passphrase and keyring, unless it has them."""
    create_passphrase(settings, agency_id)
    rings = keyrings_of(settings)
    if not rings.path_of(agency_id).exists():
        rings.create(agency_id)


def migrate(settings: Settings) -> None:
    """Bring both databases to the newest schema."""
    for url, store in ((settings.main_database, Store.MAIN), (settings.key_database, Store.KEYS)):
        engine = make_engine(url)
        _keep_to_owner(engine)
        try:
            upgrade(engine, store)
        finally:
            engine.dispose()


def _keep_to_owner(engine: Engine) -> None:
    """A new SQLite file is its owner's only, whatever the umask; its journal takes the mode over from it."""
    name = engine.url.database
    if engine.dialect.name == "sqlite" and name and not Path(name).exists():
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT, 0o600))


def keyrings_of(settings: Settings) -> Keyrings:
    """The keyrings under this home; passphrases come from files beside them."""
    return Keyrings(settings.home / "keyrings", passphrase_files(settings.secrets_folder))


def signer_of(settings: Settings) -> Signer:
    """The ledger's signer; its state is outside the database (docs/decisions)."""
    return Signer(origin=settings.log_origin, key=signer_key(settings), state_file=settings.signer_state_file)


def build(
    settings: Settings, *, doorbell: Doorbell | None = None, clock: Clock = now, pause: Pause | None = None
) -> Hub:
    """A hub on an existing home. Raises what is missing: SecretMissing, policies.errors, or a database error.

    What decides are the protocols in force in the database; the folder of drafts is not read.
    """
    book = PolicyBook(load_catalogue())
    engine, key_engine = make_engine(settings.main_database), make_engine(settings.key_database)
    keys = KeyStore(
        key_engine,
        keyrings_of(settings),
        clock,
        cache_seconds=settings.key_cache_seconds,
        cache_size=settings.key_cache_size,
    )
    book.refresh(engine)
    sharing = Sharing(engine, keys, book, clock) if pause is None else Sharing(engine, keys, book, clock, pause)
    bell = SilentDoorbell() if doorbell is None else doorbell
    return Hub(
        settings=settings,
        engine=engine,
        key_engine=key_engine,
        keys=keys,
        clock=clock,
        doorbell=bell,
        holder=f"{socket.gethostname()}:{os.getpid()}",
        sequencing=Sequencing(engine, signer_of(settings)),
        sharing=sharing,
        consenting=Consenting(engine, keys, book, clock),
        syncing=Syncing(engine, keys, book, clock),
        post=_post(settings, keys, engine),
        safeguarding=SafeguardingDesk(Safeguarding(engine, keys, book, clock), bell),
        explaining=Explaining(sharing),
        protocols=ProtocolsLife(Steering(engine, keys, book, clock)),
        published=Published(engine, book, clock),
        matrix=ProtocolMatrix(engine, book, clock),
        policy=PolicyDesk(engine, book, clock, settings.protocol_folder),
        asking=AskingCases(Asking(sharing), bell),
    )


def _post(settings: Settings, keys: KeyStore, engine: Engine) -> Post:
    def address_of(person_id: UUID) -> Address | None:
        with reading(engine) as connection:
            try:
                contact = contact_of(connection, keys, person_key(person_id))
            except NobodyThere:
                return None
        email = contact.email if contact.is_safe_to_contact else None
        return Address(email, _LANGUAGES[contact.language])

    return Post(
        engine=engine,
        mailer=mailer_of(settings),
        address_of=address_of,
        record=record_notice_events(keys),
        base_url=str(settings.base_url).rstrip("/"),
    )
