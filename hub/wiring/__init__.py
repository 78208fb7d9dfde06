"""Settings to engines, keyrings, protocols, clock and use cases. Web, CLI and workers share them."""

from __future__ import annotations

from hub.wiring.use_cases import Doorbell, LearnerLine, UseCases

__all__ = ["Doorbell", "LearnerLine", "UseCases"]
