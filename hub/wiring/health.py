"""Whether this process can do its work, component by component. Codes only: no text from outside, no address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from consent.ledger.queries import checkpoints
from consent.ledger.status import waiting_since
from hub.database import reading, unit_of_work
from hub.migrations.run import Store, level
from hub.sealing.errors import KeyringUnavailable, WrongPassphrase
from hub.sealing.keyring import Keyrings
from hub.sealing.model import HUB

OK = "ok"
LATEST_WAIT = timedelta(minutes=5)
"""An entry that waits longer than this for its place in the ledger means that the sequencer has stopped."""
