"""Settings and keys."""

from __future__ import annotations

import stat
from ipaddress import ip_address

from django.conf import settings as django_settings
from django.core import checks

from rookery.ops.doctor.findings import Finding, green, red, yellow
from rookery.settings import conf, keys

PART = "settings"


def look() -> list[Finding]:
    found = [_of_check(message) for message in checks.run_checks()]
    found += _https() + _key_files()
    return found or [green(PART, "all settings are understood")]


def _of_check(message: checks.CheckMessage) -> Finding:
    make = red if message.is_serious() else yellow
    return make(PART, message.msg, message.hint or "see docs/settings.md")


def _https() -> list[Finding]:
    if django_settings.HTTPS or _is_own(conf.str("HOST")):
        return []
    return [
        yellow(
            PART,
            "other machines can reach Rookery over plain http",
            "put it behind https (docs/operators.md) and set ROOKERY_BASE_URL=https://...",
        )
    ]


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _key_files() -> list[Finding]:
    found = []
    for name in ("SECRET_KEY", "ENCRYPTION_KEY"):
        file = keys.key_file(name)
        if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            found.append(
                yellow(PART, f"{file} can be read by other users of this machine", f"chmod 600 {file}")
            )
    return found
