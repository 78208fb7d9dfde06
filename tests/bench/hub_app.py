"""The hub as it is served, without a worker in its process: what waits for the ledger waits."""

from __future__ import annotations

from flask import Flask

from hub.app import create_app
from hub.settings import Settings
from hub.wiring.build import SilentDoorbell


def app() -> Flask:
    """The application on the home that the environment names."""
    return create_app(Settings(), SilentDoorbell())
