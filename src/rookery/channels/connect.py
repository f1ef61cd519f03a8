"""From a channel's row to a working connection.

The rows hold secrets sealed and providers know no database: this is the one place where both meet.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rookery.accounts.models import Account
from rookery.channels.models import Channel
from rookery.outbound_http import Pool, Transport
from rookery.providers import registry
from rookery.providers.base import Capabilities, Provider
from rookery.providers.commands import ChannelConfig, ConfigCheck
from rookery.settings import conf


def config_of(channel: Channel) -> ChannelConfig:
    """How to reach the number. Raises `accounts.encryption.SecretUnavailable` when its password does not open."""
    gateway = channel.gateway
    return ChannelConfig(gateway.url, gateway.username, gateway.password, channel.device_id, channel.phone)


def capabilities(channel: Channel) -> Capabilities:
    """What the channel's provider can do."""
    return registry.get(channel.provider).capabilities


class Connections:
    """Clients kept open, one pool a gateway, so that one which hangs delays no other. Belongs to one event loop."""

    def __init__(self, transport: Transport | None = None, *, allow_private: bool | None = None) -> None:
        """`transport` replaces the network in tests. Without `allow_private` the installation decides; it asks the
        database, so make it outside the event loop or give the answer."""
        self._transport = transport
        self._private = private_gateways_allowed() if allow_private is None else allow_private
        self._pools: dict[int, Pool] = {}

    def provider(self, channel: Channel) -> Provider:
        """The channel's provider with its gateway's connections (load the channel with its gateway).

        Raises SecretUnavailable, and BadUrl for an address that is none.
        """
        pool = self._pools.get(channel.gateway_id)
        if pool is None:
            pool = self._pools[channel.gateway_id] = self._pool()
        config = config_of(channel)
        return registry.get(channel.provider)(config, pool.client(config.base_url))

    async def aclose(self) -> None:
        pools, self._pools = list(self._pools.values()), {}
        for pool in pools:
            await pool.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _pool(self) -> Pool:
        return Pool(
            "gateway",
            allow_private=self._private,
            forbidden_ports=(conf.int("PORT"),),
            transport=self._transport,
        )


async def check(
    config: ChannelConfig, provider: str = "whatsapp_web", *, allow_private: bool = True
) -> ConfigCheck:
    """Look whether a configuration works; nothing is stored. Raises ProviderError for what has no wording of its own."""
    pool = Pool("gateway", allow_private=allow_private, forbidden_ports=(conf.int("PORT"),))
    try:
        return await registry.get(provider)(config, pool.client(config.base_url)).check_config(config.phone)
    finally:
        await pool.aclose()


def private_gateways_allowed() -> bool:
    """Gateways usually stand beside us; with several accounts one of them could probe the operator's network."""
    return Account.objects.count() <= 1
