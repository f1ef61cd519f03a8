"""Message ids, in the forms that tell their makers apart (contract 4.1.2, 4.3)."""

from __future__ import annotations

import secrets


def api() -> str:
    """22 characters: sent through the gateway's API."""
    return "3EB0" + secrets.token_hex(9).upper()


def android() -> str:
    """32 characters: typed on an Android phone."""
    return "A5" + secrets.token_hex(15).upper()


def iphone() -> str:
    """20 characters: typed on an iPhone."""
    return "3A" + secrets.token_hex(9).upper()
