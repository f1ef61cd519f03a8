"""From what a gateway says about its slot to the state of a number's phone.

A slot without a session never had a phone, or has lost it; which of both, only our own past can tell. A slot
that has a session but no socket is `lost`: the gateway goes on trying by itself (gateway contract 3.1, 3.6).
"""

from __future__ import annotations

from dataclasses import dataclass

from rookery import db
from rookery.channels import states
from rookery.channels.models import Channel, DeviceState
from rookery.providers.commands import DeviceStatus
from rookery.providers.errors import OutOfService, ProviderError, Unreachable
from rookery.waid import BadPhone, Jid, phone

State = DeviceState.State
_HAD_A_PHONE = (State.CONNECTED, State.LOST, State.LOGGED_OUT, State.BANNED, State.UNREACHABLE)
_NO_ANSWER = ("unreachable", "interrupted", "connection_lost", "timed_out")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at a number found. `jid` is the account's own, when the gateway names it."""

    state: str
    reason: str = ""
    jid: Jid | None = None
    silent: bool = False


SILENT = Seen(State.UNREACHABLE, "no_answer", silent=True)


def of_status(channel: Channel, status: DeviceStatus) -> Seen:
    """The state that an answered question shows."""
    if status.jid is not None and not _is_ours(channel, status.jid):
        return Seen(State.UNPAIRED, "other_number")
    if status.logged_in and status.connected:
        return Seen(State.CONNECTED, jid=status.jid)
    if status.jid is not None or status.logged_in:
        return Seen(State.LOST, jid=status.jid)
    # The socket is up without a session while a code waits to be scanned.
    if status.connected:
        return Seen(State.PAIRING)
    return _without_session(channel)


def of_error(channel: Channel, error: ProviderError) -> Seen:
    """The state that a refused or failed question shows."""
    if isinstance(error, Unreachable) or error.code in _NO_ANSWER:
        return SILENT
    if isinstance(error, OutOfService) and error.code in ("device_missing", "device_needed"):
        return _without_session(channel)
    if isinstance(error, OutOfService) and error.code in ("not_logged_in", "not_connected"):
        return Seen(State.LOST, error.code)
    return Seen(State.UNREACHABLE, error.code)


def do_note(channel: Channel, seen: Seen) -> bool:
    """Write down what changed, own number included. True when the state did."""
    newest = states.current(channel)
    if newest is not None and newest.state == State.BANNED and seen.state == State.LOST:
        return False  # a ban looks like a lost phone from here; only an event tells it
    if seen.jid is not None and seen.state == State.CONNECTED:
        _learn_own_number(channel, seen.jid)
    return states.do_note_state(channel, seen.state, seen.reason)


def _without_session(channel: Channel) -> Seen:
    newest = states.current(channel)
    had_one = bool(channel.own_pn) or (newest is not None and newest.state in _HAD_A_PHONE)
    return Seen(State.LOGGED_OUT if had_one else State.UNPAIRED)


def _is_ours(channel: Channel, jid: Jid) -> bool:
    if not jid.is_pn:
        return True
    try:
        return phone.key(jid.user) == channel.phone_key
    except BadPhone:
        return True


def _learn_own_number(channel: Channel, jid: Jid) -> None:
    """WhatsApp's own form of the number may lack the ninth digit that people type."""
    own = str(jid.bare)
    if not jid.is_pn or channel.own_pn == own:
        return
    with db.write():
        Channel.objects.filter(pk=channel.pk).update(own_pn=own)
    channel.own_pn = own
