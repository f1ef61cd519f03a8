"""Adding a number: look at the gateway, store it, make or adopt its slot, and say what the gateway needs.

Imported once Django is set up.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from dataclasses import dataclass, field

from django.conf import settings

from rookery.accounts.models import Account, User
from rookery.channels import gateways, linking
from rookery.channels.models import Channel
from rookery.cli import passwords
from rookery.cli.failure import Failure
from rookery.conversations.actions.inboxes import AddedNumber, NewNumber, do_add_for, is_taken
from rookery.conversations.errors import Refused
from rookery.providers.errors import sentence
from rookery.settings import conf
from rookery.telemetry import metrics
from rookery.waid import BadPhone, phone


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for, read and tidied."""

    name: str
    phone: str
    url: str
    user: str
    password: str = field(repr=False)

    @property
    def place(self) -> gateways.Place:
        return gateways.Place(self.url, self.user, self.password)


def order_from(options: argparse.Namespace) -> Order:
    """Raises Failure for what cannot be meant."""
    try:
        if not options.phone.strip().startswith("+"):
            raise BadPhone("no country code")
        number = phone.parse_e164(options.phone)
    except BadPhone as error:
        raise Failure(f"{options.phone} is no phone number: write it with + and the country code") from error
    try:
        url = gateways.read_url(options.gateway)
    except gateways.Trouble as problem:
        raise Failure(problem.public) from problem
    if bool(options.user) != (options.password_file is not None):
        raise Failure(
            "a gateway's user name and password go together: give --user and --password-file, or neither"
        )
    password = passwords.from_file(options.password_file) if options.password_file is not None else ""
    return Order(options.name.strip() or "WhatsApp", number, url, options.user, password)


def refuse_known(order: Order) -> None:
    """Before the gateway is touched: a number exists once in the installation."""
    if is_taken(order.phone):
        raise Failure("this number is here already; rookery inbox list shows it")


def look(order: Order) -> gateways.Look:
    """Ask the gateway about the number. Raises Failure in the agreed wordings."""
    try:
        found = gateways.look(order.place, order.phone)
    except gateways.Trouble as error:
        metrics.inbox_created.labels(status="failed").inc()
        raise Failure(error.public) from error
    if found.other:
        raise Failure(f"this old gateway holds one number, and it is {phone.display(found.other)} already")
    return found


def do_add(account: Account, order: Order, looked: gateways.Look, members: list[User] | None) -> AddedNumber:
    """Store gateway, number, secret and inbox, then make the slot: what is refused leaves nothing at the gateway.
    Everybody of the account works in it unless named."""
    new = NewNumber(
        name=order.name,
        phone=order.phone,
        url=order.url,
        username=order.user,
        password=order.password,
        device_id=looked.slot or gateways.slot_name(order.phone),
        own_pn=looked.own_pn,
    )
    try:
        added = do_add_for(account, new, members)
    except Refused as refused:
        raise Failure("this number is here already; rookery inbox list shows it") from refused
    try:
        linking.do_ensure_slot(added.channel)
    except linking.Trouble as trouble:
        print(
            f"The gateway made no device yet ({sentence(trouble.code, {})}); linking does.", file=sys.stderr
        )
    return added


def instructions(order: Order, looked: gateways.Look, added: AddedNumber) -> str:
    """What to do at the gateway. Holds the secret, so it is printed once and never logged."""
    first = Channel.objects.filter(gateway_id=added.channel.gateway_id).count() == 1
    lines = [f"{order.name} ({phone.display(order.phone)}) is added.", ""]
    if not looked.linked:
        lines += [sentence("config_not_logged_in", {}), how_to_link(order.url, added.channel.device_id), ""]
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
