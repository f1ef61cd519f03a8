"""The web process for other ASGI servers, in front of a database that is up to date.

`rookery serve` and `rookery web` bring their own server (`doors.serving`), which has deadlines and a connection cap,
and migrates behind the open webhook door. `application` is made when it is first asked for.
"""

from __future__ import annotations

from typing import Any

from rookery.settings import env


def __getattr__(name: str) -> Any:
    if name != "application":
        raise AttributeError(name)
    env.set_library_variable("DJANGO_SETTINGS_MODULE", "rookery.settings.django")
    import django

    django.setup()
    from rookery.doors.composition import create_application

    made = globals()["application"] = create_application()
    return made
