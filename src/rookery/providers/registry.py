"""Finds the providers: every folder of this room that names a `PROVIDER` class is one."""

import pkgutil
from functools import cache
from importlib import import_module

from rookery import providers
from rookery.providers.base import Provider


class UnknownProvider(LookupError):
    """No provider has this name."""


def names() -> tuple[str, ...]:
    """The names of all providers, which are those of their folders, in order of the alphabet."""
    return tuple(sorted(found.name for found in pkgutil.iter_modules(providers.__path__) if found.ispkg))


@cache
def get(name: str) -> type[Provider]:
    """The provider's class. Raises UnknownProvider; a folder without a fitting `PROVIDER` raises TypeError."""
    if name not in names():
        raise UnknownProvider(name)
    found = getattr(import_module(f"{providers.__name__}.{name}"), "PROVIDER", None)
    if not (isinstance(found, type) and issubclass(found, Provider) and found.name == name):
        raise TypeError(
            f"providers/{name} must name a class PROVIDER of kind Provider whose name is {name!r}"
        )
    return found
