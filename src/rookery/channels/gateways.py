"""A look at a gateway before a number is stored, in words for whoever adds it. Nothing is changed there.

Called from threads without an event loop: pages and commands.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from rookery.accounts.encryption import SecretUnavailable
from rookery.channels.connect import private_gateways_allowed
from rookery.channels.models import Gateway
from rookery.outbound_http import Pool
from rookery.providers import registry
from rookery.providers.commands import ChannelConfig
from rookery.providers.errors import ConfigProblem, ProviderError
from rookery.settings import conf
from rookery.waid import phone as phones

PROVIDER = "whatsapp_web"
NOT_LOGGED_IN = "config_not_logged_in"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a gateway is and how to get in. `url` as `read_url` tidied it."""

    url: str
    username: str = ""
    password: str = field(default="", repr=False)


class Trouble(Exception):
    """Why a gateway cannot be used: `code` is a name of `providers.errors.CONFIG_CODES` or of another error there,
    `public` its English sentence."""

    def __init__(self, code: str, public: str) -> None:
        super().__init__(code)
        self.code, self.public = code, public


@dataclass(frozen=True, slots=True)
class Look:
    """What was found. `slot`: the one that is linked with our number, or "". `other`: the digits of the number that
    holds a gateway which can hold one alone (before version 8). `own_hooks`: each slot can have a webhook of its own.
    `open_to_all`: it answers without a password."""

    slot: str
    linked: bool
    own_pn: str
    version: str
    other: str
    own_hooks: bool
    open_to_all: bool


def read_url(text: str) -> str:
    """The address as it is stored. Raises Trouble `config_bad_url`."""
    try:
        return registry.get(PROVIDER).base_url(text)
    except ConfigProblem as problem:
        raise Trouble(problem.code, problem.public) from None


def place_of(gateway: Gateway) -> Place:
    """A stored gateway. Raises Trouble `secret_lost` when its password does not open."""
    try:
        return Place(gateway.url, gateway.username, gateway.password)
    except SecretUnavailable:
        raise Trouble("secret_lost", "The stored password of this gateway cannot be read any more.") from None


def slot_name(phone: str) -> str:
    """The id of a slot that we make: one for each number however it is written, in letters that no gateway decodes."""
    return f"rookery-{phone.removeprefix('+')}"


def look(place: Place, phone: str) -> Look:
    """Ask the gateway about itself and about our number ("": about itself alone).

    Raises Trouble; a number that is not linked is none.
    """
    allowed = private_gateways_allowed()
    try:
        return asyncio.run(_look(place, phone, allowed))
    except ProviderError as error:
        raise Trouble(error.code, error.public) from error


async def _look(place: Place, phone: str, allowed: bool) -> Look:
    pool = Pool("gateway", allow_private=allowed, forbidden_ports=(conf.int("PORT"),))
    try:
        config = ChannelConfig(place.url, place.username, place.password, "", phone)
        provider = registry.get(PROVIDER)(config, pool.client(place.url))
        found = await provider.check_config(phone)
        if found.problem is not None and found.problem.code != NOT_LOGGED_IN:
            raise found.problem
        ours = found.status if found.ok and phone else None
        own_hooks = await provider.webhook() is not None
        return Look(
            slot=ours.slot if ours is not None else "",
            linked=ours is not None,
            own_pn=str(ours.jid.bare) if ours is not None and ours.jid is not None else "",
            version=found.version,
            other=next(
                (one.jid.user for one in found.slots if one.jid and _other(one.slot, one.jid.user, phone)), ""
            ),
            own_hooks=own_hooks,
            open_to_all=await provider.open_to_all(),
        )
    finally:
        await pool.aclose()


def _other(slot: str, user: str, phone: str) -> bool:
    return bool(phone) and not slot and phones.key(user) != phones.key(phone)
