"""A number gets its phone: slot, code, the phone that scanned it, and where its events go.

Each call looks at the gateway anew and keeps nothing between: any process may answer the next one. Called from
threads without an event loop. `do_*` write.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from django.conf import settings

from rookery import db, journal
from rookery.accounts.encryption import SecretUnavailable, is_readable
from rookery.channels import gateways, notices, states
from rookery.channels.connect import Connections, private_gateways_allowed
from rookery.channels.models import Channel, DeviceState, WebhookSecret
from rookery.db.fields import now_millis
from rookery.providers.base import Provider
from rookery.providers.errors import NotAvailable, ProviderError
from rookery.providers.linking import AlreadyLinked, QrCode
from rookery.waid import BadPhone
from rookery.waid import phone as phones

T = TypeVar("T")
BEGUN: Final = "linking_ms"  # in a channel's settings: when a code was given out last
FRESH_MS: Final = 5 * 60 * 1000  # longer than any code lives
SECRET_BYTES: Final = 32


class Trouble(Exception):
    """`code`: a provider error's, `secret_lost`, or `already_linked`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Seen:
    """The slot now. `other`: digits of the phone that holds it, when it is not our number's. `gone`: there is no slot."""

    linked: bool = False
    connected: bool = False
    own_pn: str = ""
    other: str = ""
    gone: bool = False


def do_ensure_slot(channel: Channel) -> Seen:
    """Make the number's slot or adopt the one that has its phone already."""
    wanted = channel.device_id or gateways.slot_name(channel.phone)
    status = _ask(channel, lambda provider: provider.ensure_slot(wanted))
    if status.slot != channel.device_id:
        _do_keep_slot(channel, status.slot)
    return _do_note(channel, _seen(channel, status.connected, status.logged_in, status.jid))


def do_look(channel: Channel) -> Seen:
    """How the slot is, noted when the phone is there."""
    try:
        status = _ask(channel, lambda provider: provider.device_status())
    except Trouble as trouble:
        if trouble.code in ("device_missing", "device_needed"):
            return Seen(gone=True)
        if trouble.code in ("not_logged_in", "not_connected"):
            return Seen()
        raise
    if status.logged_in and status.jid is None:
        # Whose phone it is, the list of slots may know; without that nothing counts as linked.
        return do_ensure_slot(channel)
    return _do_note(channel, _seen(channel, status.connected, status.logged_in, status.jid))


def do_begin_qr(channel: Channel) -> QrCode:
    """A code to scan. Raises Trouble `already_linked` when the slot has its phone."""
    do_ensure_slot(channel)
    code = _ask(channel, lambda provider: provider.login_qr())
    _do_begun(channel)
    return code


def do_begin_code(channel: Channel) -> str:
    """A code to type on the phone of this number. Raises Trouble `already_linked`."""
    do_ensure_slot(channel)
    code = _ask(channel, lambda provider: provider.login_code(channel.phone))
    _do_begun(channel)
    return code


def do_turn_away(channel: Channel) -> bool:
    """Log another number's phone out again, if it came by a code of ours. False: it was there before, so it stays."""
    if now_millis() - _begun_ms(channel) > FRESH_MS:
        return False
    seen = do_look(channel)
    if not seen.other:
        return False
    _ask(channel, lambda provider: provider.logout())
    states.do_note_state(channel, DeviceState.State.UNPAIRED, "other_number")
    return True


def do_arrange_webhook(channel: Channel) -> bool:
    """Have the slot's events sent here. False where the gateway knows no webhooks of slots: its options say it then."""
    found = _ask(channel, lambda provider: provider.webhook())
    if found is None:
        return False
    secret = _do_own_secret(channel)
    address = webhook_address(channel)
    if (found.url, found.secret, found.events) != (address, secret, ()):
        try:
            # Every event: one that is not sent is a tick or a message less.
            _ask(channel, lambda provider: provider.set_webhook(address, secret, ()))
        except Trouble as trouble:
            if trouble.code == NotAvailable.code:
                return False
            raise
    return True


def webhook_address(channel: Channel) -> str:
    """Where the gateway is to send the number's events."""
    return f"{settings.BASE_URL}/webhooks/whatsapp/{channel.phone}"


def _ask(channel: Channel, question: Callable[[Provider], Awaitable[T]]) -> T:
    allowed = private_gateways_allowed()
    channel.gateway  # noqa: B018 - loaded here: the loop may not ask the database
    try:
        return asyncio.run(_asked(channel, question, allowed))
    except AlreadyLinked:
        raise Trouble("already_linked") from None
    except ProviderError as error:
        raise Trouble(error.code) from error
    except SecretUnavailable:
        raise Trouble("secret_lost") from None


async def _asked(channel: Channel, question: Callable[[Provider], Awaitable[T]], allowed: bool) -> T:
    async with Connections(allow_private=allowed) as connections:
        return await question(connections.provider(channel))


def _seen(channel: Channel, connected: bool, logged_in: bool, jid: object) -> Seen:
    user = getattr(jid, "user", "") if getattr(jid, "is_pn", False) else ""
    other = user if user and not _is_ours(channel, user) else ""
    linked = logged_in and bool(user) and not other
    return Seen(
        linked, connected, str(getattr(jid, "bare", "")) if linked else "", other if logged_in else ""
    )


def _is_ours(channel: Channel, user: str) -> bool:
    try:
        return phones.key(user) == channel.phone_key
    except BadPhone:
        return False


def _do_note(channel: Channel, seen: Seen) -> Seen:
    if seen.linked and seen.connected:
        if seen.own_pn and seen.own_pn != channel.own_pn:
            with db.write():
                Channel.objects.filter(pk=channel.pk).update(own_pn=seen.own_pn)
                notices.changed()
            channel.own_pn = seen.own_pn
        states.do_note_state(channel, DeviceState.State.CONNECTED)
    return seen


def _do_keep_slot(channel: Channel, slot: str) -> None:
    with db.write():
        Channel.objects.filter(pk=channel.pk).update(device_id=slot)
        journal.record("channel.changed", account=channel.account_id, inbox=None, channel=channel.pk)
        notices.changed()
    channel.device_id = slot


def _do_begun(channel: Channel) -> None:
    with db.write():
        held = Channel.objects.only("settings").get(pk=channel.pk)
        held.settings = {**held.settings, BEGUN: now_millis()}
        held.save(update_fields=["settings"])
    channel.settings = held.settings
    states.do_note_state(channel, DeviceState.State.PAIRING)


def _begun_ms(channel: Channel) -> int:
    found = channel.settings.get(BEGUN, 0)
    return found if isinstance(found, int) else 0


def _do_own_secret(channel: Channel) -> str:
    """The number's own secret, valid for good; made when there is none that opens."""
    for known in WebhookSecret.objects.filter(channel=channel, valid_until__isnull=True).order_by("-pk"):
        if is_readable(known, "value"):
            return str(known.value)
    value = secrets.token_hex(SECRET_BYTES)
    with db.write():
        WebhookSecret.objects.create(channel=channel, value=value)
        notices.changed()
    return value
