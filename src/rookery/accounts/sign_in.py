"""Slowing down guesses: refused sign-ins are counted per address and per e-mail, in the database for all processes.

Keys are keyed hashes, so the table tells nobody who tried. A correct password is refused too while an e-mail is
throttled from that address: else the throttle would tell which guess was right.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings

from rookery import db
from rookery.accounts.models import SignInFailure

WINDOW = timedelta(minutes=15)
PER_PAIR = 5
PER_ADDRESS = 50
PER_EMAIL = 100  # from everywhere together; high, or a stranger could lock somebody out cheaply


def is_throttled(address: str, email: str) -> bool:
    """Whether another try has to wait: too many refused within a quarter of an hour."""
    since = datetime.now(UTC) - WINDOW
    return any(
        SignInFailure.objects.filter(key=key, at__gte=since)[:limit].count() >= limit
        for key, limit in _keys(address, email)
    )


def do_note_failure(address: str, email: str) -> None:
    """Count a refused sign-in; what is older than the window is forgotten."""
    rows = [SignInFailure(key=key) for key, _ in _keys(address, email)]
    with db.write():
        SignInFailure.objects.filter(at__lt=datetime.now(UTC) - WINDOW).delete()
        SignInFailure.objects.bulk_create(rows)


def do_forget_failures(address: str, email: str) -> None:
    """The right person came in: what they mistyped from this address counts no more."""
    pair = next(iter(_keys(address, email)))[0]
    if SignInFailure.objects.filter(key=pair).exists():
        with db.write():
            SignInFailure.objects.filter(key=pair).delete()


def _keys(address: str, email: str) -> Iterable[tuple[bytes, int]]:
    email = email.strip().lower()
    yield _key("pair", address, email), PER_PAIR
    yield _key("address", address), PER_ADDRESS
    yield _key("email", email), PER_EMAIL


def _key(*parts: str) -> bytes:
    secret = settings.SECRET_KEY.encode()
    return hmac.new(secret, "\x00".join(parts).encode(), hashlib.sha256).digest()[:16]
