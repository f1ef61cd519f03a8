"""Django's sessions in the database, read by one statement that is not put together anew for every request.

Nothing is remembered between requests: a session ends at once when its row goes, runs out, or its user is deactivated or
gets another password.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.sessions.backends.db import SessionStore as DjangoStore
from django.db import connection
from django.utils import timezone

from rookery.accounts.models import User
from rookery.db import statements
from rookery.db.prepared import Prepared

BACKEND = "rookery.accounts.sessions.BySession"

_LIVING = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"
_USER = Prepared(lambda pk: User.objects.filter(pk=pk))


class SessionStore(DjangoStore):
    """The sessions of `settings.SESSION_ENGINE`."""

    def load(self) -> dict[str, Any]:
        """What the session holds; an unknown or expired one is empty and will never get this key again."""
        key = self._get_session_key()
        if key is None:
            return {}
        now = connection.ops.adapt_datetimefield_value(timezone.now())
        row = statements.one(_LIVING, [key, now])
        if row is None:
            self._session_key = None
            return {}
        held: dict[str, Any] = self.decode(row[0])
        return held


class BySession(BaseBackend):
    """The active user of a session. Passwords are checked by the backend after it in the settings."""

    def get_user(self, user_id: int) -> User | None:
        found = _USER(user_id)
        return found[0] if found and found[0].is_active else None
