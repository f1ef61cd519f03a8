"""Addresses, made from the table of routes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.urls import URLPattern, path, register_converter

from rookery.api.entrance import door, nothing
from rookery.api.routes import ROUTES
from rookery.api.table import Route


class KeyConverter:
    """A row's key: no more digits than the database's integers have."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)


register_converter(KeyConverter, "key")


def pattern(address: str) -> str:
    """`/api/v1/accounts/{account_id}` as Django writes it."""
    return re.sub(r"\{(\w+)\}", _variable, address.removeprefix("/"))


def _variable(found: re.Match[str]) -> str:
    return f"<key:{found[1]}>" if found[1].endswith("_id") else f"<str:{found[1]}>"


def _patterns(routes: Iterable[Route]) -> Iterator[URLPattern]:
    by_path: dict[str, dict[str, Route]] = {}
    for route in routes:
        by_path.setdefault(route.path, {})[route.method] = route
    for address, methods in by_path.items():
        yield path(pattern(address), door(methods))


urlpatterns = [*_patterns(ROUTES), path("api/", nothing), path("api/<path:rest>", nothing)]
