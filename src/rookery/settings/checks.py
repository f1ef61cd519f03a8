"""System checks over the settings: what `doctor` and Django's `check` show."""

from typing import Any

from django.core import checks
from django.core.checks import CheckMessage, Error, register

from rookery.settings import env, keys
from rookery.settings.env import BadSetting, conf

_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_LANGUAGES = ("en", "pt-br")
_FEW_CHARACTERS = 10


@register
def check_settings(**_: Any) -> list[CheckMessage]:
    """Values that parse but cannot work, and names that are most likely mistyped."""
    found: list[CheckMessage] = [
        checks.Warning(
            f"{name} is no setting of Rookery", hint="docs/settings.md lists them all", id="rookery.W001"
        )
        for name in env.unknown()
    ]
    found += _keys()
    found += _one_of("LOG_LEVEL", _LEVELS) + _one_of("LANGUAGE", _LANGUAGES)
    if conf.bool("DEBUG") and conf.str("HOST") not in ("127.0.0.1", "::1", "localhost"):
        found.append(
            Error(
                "ROOKERY_DEBUG is on and other machines can reach this one",
                hint="unset it",
                id="rookery.E003",
            )
        )
    if 0 < len(conf.str("METRICS_TOKEN")) < _FEW_CHARACTERS:
        found.append(Error("ROOKERY_METRICS_TOKEN is too short to be a secret", id="rookery.E004"))
    return found


def _keys() -> list[CheckMessage]:
    found: list[CheckMessage] = []
    hint = "`rookery setup` or `rookery serve` makes one"
    for name, read in (("SECRET_KEY", keys.secret_key), ("ENCRYPTION_KEY", keys.encryption_key)):
        try:
            if not read():
                found.append(checks.Warning(f"no {name} yet", hint=hint, id="rookery.W002"))
        except BadSetting as error:
            found.append(Error(str(error), id="rookery.E001"))
    return found


def _one_of(name: str, known: tuple[str, ...]) -> list[CheckMessage]:
    if conf.str(name) in known:
        return []
    hint = "one of " + ", ".join(known)
    return [Error(f"ROOKERY_{name}: {conf.str(name)!r} is not known", hint=hint, id="rookery.E002")]
