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


Action = Callable[[Command], Any]
