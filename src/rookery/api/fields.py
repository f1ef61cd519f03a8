"""Reading parameters: the same field may come as JSON, in a form or in the address.

As clients of Chatwoot expect, an empty text and the literal "null" are no value, and numbers may be texts.
"""

from __future__ import annotations

import json
import math
import uuid
from collections.abc import Mapping
from typing import Any, Self

from django.http import QueryDict

from rookery.api import errors
from rookery.conversations.actions.outgoing import clean

_TRUE = (True, 1, "true", "1", "t", "on", "yes")
_DIGITS = 15
"""Longer numbers are nobody's id, and the database's integers end at 19."""

_LATEST = 253_402_300_799  # the year 9999 ends


class Fields:
    """Named values of one request. Every reader raises ApiError 422 `{error}` for what it cannot read."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    @classmethod
    def of_form(cls, form: QueryDict) -> Self:
        """Names that end in `[]` are lists, `a[b]` is key b of a; of any other name the last value counts."""
        values: dict[str, Any] = {}
        for name, found in form.lists():
            outer, bracket, inner = name.partition("[")
            if name.endswith("[]"):
                values.setdefault(name[:-2], []).extend(found)
            elif bracket and inner.endswith("]"):
                nested = values.setdefault(outer, {})
                if isinstance(nested, dict):
                    nested[inner[:-1]] = found[-1]
            else:
                values[name] = found[-1]
        return cls(values)

    def has(self, name: str) -> bool:
        """Whether it was sent at all, be it as null."""
        return name in self._values

    def raw(self, name: str) -> Any:
        """The value, None for "nothing"."""
        value = self._values.get(name)
        return None if value in ("", "null") else value

    def text(self, name: str, default: str = "") -> str:
        """A text, without what a database refuses."""
        value = self._values.get(name)
        if value is None:
            return default
        if isinstance(value, bool | dict | list):
            raise errors.unreadable(f"{name} must be a text")
        return clean(str(value))

    def number(self, name: str) -> int | None:
        """A whole number, None for nothing."""
        value = self.raw(name)
        if value is None:
            return None
        text = str(value).strip()
        if isinstance(value, bool) or not (text.isascii() and text.removeprefix("-").isdecimal()):
            raise errors.unreadable(f"{name} must be a whole number")
        if len(text) > _DIGITS:
            raise errors.unreadable(f"{name} is out of range")
        return int(text)

    def needed_number(self, name: str) -> int:
        found = self.number(name)
        if found is None:
            raise errors.unreadable(f"param is missing or the value is empty: {name}")
        return found

    def moment(self, name: str) -> int | None:
        """Epoch seconds."""
        found = self.number(name)
        if found is not None and not 0 <= found <= _LATEST:
            raise errors.unreadable(f"{name} must be a time in epoch seconds")
        return found

    def flag(self, name: str) -> bool:
        value = self.raw(name)
        if not isinstance(value, bool | int | str):
            return False
        return (value.lower() if isinstance(value, str) else value) in _TRUE

    def choice(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        """One of the allowed words."""
        value = self.raw(name)
        if value is None:
            return default
        if not isinstance(value, str) or value not in allowed:
            raise errors.unreadable(f"{name} must be one of {', '.join(allowed)}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; a single text is a list of one."""
        value = self.raw(name)
        found = value if isinstance(value, list) else [] if value is None else [value]
        if not all(isinstance(part, str) for part in found):
            raise errors.unreadable(f"{name} must be a list of texts")
        return tuple(clean(part) for part in found if part)

    def record(self, name: str) -> dict[str, Any]:
        """An object; in a form it may be written as JSON."""
        value = self.raw(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError) as error:
                raise errors.unreadable(f"{name} is not valid JSON") from error
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise errors.unreadable(f"{name} must be an object")
        try:
            return {clean(str(key)): _harmless(part) for key, part in value.items()}
        except (ValueError, RecursionError) as error:
            raise errors.unreadable(f"{name} cannot be stored") from error

    def uuid(self, name: str) -> uuid.UUID | None:
        value = self.raw(name)
        if value is None:
            return None
        try:
            return uuid.UUID(str(value))
        except ValueError as error:
            raise errors.unreadable(f"{name} must be a UUID") from error


def _harmless(value: Any) -> Any:
    """JSON as both databases store it: no NUL, no half of a pair, no number without end. Raises ValueError."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("no finite number")
    if isinstance(value, list):
        return [_harmless(part) for part in value]
    if isinstance(value, dict):
        return {clean(str(key)): _harmless(part) for key, part in value.items()}
    return value
