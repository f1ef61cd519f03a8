"""Which application stands behind which door."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from rookery.doors.application import Application
from rookery.doors.front import Front
from rookery.doors.static import Static
from rookery.intake import presence
from rookery.intake.door import Door
from rookery.processing.presence import whisper
from rookery.realtime.endpoint import app as stream
from rookery.settings import conf

MB = 1_000_000
_FORM = 1_000_000  # what a form may add to the files in it


def create_application(ready: Callable[[], bool] = lambda: True) -> Application:
    """The web process; until it is opened (`Application`) only the webhook door and /health/live answer.

    Needs `django.setup()` and no database.
    """
    presence.listen(whisper)
    folder = conf.path("DATA_DIR") / "run" / "bodies"
    return Application(
        Door(),
        stream,
        Static(),
        Front(get_wsgi_application(), folder, conf.int("UPLOAD_MAX_MB") * MB + _FORM),
        hosts=settings.ALLOWED_HOSTS,
        proxies=settings.TRUSTED_PROXIES,
        ready=ready,
    )
