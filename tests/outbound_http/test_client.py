"""The guarded client against real sockets on loopback."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import httpcore
import httpx
import pytest

from rookery.outbound_http import (
    CappedReader,
    ForbiddenAddress,
    Pool,
    TooMuch,
    deadline,
    open_client,
    read_capped,
)
from rookery.outbound_http.addresses import Rules
from rookery.outbound_http.guard import GuardedBackend, resolve

Handler = Callable[[bytes], Awaitable[bytes]]


@asynccontextmanager
async def server(answer: bytes | Handler) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A listener that gives every request the same answer; yields its URL and the heads it received."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(answer if isinstance(answer, bytes) else await answer(seen[-1]))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listener:
        yield f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", seen


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"


async def test_get_when_private_is_allowed_reaches_the_server() -> None:
    async with server(OK) as (url, seen), open_client("test", allow_private=True) as client:
        assert (await client.get(url)).text == "hello"
    assert b"user-agent: rookery (test)" in seen[0].lower()
    assert b"accept-encoding: identity" in seen[0].lower()


async def test_get_when_private_is_not_allowed_connects_to_nothing() -> None:
    async with server(OK) as (url, seen), open_client("test") as client:
        with pytest.raises(ForbiddenAddress):
            await client.get(url)
        assert not seen


async def test_get_when_name_leads_to_a_private_address_connects_to_nothing() -> None:
    async with server(OK) as (url, seen), open_client("test") as client:
        with pytest.raises(ForbiddenAddress):
            await client.get(url.replace("127.0.0.1", "localhost"))
        assert not seen


async def test_get_when_port_is_our_own_connects_to_nothing() -> None:
    async with server(OK) as (url, seen):
        port = int(url.rpartition(":")[2])
        async with open_client("test", allow_private=True, forbidden_ports=[port]) as client:
            with pytest.raises(ForbiddenAddress):
                await client.get(url)
        assert not seen


async def test_get_when_answer_redirects_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with server(moved) as (url, seen), open_client("test", allow_private=True) as client:
        assert (await client.get(url)).status_code == 302
    assert len(seen) == 1


async def test_get_when_nothing_listens_says_so() -> None:
    async with server(OK) as (url, _):
        pass
    async with open_client("test", allow_private=True) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(url)


class Recorder(httpcore.AsyncNetworkBackend):
    """Notes where a connection would go; the first `failing` tries fail."""

    def __init__(self, failing: int = 0) -> None:
        self.hosts: list[str] = []
        self.failing = failing

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        self.hosts.append(host)
        if len(self.hosts) <= self.failing:
            raise httpcore.ConnectError("no")
        return httpcore.AsyncMockStream([])


def answer_names(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """The resolver gives these answers, one a question; yields the names asked for."""
    asked: list[str] = []
    left = list(answers)

    async def getaddrinfo(host: str, port: int, **more: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", (address, port)) for address in left.pop(0)]

    monkeypatch.setattr("anyio.getaddrinfo", getaddrinfo)
    return asked


async def test_connect_when_name_answers_differently_later_uses_the_checked_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = answer_names(monkeypatch, ["8.8.8.8"], ["127.0.0.1"])
    inner = Recorder()
    await GuardedBackend(Rules(), inner).connect_tcp("rebind.example", 80, timeout=5)
    assert (asked, inner.hosts) == (["rebind.example"], ["8.8.8.8"])


async def test_connect_when_some_addresses_are_forbidden_uses_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer_names(monkeypatch, ["169.254.169.254", "8.8.8.8", "fe80::1%eth0"])
    inner = Recorder()
    await GuardedBackend(Rules(allow_private=True), inner).connect_tcp("mixed.example", 80)
    assert inner.hosts == ["8.8.8.8"]


async def test_connect_when_first_address_is_down_tries_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    answer_names(monkeypatch, ["8.8.8.8", "8.8.4.4"], ["8.8.8.8"])
    inner = Recorder(failing=1)
    backend = GuardedBackend(Rules(), inner)
    await backend.connect_tcp("two.example", 80, timeout=5)
    assert inner.hosts == ["8.8.8.8", "8.8.4.4"]
    inner.failing = 9
    with pytest.raises(httpcore.ConnectError):
        await backend.connect_tcp("one.example", 80, timeout=5)


async def test_connect_when_socket_is_a_file_is_refused() -> None:
    backend = GuardedBackend(Rules(allow_private=True))
    with pytest.raises(ForbiddenAddress):
        await backend.connect_unix_socket("/run/docker.sock")
    await backend.sleep(0)


@pytest.mark.parametrize(
    ("failure", "raised"), [(OSError, httpcore.ConnectError), (None, httpcore.ConnectTimeout)]
)
async def test_resolve_when_the_resolver_fails(
    monkeypatch: pytest.MonkeyPatch, failure: type[Exception] | None, raised: type[Exception]
) -> None:
    async def getaddrinfo(*args: Any, **more: Any) -> list[Any]:
        if failure:
            raise failure
        await asyncio.sleep(5)
        return []

    monkeypatch.setattr("anyio.getaddrinfo", getaddrinfo)
    with pytest.raises(raised):
        await resolve("gone.example", 80, 0.05)


@pytest.mark.parametrize("announced", [True, False])
async def test_reader_when_answer_is_longer_than_allowed_stops(announced: bool) -> None:
    length = b"Content-Length: 300000\r\n" if announced else b""
    long = b"HTTP/1.1 200 OK\r\n" + length + b"Connection: close\r\n\r\n" + b"x" * 300_000
    async with server(long) as (url, _), open_client("test", allow_private=True) as client:
        async with client.stream("GET", url) as response:
            with pytest.raises(TooMuch) as caught:
                await read_capped(response, 100_000)
        assert caught.value.limit == 100_000
        async with client.stream("GET", url) as response:
            reader = CappedReader(response, 300_000)
            assert sum([len(chunk) async for chunk in reader]) == reader.received == 300_000


async def test_reader_when_answer_is_compressed_refuses() -> None:
    packed = OK.replace(b"Connection", b"Content-Encoding: gzip\r\nConnection")
    async with (
        server(packed) as (url, _),
        open_client("test", allow_private=True) as client,
        client.stream("GET", url) as response,
    ):
        with pytest.raises(httpx.DecodingError):
            CappedReader(response, 100)


async def test_deadline_when_bytes_drip_ends_the_call() -> None:
    async def drip(head: bytes) -> bytes:
        await asyncio.sleep(5)
        return OK

    async with server(drip) as (url, _), open_client("test", allow_private=True) as client:
        with pytest.raises(httpx.ReadTimeout):
            async with deadline(0.1):
                await client.get(url)


async def test_deadline_when_the_body_raises_its_own_timeout_lets_it_pass() -> None:
    with pytest.raises(TimeoutError):
        async with deadline(5):
            raise TimeoutError


async def test_pool_when_urls_share_a_server_gives_one_client() -> None:
    pool = Pool("test", allow_private=True)
    first = pool.client("http://gateway.example:3000/one")
    assert first is pool.client("http://gateway.example:3000/two")
    assert first is not pool.client("http://gateway.example:3001/one")
    await pool.aclose()
    assert first.is_closed


def test_httpx_when_imported_here_keeps_urls_out_of_the_log() -> None:
    assert not logging.getLogger("httpx").isEnabledFor(logging.INFO)
