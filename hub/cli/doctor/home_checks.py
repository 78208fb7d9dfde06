"""Home, secrets and keys in files: there, and readable by nobody else."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path

from hub.cli.doctor.model import Finding, Scene, fault, ok, warn
from hub.oauth.errors import IssuerRefused, SigningKeyRefused
from hub.oauth.issuer import check_issuer
from hub.oauth.keys import load_keys
from hub.settings import unknown_settings
from hub.wiring.secrets import SecretMissing, pages_key, signer_key

_LONG_CACHE_SECONDS = 600
_LONG_SWEEP_SECONDS = 15.0


def settings(scene: Scene) -> Iterable[Finding]:
    """Settings that are allowed and yet unwise, and variables that no setting has the name of."""
    chosen = scene.settings
    if unknown := unknown_settings():
        yield warn(f"no setting has this name: {', '.join(unknown)}", "mend the name of the variable, or unset it")
    if chosen.key_cache_seconds > _LONG_CACHE_SECONDS:
        yield warn(
            f"a withdrawn keyring works on for {chosen.key_cache_seconds} s",
            "lower DOLEN_KEY_CACHE_SECONDS, 60 is usual",
        )
    if chosen.sweep_seconds > _LONG_SWEEP_SECONDS:
        yield warn(f"a lost ring waits up to {chosen.sweep_seconds} s", "lower DOLEN_SWEEP_SECONDS, 2 is usual")
    if chosen.log_level == "DEBUG":
        yield warn("everything is logged (DOLEN_LOG_LEVEL=DEBUG)", "use INFO outside of tests")
    yield ok(
        f"keys are cached for {chosen.key_cache_seconds} s ({chosen.key_cache_size} at most), tokens live for "
        f"{chosen.token_seconds} s, sweeps come every {chosen.sweep_seconds} s, entries wait {chosen.batch_wait_ms} ms"
    )


def home(scene: Scene) -> Iterable[Finding]:
    """The home is there and its owner's alone."""
    place = scene.settings.home
    if not place.is_dir():
        yield fault(f"{place} is not there", "set DOLEN_HOME to where the hub is, or make one with `dolen init`")
        return
    for folder in (place, scene.settings.secrets_folder, place / "keyrings"):
        yield from _owners_alone(folder)
    if scene.is_demo:
        yield warn(f"{place} is a demo home", "use it for trying only; `dolen serve` refuses it")


def secrets(scene: Scene) -> Iterable[Finding]:
    """The keys of ledger and pages."""
    for what, read in (("the ledger's signing key", signer_key), ("the pages' key", pages_key)):
        try:
            read(scene.settings)
        except SecretMissing as problem:
            remedy = (
                f"put secrets/{problem.name} back from your copy with mode 0600; `dolen init` makes a missing one anew"
            )
            yield fault(str(problem).partition(";")[0], remedy)
        else:
            yield ok(f"{what} is there and its owner's alone")


def token_keys(scene: Scene) -> Iterable[Finding]:
    """The keys that sign access tokens."""
    try:
        load_keys(scene.settings)
    except SigningKeyRefused as problem:
        yield fault(
            f"secrets/{problem.name}: {problem.reason}",
            "set mode 0600, or move the file away and run `dolen init`: clients then need a fresh token, no more",
        )
    else:
        yield ok("the keys that sign access tokens are usable")


def address(scene: Scene) -> Iterable[Finding]:
    """The public address, what stands in front, and whom its readers can reach."""
    chosen = scene.settings
    try:
        check_issuer(chosen)
    except IssuerRefused as problem:
        yield fault(f"DOLEN_BASE_URL: {problem}", "set it to https://your-host; http is for this machine alone")
        return
    if chosen.base_url.scheme == "https" and chosen.trusted_proxies == 0:
        yield warn(
            "the address is https, and no proxy is trusted to say so",
            "set DOLEN_TRUSTED_PROXIES to the number of proxies in front",
        )
    elif chosen.base_url.scheme == "http" and chosen.trusted_proxies:
        yield warn("proxies are trusted although none should be in front", "set DOLEN_TRUSTED_PROXIES=0")
    if not chosen.contact.strip() and not scene.is_demo:
        yield warn(
            "the pages name nobody to write to", "set DOLEN_CONTACT to an address or a telephone number of yours"
        )
    yield ok(f"known as {chosen.base_url}")


def _owners_alone(folder: Path) -> Iterable[Finding]:
    if not folder.is_dir():
        yield fault(f"{folder} is not there", "restore it from your copy; for a new hub, run `dolen init`")
    elif (mode := stat.S_IMODE(folder.stat().st_mode)) & 0o077:
        yield fault(f"{folder} is open to others (mode {mode:04o})", f"chmod 700 {folder}")
    else:
        yield ok(f"{folder} is its owner's alone")
