"""Carrying out the faults: what a request gets instead of its answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from rookery.sandbox import connection, errors
from rookery.sandbox.call import envelope
from rookery.sandbox.faults import Fault

if TYPE_CHECKING:
    from rookery.sandbox.world import World

GARBAGE = "<html><body><h1>502 Bad Gateway</h1></body></html>"
PANIC = "runtime error: invalid memory address or nil pointer dereference"
PIECES = 20


class Answer(Protocol):
    """The gateway without any fault."""

    async def __call__(self, request: Request, delay: float = 0.0, row: bool = True) -> Response: ...


async def spoiled(world: World, request: Request, fault: Fault, answer: Answer) -> Response | None:
    """What the caller gets; None when the connection is gone."""
    match fault.mode:
        case "reset":
            connection.reset(request.scope)
        case "slow":
            return await answer(request, delay=5.0 if fault.seconds is None else fault.seconds)
        case "hang":
            await asyncio.sleep(3600.0 if fault.seconds is None else fault.seconds)
            connection.drop(request.scope)
        case "timeout_before" | "timeout_after":
            await request.body()
            if fault.mode == "timeout_after":
                await answer(request)
            await asyncio.sleep(fault.seconds or 0)
            connection.drop(request.scope)
        case "cut":
            return _Broken(await answer(request), request.scope)
        case "trickle":
            return _Trickling(await answer(request), 5.0 if fault.seconds is None else fault.seconds)
        case "panic":
            return envelope(world, 500, "INTERNAL_SERVER_ERROR", fault.message or PANIC, errors.ABSENT)
        case "garbage":
            if fault.executed:
                await answer(request)
            return Response(GARBAGE, fault.status or 200, media_type="text/html")
        case _:
            if fault.executed:
                await answer(request, row=fault.leaves_row())
            return _ordered(world, fault)
    return None


def _ordered(world: World, fault: Fault) -> Response:
    """The answer that a `status` fault describes: raw text when it has a body, else an envelope."""
    status, code, message, body = fault.status, fault.code, fault.message, fault.body
    kind = fault.content_type
    if status in {502, 503} and code is None and message is None and body is None:
        # Nobody but a proxy in front of the gateway answers so.
        body, kind = GARBAGE, "text/html"
    code = code or errors.CODE_OF_STATUS.get(status or 500, "INTERNAL_SERVER_ERROR")
    status = status or errors.STATUS_OF_CODE.get(code, 500)
    if body is not None:
        return Response(body, status, media_type=kind or "text/plain")
    said = message or errors.PROSE_OF_CODE.get(code) or code.replace("_", " ").lower()
    return envelope(world, status, code, said, errors.ABSENT)


class _Spoiled(Response):
    """The answer of another, sent in its own way."""

    def __init__(self, whole: Response) -> None:
        super().__init__(status_code=whole.status_code)
        self.raw_headers = whole.raw_headers
        self.body = whole.body

    async def _begin(self, send: Send) -> None:
        start: dict[str, Any] = {"type": "http.response.start", "status": self.status_code}
        await send({**start, "headers": self.raw_headers})


class _Broken(_Spoiled):
    """Half of the body, then the connection drops."""

    def __init__(self, whole: Response, scope: Scope) -> None:
        super().__init__(whole)
        self._scope = scope

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._begin(send)
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        # Let it leave before the connection goes.
        await asyncio.sleep(0.05)
        connection.drop(self._scope)
        await asyncio.sleep(0.01)


class _Trickling(_Spoiled):
    """The whole body, spread over so many seconds."""

    def __init__(self, whole: Response, seconds: float) -> None:
        super().__init__(whole)
        self._pause = seconds / PIECES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._begin(send)
        body = bytes(self.body)
        size = max(1, -(-len(body) // PIECES))
        for start in range(0, len(body), size):
            await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
            await asyncio.sleep(self._pause)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
