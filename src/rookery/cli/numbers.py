"""Adding a number: look at the gateway, make or adopt its slot, store it, and say what the gateway needs.

Imported once Django is set up.
"""

from __future__ import annotations

import argparse
import asyncio
import shlex
from dataclasses import dataclass, field

from django.conf import settings

from rookery.accounts.models import Account, User
from rookery.channels import connect
from rookery.channels.models import Channel
from rookery.cli import passwords
from rookery.cli.failure import Failure
from rookery.conversations.actions.inboxes import AddedNumber, NewNumber, do_add_number, do_set_members
from rookery.conversations.errors import Refused
from rookery.outbound_http import Pool
from rookery.providers import registry
from rookery.providers.commands import ChannelConfig, ConfigCheck, DeviceStatus
from rookery.providers.errors import ConfigProblem, ProviderError, sentence
from rookery.settings import conf
from rookery.telemetry import metrics
from rookery.waid import BadPhone, phone

PROVIDER = "whatsapp_web"


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, read and tidied."""

    name: str
    phone: str
    url: str
    user: str
    password: str = field(repr=False)

    @property
    def slot(self) -> str:
        """The id of a slot that we make: plain letters and digits, since gateways decode ids in different ways."""
        return f"rookery-{self.phone.removeprefix('+')}"

    def config(self, slot: str = "") -> ChannelConfig:
        return ChannelConfig(self.url, self.user, self.password, slot, self.phone)


@dataclass(frozen=True, slots=True)
class Looked:
    """The gateway's answer: our slot, whether its phone is linked, and whether others use the gateway already."""

    status: DeviceStatus
    linked: bool
    made: bool
    version: str


def order_from(options: argparse.Namespace) -> Order:
    """Raises Failure for what cannot be meant."""
    try:
        if not options.phone.strip().startswith("+"):
            raise BadPhone("no country code")
        number = phone.parse_e164(options.phone)
    except BadPhone as error:
        raise Failure(f"{options.phone} is no phone number: write it with + and the country code") from error
    try:
        url = registry.get(PROVIDER).base_url(options.gateway)
    except ConfigProblem as problem:
        raise Failure(problem.public) from problem
    if bool(options.user) != (options.password_file is not None):
        raise Failure(
            "a gateway's user name and password go together: give --user and --password-file, or neither"
        )
    password = passwords.from_file(options.password_file) if options.password_file is not None else ""
    return Order(options.name.strip() or "WhatsApp", number, url, options.user, password)


def refuse_known(order: Order) -> None:
    """Before the gateway is touched: a number exists once in the installation."""
    if Channel.objects.filter(phone_key=phone.key(order.phone)).exists():
        raise Failure("this number is here already; rookery inbox list shows it")


def look(order: Order) -> Looked:
    """Check the gateway; make the slot when our number has none. Raises Failure in the four wordings."""
    allowed = connect.private_gateways_allowed()
    try:
        return asyncio.run(_look(order, allowed))
    except ProviderError as error:
        metrics.inbox_created.labels(status="failed").inc()
        raise Failure(error.public) from error


async def _look(order: Order, allowed: bool) -> Looked:
    pool = Pool("gateway", allow_private=allowed, forbidden_ports=(conf.int("PORT"),))
    try:
        client = pool.client(order.url)
        check: ConfigCheck = await registry.get(PROVIDER)(order.config(), client).check_config(order.phone)
        if check.ok and check.status is not None:
            return Looked(check.status, True, False, check.version)
        if check.problem is not None and check.problem.code != "config_not_logged_in":
            raise check.problem
        known = {slot.slot for slot in check.slots}
        provider = registry.get(PROVIDER)(order.config(order.slot), client)
        status = await provider.ensure_slot(order.slot)
        return Looked(status, status.logged_in, status.slot not in known, check.version)
    finally:
        await pool.aclose()


def do_add(account: Account, order: Order, looked: Looked, members: list[User] | None) -> AddedNumber:
    """Store gateway, number, secret and inbox; everybody of the account works in it unless named."""
    new = NewNumber(
        name=order.name,
        phone=order.phone,
        url=order.url,
        username=order.user,
        password=order.password,
        device_id=looked.status.slot,
        own_pn=str(looked.status.jid.bare) if looked.status.jid is not None and looked.linked else "",
    )
    try:
        added = do_add_number(account, new)
    except Refused as refused:
        raise Failure("this number is here already; rookery inbox list shows it") from refused
    everybody = User.objects.filter(memberships__account=account, is_active=True)
    do_set_members(added.inbox, list(everybody) if members is None else members)
    return added


def instructions(order: Order, looked: Looked, added: AddedNumber) -> str:
    """What to do at the gateway. Holds the secret, so it is printed once and never logged."""
    first = Channel.objects.filter(gateway_id=added.channel.gateway_id).count() == 1
    lines = [f"{order.name} ({phone.display(order.phone)}) is added.", ""]
    if not looked.linked:
        lines += [sentence("config_not_logged_in", {}), how_to_link(order.url, looked.status.slot), ""]
    if not first:
        lines += [
            "This gateway sends its events here already, for all of its numbers: nothing to change there."
        ]
        return "\n".join(lines)
    hook = f"{settings.BASE_URL}/webhooks/whatsapp/{order.phone}"
    lines += [
        f"Webhook address   {hook}",
        f"Webhook secret    {added.secret}",
        "",
        "Start the gateway with these options (they are shown this once):",
        "",
        f"  --webhook={shlex.quote(hook)} --webhook-secret={added.secret}{_auth_flag(order)}",
        "",
        "or, where it is set up by its environment:",
        "",
        f"  WHATSAPP_WEBHOOK={hook}",
        f"  WHATSAPP_WEBHOOK_SECRET={added.secret}",
    ]
    if order.user:
        lines.append(f"  APP_BASIC_AUTH={order.user}:<the password you gave>")
    lines += ["", _reachable(), "Then ask whether all is well: rookery doctor"]
    return "\n".join(lines)


def how_to_link(url: str, slot: str) -> str:
    return (
        f"To link the phone, open {url} in a browser, choose the device {slot}, and scan the code with WhatsApp "
        "on the phone (Linked devices)."
    )


def _auth_flag(order: Order) -> str:
    return f" --basic-auth={shlex.quote(order.user)}:<the password you gave>" if order.user else ""


def _reachable() -> str:
    if conf.is_set("BASE_URL"):
        return "The gateway must be able to reach that address."
    return (
        "The gateway must be able to reach that address: it is right when both run on this machine. "
        "Otherwise put the address of this machine in its place."
    )
