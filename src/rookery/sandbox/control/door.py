"""Who may use the control API, and how its calls are answered."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from msgspec import ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from rookery.sandbox import wire
from rookery.sandbox.control import business, groups, past, phones, trouble
from rookery.sandbox.control.command import Action, Command, ControlError

if TYPE_CHECKING:
    from rookery.sandbox.world import World

LOOPBACK = {"localhost", "127.0.0.1", "::1"}

ACTIONS: list[tuple[str, re.Pattern[str], Action]] = [
    (method, re.compile("^" + re.sub(r":(\w+)", r"(?P<\1>[^/]+)", f"/_sandbox{path}") + "$"), action)
    for method, path, action in [
        *phones.ACTIONS,
        *groups.ACTIONS,
        *business.ACTIONS,
        *past.ACTIONS,
        *trouble.ACTIONS,
    ]
]


def loopback_host(host: str) -> bool:
    """Whether a Host header names this machine, with or without a port."""
    if host.startswith("["):
        name = host[1:].partition("]")[0]
    else:
        name = host.partition(":")[0] if host.count(":") == 1 else host
    return name.lower() in LOOPBACK


class Control:
    """Open to anything on this machine that is not a web page, and to nothing else."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def serve(self, request: Request, scope: Scope, receive: Receive, send: Send) -> None:
        command = Command(self.world, request)
        status, answer = await self._run(command)
        body = wire.dump(answer)
        await Response(body, status, media_type="application/json")(scope, receive, send)
        # `refuse` closes the listener only now, so that its own answer gets through.
        for job in command.afterwards:
            job()

    async def _run(self, command: Command) -> tuple[int, Any]:
        try:
            await self._guard(command)
            return 200, _act(command)
        except ControlError as refused:
            return refused.status, {"error": str(refused)}
        except LookupError as missing:
            return 404, {"error": str(missing.args[0]) if missing.args else "not found"}
        except (ValidationError, ValueError, TypeError) as wrong:
            return 400, {"error": str(wrong)}

    async def _guard(self, command: Command) -> None:
        request = command.request
        if not loopback_host(request.headers.get("host", "")):
            raise ControlError(403, "the control API answers only to a loopback Host")
        if "origin" in request.headers:
            raise ControlError(403, "the control API answers to no web page")
        if request.method == "GET":
            return
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise ControlError(415, "send JSON, with Content-Type: application/json")
        try:
            data = json.loads(await request.body() or b"{}")
        except ValueError as broken:
            raise ControlError(400, f"not JSON: {broken}") from broken
        if not isinstance(data, dict):
            raise ControlError(400, "send a JSON object")
        # Half a surrogate pair becomes the replacement character, as on its way through Go.
        command.data = json.loads(wire.dump(data))


def _act(command: Command) -> Any:
    path, known = command.request.url.path, False
    for method, pattern, action in ACTIONS:
        hit = pattern.match(path)
        if hit is None:
            continue
        known = True
        if method == command.request.method:
            command.params = hit.groupdict()
            return action(command)
    raise ControlError(405 if known else 404, "method not allowed" if known else f"no control call {path}")
