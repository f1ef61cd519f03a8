"""The sandbox as one ASGI application: the gateway's REST API, its static files, and the control API."""

from __future__ import annotations

import asyncio
import base64
import binascii
import mimetypes
from urllib.parse import unquote, unquote_plus

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from rookery.sandbox import connection, errors
from rookery.sandbox.call import Call, Reply, envelope
from rookery.sandbox.control import Control
from rookery.sandbox.model import Slot
from rookery.sandbox.routes import FREE, SCOPED, SLOTTED, V9_FREE, Route
from rookery.sandbox.spoil import spoiled
from rookery.sandbox.world import World

BODY_LIMIT = 100_000_000
DEADLINE = 45.0


def create_app(world: World) -> ASGIApp:
    """The application for this world, for a server or for `httpx.ASGITransport`.

    In process a fault that breaks the connection raises what httpx would raise: ConnectError for `refuse`,
    ReadError for `reset`, RemoteProtocolError for the time-outs.
    """
    return Gateway(world)


class Gateway:
    """Requests in, answers out; the order of checks is that of contract 2."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.control = Control(world)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        if scope["path"].startswith("/_sandbox"):
            await self.control.serve(request, scope, receive, send)
            return
        if self.world.faults.deaf:
            connection.refuse(scope)
        response = await self._guarded(request)
        if response is None:
            # Let the server notice that the connection is gone, or it would complain about a missing answer.
            await asyncio.sleep(0.01)
        else:
            await response(scope, receive, send)

    async def _guarded(self, request: Request) -> Response | None:
        """Carry out the request unless a fault forbids it; None when the connection is gone."""
        path = request.scope["path"].removeprefix(self.world.base_path)
        fault = self.world.faults.take(path)
        if fault is None:
            return await self._answer(request)
        return await spoiled(self.world, request, fault, self._answer)

    async def _answer(self, request: Request, delay: float = 0.0, row: bool = True) -> Response:
        try:
            limit = DEADLINE * self.world.pace.timeouts if self.world.profile.deadline else None
            async with asyncio.timeout(limit):
                response = await self._checked(request, delay, row)
        except TimeoutError:
            response = self._failure(errors.timed_out())
        except errors.GatewayError as failure:
            response = self._failure(failure)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    def _failure(self, failure: errors.GatewayError) -> Response:
        return envelope(self.world, failure.status, failure.code, failure.message, failure.results)

    async def _checked(self, request: Request, delay: float, row: bool) -> Response:
        world, path = self.world, request.scope["path"]
        if path == "/health" and not world.profile.single_account:
            return PlainTextResponse("OK")
        if world.base_path and not f"{path}/".startswith(f"{world.base_path}/"):
            return self._not_found(request, path)
        path = path[len(world.base_path) :] or "/"
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_preflight(world))
        if delay and path.startswith("/statics/"):
            await asyncio.sleep(delay)
            delay = 0.0
        static = self._static(request, path)
        if static is not None:
            return static
        refused = self._unauthorised(request)
        if refused is not None:
            return refused
        if int(request.headers.get("content-length") or 0) > BODY_LIMIT:
            return PlainTextResponse("Request Entity Too Large", 413)
        return await self._routed(Call(world, request, path, delay=delay, row=row))

    def _static(self, request: Request, path: str) -> Response | None:
        """Existing files need no password; missing ones fall through to all other checks (contract 5)."""
        if not path.startswith("/statics/") or request.method not in {"GET", "HEAD"}:
            return None
        data = self.world.files.get(path.removeprefix("/"))
        if data is None:
            return None
        kind = mimetypes.guess_type(path.partition(";")[0])[0] or "application/octet-stream"
        return Response(data, media_type=kind)

    def _unauthorised(self, request: Request) -> Response | None:
        world = self.world
        if not world.user:
            return None
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(token, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        if scheme.lower() == "basic" and given == f"{world.user}:{world.password}":
            return None
        if world.profile.app_info and token and ":" not in given:
            return PlainTextResponse("Bad Request", 400)
        return PlainTextResponse("Unauthorized", 401, {"WWW-Authenticate": world.profile.challenge})

    async def _routed(self, call: Call) -> Response:
        """Find the route; paths that need a slot, and unknown ones, pass through device resolution first."""
        found, wrong_method = self._found(call)
        if wrong_method:
            return PlainTextResponse("Method Not Allowed", 405)
        if found is None:
            return self._home() if call.path == "/" else self._not_found(call.request, call.path)
        if call.delay and not call.path.startswith("/send/"):
            await asyncio.sleep(call.delay)
        reply = await found.handler(call)
        if isinstance(reply, Reply):
            return envelope(self.world, 200, "SUCCESS", reply.message, reply.results)
        return reply

    def _found(self, call: Call) -> tuple[Route | None, bool]:
        if self.world.profile.single_account:
            call.found = self._only_slot()
            return _match(call, SCOPED)
        newer = self.world.profile.device_webhooks
        found, wrong_method = _match(call, FREE + (V9_FREE if newer else []))
        if found is None and not wrong_method and not call.path.startswith("/devices") and call.path != "/":
            call.found = self._resolve(call.request)
            found, wrong_method = _match(call, SCOPED + SLOTTED)
        return found, wrong_method

    def _only_slot(self) -> Slot:
        """The account of v7, which is there before it is linked."""
        for slot in self.world.slots.values():
            return slot
        slot = self.world.add_slot("default")
        slot.client = True
        return slot

    def _home(self) -> Response:
        return Response(
            f"<html><body>Sandbox gateway {self.world.profile.version}</body></html>", media_type="text/html"
        )

    def _not_found(self, request: Request, path: str) -> Response:
        newer = self.world.profile.app_info
        return PlainTextResponse("Not Found" if newer else f"Cannot {request.method} {path}", 404)

    def _resolve(self, request: Request) -> Slot:
        """Header, then query, then the only slot; an id before a JID (contract 2.3)."""
        slots = list(self.world.slots.values())
        given = unquote_plus(request.headers.get("x-device-id", "").strip()).strip()
        given = given or request.query_params.get("device_id", "").strip()
        if not given:
            listed = [slot for slot in slots if not slot.removed]
            if len(listed) == 1:
                return listed[0]
            text = "device_id is required via X-Device-Id header or device_id query"
            raise errors.GatewayError(400, "DEVICE_ID_REQUIRED", text)
        exact = [slot for slot in slots if slot.id == given and not slot.removed]
        by_jid = [
            slot for slot in slots if slot.phone and not slot.removed and given in {slot.ad_jid, slot.jid}
        ]
        if self.world.profile.device_webhooks:
            by_jid.sort(key=lambda slot: slot.ad_jid != given)
        for slot in exact + by_jid:
            return slot
        raise errors.GatewayError(404, "DEVICE_NOT_FOUND", "device not found", {"device_id": given})


def _preflight(world: World) -> dict[str, str]:
    names = "Origin, Content-Type, Accept"
    if world.profile.app_info:
        names += ", Authorization, X-Device-Id"
    return {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "GET,POST,HEAD,PUT,DELETE,PATCH",
        "Access-Control-Allow-Headers": names,
    }


def _match(call: Call, routes: list[Route]) -> tuple[Route | None, bool]:
    """The route, its path parts put into `call.params`; and whether only the method was wrong.

    The raw path is matched, since later builds decode nothing but `:chat_jid` (contract 2.1).
    """
    raw = call.request.scope.get("raw_path") or call.request.scope["path"].encode()
    path = raw.decode("latin-1").partition("?")[0].removeprefix(call.world.base_path) or "/"
    wrong_method = False
    for route in routes:
        hit = route.pattern.match(path)
        if hit is None:
            continue
        if route.method == call.request.method:
            every = call.world.profile.decodes_all_params
            call.params = {
                name: unquote(value) if every or name == "chat_jid" else value
                for name, value in hit.groupdict().items()
            }
            return route, False
        wrong_method = True
    return None, wrong_method
