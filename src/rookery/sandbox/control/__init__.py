"""The control API under `/_sandbox`: what people do, what goes wrong, and what they see (design section 4)."""

from __future__ import annotations

from rookery.sandbox.control.door import Control

__all__ = ["Control"]
