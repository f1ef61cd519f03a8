"""API tokens when they are used. Making one: `people.do_issue_token`."""

from __future__ import annotations

import hashlib
import logging
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError
from django.db.models import Q

from rookery import db
from rookery.accounts.models import ApiToken, User

log = logging.getLogger(__name__)

NOTED_EVERY = timedelta(minutes=1)


def do_use_token(token: str) -> User | None:
    """The active user whose unrevoked token this is. That it was used is noted at most once a minute."""
    digest = hashlib.sha256(token.encode()).digest()
    row = ApiToken.objects.select_related("user").filter(digest=digest, revoked_at__isnull=True).first()
    if row is None or not row.user.is_active:
        return None
    now = datetime.now(UTC)
    if row.last_used_at is None or now - row.last_used_at >= NOTED_EVERY:
        _note(row.pk, now)
    return row.user


def _note(token_id: int, now: datetime) -> None:
    """A question must not fail because the answer's footnote could not be written."""
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - NOTED_EVERY)
    try:
        with db.write():
            ApiToken.objects.filter(unnoted, pk=token_id).update(last_used_at=now)
    except DatabaseError as error:
        log.warning("the use of a token was not noted", extra={"reason": type(error).__name__})
