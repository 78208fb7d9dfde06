"""Whom a reader trusts: the policy files of C2SP (c2sp.org/tlog-policy), read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from consent.ledger.cosignature import CosignatureVerifier, cosignature_verifier
from consent.ledger.note import Ed25519Verifier, NoteMalformed, ed25519_verifier

MAX_BYTES = 64 * 1024
_MOST = 64
_NONE = "none"
_WHITE = re.compile("[ \t]+")
_NUMBER = re.compile("[1-9][0-9]{0,2}")


class PolicyMalformed(ValueError):
    """A policy file that can't be followed; carries the line's number."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Group:
    """A rule: at least `least` of `members` (witnesses or groups) have cosigned."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """Logs and witnesses that a reader knows, and which witnesses are enough (`quorum`; None: none are needed)."""

    logs: tuple[Ed25519Verifier, ...]
    witnesses: Mapping[str, CosignatureVerifier]
    groups: Mapping[str, Group]
    quorum: str | None

    def is_satisfied(self, cosigned: Set[str]) -> bool:
        """True if the witnesses named in `cosigned` make the quorum."""
        return self.quorum is None or self._has(self.quorum, cosigned)

    def _has(self, name: str, cosigned: Set[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._has(member, cosigned) for member in group.members) >= group.least


def parse_policy(data: bytes) -> Policy:
    """Read a policy file; raises PolicyMalformed with the line that is wrong."""
    if len(data) > MAX_BYTES:
        raise PolicyMalformed(0, "larger than 64 KiB")
    if not data.endswith(b"\n"):
        raise PolicyMalformed(data.count(b"\n") + 1, "the last line doesn't end; the file may have been cut")
    if re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data):
        raise PolicyMalformed(0, "a control character")
    draft = _Draft()
    for number, line in enumerate(data.decode(errors="surrogateescape")[:-1].split("\n"), start=1):
        words = [word for word in _WHITE.split(line) if word]
        if words and not words[0].startswith("#"):
            draft.take(number, words)
    return draft.finished()


@dataclass(slots=True)
class _Draft:
    logs: dict[bytes, Ed25519Verifier] = field(default_factory=dict)
    witnesses: dict[str, CosignatureVerifier] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    grouped: set[str] = field(default_factory=set)
    quorum: list[str] = field(default_factory=list)

    def take(self, line: int, words: list[str]) -> None:
        kinds: dict[str, Callable[[list[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        try:
            kinds.get(words[0], _unknown)(words[1:])
        except (_Wrong, NoteMalformed) as problem:
            raise PolicyMalformed(line, str(problem)) from None

    def finished(self) -> Policy:
        if not self.quorum:
            raise PolicyMalformed(0, "no quorum line")
        quorum = None if self.quorum[0] == _NONE else self.quorum[0]
        return Policy(tuple(self.logs.values()), dict(self.witnesses), dict(self.groups), quorum)

    def _log(self, words: list[str]) -> None:
        if len(words) not in (1, 2):
            raise _Wrong("a log has a key and at most an address")
        log = ed25519_verifier(words[0])
        if log.public_key in self.logs or len(self.logs) >= _MOST:
            raise _Wrong("a log twice, or too many")
        self.logs[log.public_key] = log

    def _witness(self, words: list[str]) -> None:
        if len(words) not in (2, 3):
            raise _Wrong("a witness has a name, a key and at most an address")
        self._new_name(words[0])
        witness = cosignature_verifier(words[1])
        if any(witness.public_key == other.public_key for other in self.witnesses.values()):
            raise _Wrong("a witness twice")
        self.witnesses[words[0]] = witness

    def _group(self, words: list[str]) -> None:
        if len(words) < 3:
            raise _Wrong("a group has a name, a rule and members")
        name, rule, *members = words
        self._new_name(name)
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                raise _Wrong("a group of what was not named before")
            if member in self.grouped:
                raise _Wrong("a member of two groups, or twice of one")
            self.grouped.add(member)
        self.groups[name] = Group(_least(rule, len(members)), tuple(members))

    def _quorum(self, words: list[str]) -> None:
        if len(words) != 1 or self.quorum:
            raise _Wrong("one quorum line with one name")
        if words[0] != _NONE and words[0] not in self.witnesses and words[0] not in self.groups:
            raise _Wrong("a quorum of what was not named before")
        self.quorum.append(words[0])

    def _new_name(self, name: str) -> None:
        if name == _NONE or name in self.witnesses or name in self.groups:
            raise _Wrong("a name that is taken")
        if len(self.witnesses) + len(self.groups) >= 2 * _MOST:
            raise _Wrong("too many names")


def _unknown(_words: list[str]) -> None:
    raise _Wrong("not log, witness, group or quorum")


def _least(rule: str, members: int) -> int:
    if rule in ("any", "all"):
        return 1 if rule == "any" else members
    if _NUMBER.fullmatch(rule) is None or int(rule) > members:
        raise _Wrong("a group needs any, all, or a number of its members")
    return int(rule)


class _Wrong(Exception):
    pass
