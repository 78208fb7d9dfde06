"""What the register of protocols refuses. Every message names ids and files; whatever was in force stays in force."""

from __future__ import annotations

from policies.model import ProtocolRef


class ProtocolRefused(Exception):
    """Whatever this room raises; `todo` says what to do about it."""

    def __init__(self, problem: str, *, todo: str) -> None:
        super().__init__(problem)
        self.todo = todo


class UnknownProtocol(ProtocolRefused):
    """No such version was ever proposed here."""

    def __init__(self, ref: ProtocolRef) -> None:
        super().__init__(
            f"protocol {ref} is not known here",
            todo="`dolen policy status` lists those that are; `dolen policy propose FILE` takes one in",
        )


class ProtocolAltered(ProtocolRefused):
    """A version that is registered has other words now: versions never change."""

    def __init__(self, ref: ProtocolRef) -> None:
        super().__init__(
            f"protocol {ref} is registered with other words than these; what was in force stays in force",
            todo="give the changed file the next version number, and a later first day",
        )
        self.ref = ref


class Overlapping(ProtocolRefused):
    """A version must begin later than every lower version that was put in force, and may not follow a higher one."""

    def __init__(self, ref: ProtocolRef, other: ProtocolRef) -> None:
        super().__init__(
            f"protocol {ref} overlaps {other}: a higher version begins later than every lower one",
            todo="give it a higher version number than any in force, and a later `in_force_from`",
        )


class WrongState(ProtocolRefused):
    """This step does not lead on from the state that the version is in."""

    def __init__(self, ref: ProtocolRef, state: str, *, wanted: str) -> None:
        super().__init__(
            f"protocol {ref} is {state}: only what is {wanted} can take this step", todo="see `dolen policy status`"
        )


class SignatureRefused(ProtocolRefused):
    """A signature that does not count; nothing was taken in."""


class PartnerKeyRefused(ProtocolRefused):
    """A partner's key that can't be registered or retired."""
