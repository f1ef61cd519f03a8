"""Which requests may take long, by their address (decisions A8): they must not hold the one thread of the pages."""

from __future__ import annotations

import re

# Whatever talks to a gateway, hashes a password, writes much, or is asked by a machine that measures us.
_SLOW = re.compile(
    r"/(?:"
    r"health(?:/|$)|metrics(?:/|$)|events(?:/|$)"
    r"|sign-in(?:/|$)|setup/|enter/|preferences/password"
    r"|numbers(?:/|$)|exports?(?:/|$)"
    r"|attachments/[^/]+/retry|conversations/\d+/read(?:$|/)"
    r"|api/openapi|api/v\d+/accounts/\d+/(?:inboxes|exports?|imports?|reports?)(?:[/?]|$)"
    r")"
)


def is_slow(path: str) -> bool:
    """Whether the pool of slow routes takes it."""
    return _SLOW.match(path) is not None


# What is in front of somebody's eyes, and what only keeps a list or a mark beside it fresh.
_URGENT = re.compile(r"/conversations/\d+/messages$")
_PATIENT = re.compile(r"/inbox/rows$|/conversations/\d+/(?:read|header)$")


def patience(path: str) -> float:
    """Seconds by which a request may be overtaken by one that came later (decisions D5: the open conversation first)."""
    if _URGENT.search(path):
        return 0.0
    return 1.0 if _PATIENT.search(path) else 0.1
