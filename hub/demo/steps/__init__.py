"""The eight steps of the story. Each does what people and systems would do, then checks what came of it."""

from __future__ import annotations

from hub.demo.steps.bringing import connectors, partners
from hub.demo.steps.deciding import grant, read, withdraw
from hub.demo.steps.proving import receipts, search_home
from hub.demo.steps.telling import notice

__all__ = ["connectors", "grant", "notice", "partners", "read", "receipts", "search_home", "withdraw"]
