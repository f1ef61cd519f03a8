"""Each gateway: does it answer, does it want a password, does its secret protect the door."""

from __future__ import annotations

import asyncio

from rookery.accounts.encryption import SecretUnavailable, is_readable
from rookery.channels.connect import Connections, private_gateways_allowed
from rookery.channels.models import Channel, Gateway
from rookery.ops.doctor.findings import Finding, green, red, yellow
from rookery.providers import registry
from rookery.providers.errors import ConfigProblem, ProviderError

TIMEOUT = 30.0


def look() -> list[Finding]:
    gateways = list(Gateway.objects.order_by("pk"))
    if not gateways:
        return [yellow("gateway", "none is set up", "rookery inbox add --help")]
    allowed = private_gateways_allowed()
    return [finding for gateway in gateways for finding in _of(gateway, allowed)]


def part(gateway: Gateway) -> str:
    return f"gateway {gateway.url}"


def _of(gateway: Gateway, allowed: bool) -> list[Finding]:
    channel = Channel.objects.select_related("gateway").filter(gateway=gateway).order_by("pk").first()
    if channel is None:
        return [yellow(part(gateway), "no number uses it", "add one with rookery inbox add, or leave it")]
    if not is_readable(gateway, "password"):
        todo = "restore the encryption key (ROOKERY_ENCRYPTION_KEY), or add the number again"
        return [red(part(gateway), "its stored password cannot be opened", todo)]
    return asyncio.run(_ask(channel, allowed))


async def _ask(channel: Channel, allowed: bool) -> list[Finding]:
    name = part(channel.gateway)
    try:
        async with Connections(allow_private=allowed) as connections, asyncio.timeout(TIMEOUT):
            registry.get(channel.provider).base_url(channel.gateway.url)
            provider = connections.provider(channel)
            check = await provider.check_config(channel.phone)
            if check.problem is not None and check.problem.code != "config_not_logged_in":
                return [red(name, check.problem.public, _todo(check.problem.code))]
            open_to_all = await provider.open_to_all()
    except ConfigProblem as problem:
        return [red(name, problem.public, _todo(problem.code))]
    except (ProviderError, TimeoutError, SecretUnavailable) as error:
        return [red(name, f"does not answer ({type(error).__name__})", _todo("config_unreachable"))]
    found = [green(name, f"answers{', version ' + check.version if check.version else ''}")]
    if open_to_all:
        todo = "set APP_BASIC_AUTH=user:password at the gateway, and add the number with that password"
        found.append(red(name, "answers anybody without a password", todo))
    return found


def _todo(code: str) -> str:
    return {
        "config_unreachable": "start the gateway, or correct its address",
        "config_credentials": "the gateway's APP_BASIC_AUTH and the stored password differ",
        "config_not_a_gateway": "correct the gateway's address",
    }.get(code, "correct the gateway's address")
