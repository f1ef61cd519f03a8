"""One REST call on its way through the gateway: request, device slot, parsed body, answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from rookery.sandbox import errors, wire
from rookery.sandbox.body import Form, read_form
from rookery.sandbox.model import Slot

if TYPE_CHECKING:
    from rookery.sandbox.world import World

SLOT_FREE = object()


@dataclass
class Call:
    """What a handler sees. `delay` and `row` come from a fault; `params` are decoded path parts."""

    world: World
    request: Request
    path: str
    params: dict[str, str] = field(default_factory=dict)
    found: Slot | None = None
    delay: float = 0.0
    row: bool = True

    @property
    def slot(self) -> Slot:
        if self.found is None:
            raise errors.GatewayError(503, "DEVICE_MANAGER_UNAVAILABLE", "device manager is not available")
        return self.found

    def query(self, name: str, default: str = "") -> str:
        return self.request.query_params.get(name, default)

    async def form(self, spec: Mapping[str, type]) -> Form:
        return await read_form(self.request, spec)

    def url_for(self, path: str) -> str:
        """An absolute address of a static file, with the scheme and host the request names."""
        host = self.request.headers.get("host", "localhost")
        return f"http://{host}{self.world.base_path}/{path}"


@dataclass(frozen=True)
class Reply:
    """A success envelope; without `results` the key is omitted."""

    message: str
    results: Any = errors.ABSENT


def envelope(world: World, status: int, code: str, message: str, results: Any) -> Response:
    """The JSON of contract 2.4: no `status` key; `results` absent or present, never guessed."""
    content: dict[str, Any] = {"code": code, "message": message}
    if results is not errors.ABSENT:
        content["results"] = results
    return Response(wire.dump(content), status, {"content-type": world.profile.json_type})


def pattern(path: str) -> re.Pattern[str]:
    """`/chat/:chat_jid/messages` as an expression with named groups."""
    return re.compile("^" + re.sub(r":(\w+)", r"(?P<\1>[^/]+)", path) + "/?$")
