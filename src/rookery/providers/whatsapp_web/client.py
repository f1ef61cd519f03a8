"""Calls to one gateway for one number."""

from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import httpx

from rookery.outbound_http import CappedReader, WriteWatch, deadline, read_capped
from rookery.providers.commands import ChannelConfig
from rookery.providers.errors import ProviderError, Unreachable
from rookery.providers.transport import TRANSPORT_ERRORS, Endpoint, from_transport
from rookery.providers.whatsapp_web.outcomes import from_response, read_envelope
from rookery.providers.whatsapp_web.urls import media_url, read_base_url

# Seconds for a whole call. The gateway gives up on a text after 45 s at the latest, but works in a queue.
STATUS_SECONDS: Final = 10.0
RECORD_SECONDS: Final = 30.0
TEXT_SECONDS: Final = 75.0
MEDIA_SECONDS: Final = 180.0
FETCH_SECONDS: Final = 60.0
CONNECT_SECONDS: Final = 5.0

MAX_ANSWER: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer read whole. `ok` is the gateway's word that it did what it was asked."""

    status: int
    content_type: str
    body: bytes

    @property
    def envelope(self) -> dict[str, Any] | None:
        return read_envelope(self.content_type, self.body)

    def results(self, endpoint: Endpoint) -> Any:
        """`results` of a success (None if it has none); raises the ProviderError of anything else."""
        envelope = self.envelope
        if envelope is None or not 200 <= self.status < 300 or envelope["code"] != "SUCCESS":
            raise self.error(endpoint)
        return envelope.get("results")

    def error(self, endpoint: Endpoint) -> ProviderError:
        return from_response(self.status, self.content_type, self.body, endpoint)


class GatewayClient:
    """Adds base URL, credentials, device and time-outs to a shared `httpx.AsyncClient`."""

    def __init__(self, config: ChannelConfig, http: httpx.AsyncClient) -> None:
        self.config = config
        self._http = http

    @property
    def base_url(self) -> str:
        return read_base_url(self.config.base_url)

    def headers(self, *, password: bool = True) -> dict[str, str]:
        """The gateway URL-decodes `X-Device-Id`, so a `+` must arrive as `%2B`."""
        headers = {}
        if password and (self.config.username or self.config.password):
            pair = f"{self.config.username}:{self.config.password}".encode("utf-8", "surrogatepass")
            headers["Authorization"] = "Basic " + b64encode(pair).decode("ascii")
        if self.config.device_id:
            headers["X-Device-Id"] = quote(self.config.device_id, safe="@:")
        return headers

    async def exchange(
        self,
        method: str,
        path: str,
        *,
        endpoint: Endpoint = "ask",
        seconds: float = STATUS_SECONDS,
        params: Mapping[str, str] | None = None,
        json: object = None,
        content: AsyncIterator[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        password: bool = True,
    ) -> Answer:
        """One request and its whole answer, whatever its status. Raises the ProviderError of a lost connection."""
        url, watch = self.base_url + path, WriteWatch()
        try:
            async with (
                deadline(seconds),
                self._http.stream(
                    method,
                    url,
                    params=params,
                    json=json,
                    content=content,
                    headers={**self.headers(password=password), **(headers or {})},
                    timeout=_timeout(seconds),
                    extensions={"trace": watch},
                ) as response,
            ):
                body = await read_capped(response, MAX_ANSWER)
                return Answer(response.status_code, response.headers.get("content-type", ""), body)
        except TRANSPORT_ERRORS as exc:
            raise (Unreachable() if watch.cut_short else from_transport(exc, endpoint)) from exc

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """The results of a call that sends nothing to anybody."""
        answer = await self.exchange(method, path, **more)
        return answer.results("ask")

    @asynccontextmanager
    async def open_file(self, path: str, *, max_bytes: int, seconds: float) -> AsyncIterator[CappedReader]:
        """Stream a file below `statics/`, with credentials: a gateway behind a proxy may want them."""
        url = media_url(self.base_url, path)
        try:
            async with (
                deadline(seconds),
                self._http.stream("GET", url, headers=self.headers(), timeout=_timeout(seconds)) as response,
            ):
                if response.status_code != 200:
                    raise from_response(response.status_code, "", b"", "file")
                yield CappedReader(response, max_bytes)
        except TRANSPORT_ERRORS as exc:
            raise from_transport(exc, "file") from exc


def _timeout(seconds: float) -> httpx.Timeout:
    return httpx.Timeout(seconds, connect=min(CONNECT_SECONDS, seconds), pool=min(CONNECT_SECONDS, seconds))
