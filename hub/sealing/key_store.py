"""The store of wrapped keys, and a bounded cache of unwrapped ones.

A key is committed to the store before its first use: call `ensure` before the main transaction begins. Destroying a
key erases what it sealed, everywhere and in every backup of the main database.
"""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Engine

from hub.database import Clock, reading, unit_of_work
from hub.sealing import queries
from hub.sealing.derivation import KEY_BYTES
from hub.sealing.errors import KeyMissing
from hub.sealing.keyring import Keyring, Keyrings
from hub.sealing.model import KeyOwner, SubjectKey


class KeyStore:
    """Makes, unwraps and destroys owners' keys. Safe to share between threads."""

    def __init__(
        self, engine: Engine, keyrings: Keyrings, clock: Clock, *, cache_seconds: float, cache_size: int
    ) -> None:
        """`engine` is the key store's own; at most `cache_size` unwrapped keys are kept, for `cache_seconds` each."""
        self.keyrings = keyrings
        self._engine = engine
        self._clock = clock
        self._cache = _Cache(timedelta(seconds=cache_seconds), cache_size)

    def ensure(self, owners: Iterable[KeyOwner]) -> None:
        """Make the keys that are missing, committed when this returns. Two processes at once make one key.

        Raises KeyringUnavailable, and then no key was made.
        """
        wanted = set(owners)
        with reading(self._engine) as connection:
            missing = wanted - queries.wrapped_keys(connection, wanted).keys()
        if not missing:
            return
        # Sorted, so that two processes that make the same keys take their rows in one order and never deadlock.
        keyrings = self._keyrings_of(missing)
        rows = [self._new_row(keyrings[owner.agency_id], owner) for owner in sorted(missing, key=_order)]
        with unit_of_work(self._engine) as connection:
            queries.insert_unless_there(connection, rows)

    def unwrap(self, owner: KeyOwner) -> SubjectKey:
        """The owner's key; raises KeyMissing, KeyringUnavailable, or EnvelopeBroken for a row that was altered."""
        return self.unwrap_many([owner])[owner]

    def unwrap_many(self, owners: Iterable[KeyOwner]) -> dict[KeyOwner, SubjectKey]:
        """The keys of all these owners, or none: raises as `unwrap` does for the first that fails."""
        now = self._clock()
        wanted = set(owners)
        keys = self._cache.get(wanted, now)
        unknown = wanted - keys.keys()
        if unknown:
            keys.update(self._unwrapped(unknown))
            self._cache.put({owner: keys[owner] for owner in unknown}, now)
        return keys

    def destroy(self, owner: KeyOwner) -> bool:
        """Delete the owner's key for good; False when there was none. Other processes forget it in the cache time."""
        with unit_of_work(self._engine) as connection:
            deleted = queries.delete_key(connection, owner)
        self._cache.drop(owner)
        return deleted > 0

    def rewrap(self, agency_id: str) -> int:
        """Wrap all keys of an agency under its keyring's newest version; answers how many. Records are not touched.

        May be stopped and run again: every batch is a transaction of its own.
        """
        keyring, done = self.keyrings.get(agency_id), 0
        while True:
            with unit_of_work(self._engine) as connection:
                batch = queries.outdated(connection, agency_id=agency_id, before=keyring.newest)
                for owner, old in batch:
                    new = keyring.wrap(keyring.unwrap(old, owner), owner)
                    queries.replace_wrapping(connection, owner, old=old, new=new)
            if not batch:
                return done
            done += len(batch)

    def forget(self) -> None:
        """Empty the cache of unwrapped keys."""
        self._cache.clear()

    def _keyrings_of(self, owners: Iterable[KeyOwner]) -> dict[str, Keyring]:
        return {agency_id: self.keyrings.get(agency_id) for agency_id in {owner.agency_id for owner in owners}}

    def _new_row(self, keyring: Keyring, owner: KeyOwner) -> dict[str, object]:
        wrapped = keyring.wrap(os.urandom(KEY_BYTES), owner)
        return {
            "agency_id": owner.agency_id,
            "kind": owner.kind.value,
            "owner_id": str(owner.id),
            "keyring_version": wrapped.version,
            "wrapped": wrapped.data,
            "created_at": self._clock(),
        }

    def _unwrapped(self, owners: set[KeyOwner]) -> dict[KeyOwner, SubjectKey]:
        with reading(self._engine) as connection:
            stored = queries.wrapped_keys(connection, owners)
        keyrings = self._keyrings_of(owners)
        keys: dict[KeyOwner, SubjectKey] = {}
        for owner in owners:
            if owner not in stored:
                raise KeyMissing(owner)
            keys[owner] = SubjectKey(owner, keyrings[owner.agency_id].unwrap(stored[owner], owner))
        return keys


@dataclass(slots=True)
class _Cache:
    """Unwrapped keys, least recently used first; none older than `life` is ever handed out."""

    life: timedelta
    size: int
    _kept: OrderedDict[KeyOwner, tuple[datetime, SubjectKey]] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def get(self, owners: Iterable[KeyOwner], now: datetime) -> dict[KeyOwner, SubjectKey]:
        found: dict[KeyOwner, SubjectKey] = {}
        with self._lock:
            for owner in owners:
                since, key = self._kept.get(owner, (None, None))
                if since is None or key is None:
                    continue
                # A clock that was set back must not prolong a key's life.
                if since <= now < since + self.life:
                    self._kept.move_to_end(owner)
                    found[owner] = key
                else:
                    del self._kept[owner]
        return found

    def put(self, keys: dict[KeyOwner, SubjectKey], now: datetime) -> None:
        with self._lock:
            for owner, key in keys.items():
                self._kept[owner] = (now, key)
                self._kept.move_to_end(owner)
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)

    def drop(self, owner: KeyOwner) -> None:
        with self._lock:
            self._kept.pop(owner, None)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


def _order(owner: KeyOwner) -> tuple[str, str, str]:
    return owner.agency_id, owner.kind.value, str(owner.id)
