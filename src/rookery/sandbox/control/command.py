"""One control call and its data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.requests import Request

if TYPE_CHECKING:
    from rookery.sandbox.world import World


class ControlError(Exception):
    """A refused control call with its HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Command:
    """`data` is the JSON object of a POST; `afterwards` runs when the answer has been sent."""

    world: World
    request: Request
    data: dict[str, Any] = field(default_factory=dict)
    params: dict[str, str] = field(default_factory=dict)
    afterwards: list[Callable[[], None]] = field(default_factory=list)

    def need(self, name: str) -> str:
        """A text that must be there; raises ControlError otherwise."""
        value = self.data.get(name)
        if not isinstance(value, str) or not value:
            raise ControlError(400, f"{name} is missing")
        return value

    def text(self, name: str) -> str | None:
        value = self.data.get(name)
        if value is not None and not isinstance(value, str):
            raise ControlError(400, f"{name} must be a text")
        return value

    def flag(self, name: str) -> bool:
        value = self.data.get(name, False)
        if not isinstance(value, bool):
            raise ControlError(400, f"{name} must be true or false")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """A whole number; raises ControlError when it is none, or missing without a default."""
        value = self.data.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ControlError(400, f"{name} must be a whole number")
        return value

    def chat(self, name: str = "chat") -> str:
        """A chat key: the phone of a known person, or a JID as it stands."""
        value = self.need(name)
        return (
            value
            if "@" in value and not value.endswith(("@s.whatsapp.net", "@lid"))
            else self.world.contact(value).phone
        )


Action = Callable[[Command], Any]
