"""One client, and so one connection pool, per server."""

from collections.abc import Collection

import httpx

from rookery.outbound_http.client import open_client


class Pool:
    """Clients kept open by server. Belongs to one event loop; whoever makes it closes it."""

    def __init__(
        self,
        purpose: str,
        *,
        allow_private: bool = False,
        forbidden_ports: Collection[int] = (),
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._purpose = purpose
        self._allow_private = allow_private
        self._forbidden_ports = frozenset(forbidden_ports)
        self._transport = transport
        self._clients: dict[str, httpx.AsyncClient] = {}

    def client(self, base_url: str) -> httpx.AsyncClient:
        """The client for the server of this URL; its path does not matter. Raises httpx.InvalidURL."""
        url = httpx.URL(base_url)
        server = f"{url.scheme}://{url.netloc.decode('ascii')}"
        if server not in self._clients:
            self._clients[server] = open_client(
                self._purpose,
                allow_private=self._allow_private,
                forbidden_ports=self._forbidden_ports,
                transport=self._transport,
            )
        return self._clients[server]

    async def aclose(self) -> None:
        clients, self._clients = list(self._clients.values()), {}
        for client in clients:
            await client.aclose()
