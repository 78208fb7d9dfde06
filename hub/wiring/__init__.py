"""Settings to engines, keyrings, protocols, clock and use cases. Web, CLI and workers share them."""

from __future__ import annotations

from hub.wiring.doorbell import Doorbell
from hub.wiring.learner_lines import LearnerLine

__all__ = ["Doorbell", "LearnerLine"]
