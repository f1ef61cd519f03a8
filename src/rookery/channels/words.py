"""The English words for why a message did not go, for rooms that may not know providers."""

from rookery.providers.errors import sentence

__all__ = ["sentence"]
