"""Through which number, and under which address, a contact's details are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rookery.channels import states
from rookery.channels.connect import capabilities
from rookery.channels.models import Channel, DeviceState
from rookery.conversations.models import Contact, Message
from rookery.conversations.store import people
from rookery.details.schedule import Due
from rookery.providers.base import Capabilities
from rookery.waid import BadJid, Jid

_STATES = (None, DeviceState.State.CONNECTED)
"""A number nobody has looked at yet may well be connected."""


@dataclass(frozen=True, slots=True)
class Way:
    """Whom to ask, and what is known of the contact already."""

    channel: Channel
    can: Capabilities
    account_id: int
    jid: Jid
    avatar_id: str
    avatar_key: str


def connected() -> list[Channel]:
    """The numbers that can be asked now, with their gateways."""
    channels = Channel.objects.select_related("gateway").order_by("pk")
    return [channel for channel in channels if _is_connected(channel) and _answers(capabilities(channel))]


def find(due: Due) -> Way | None:
    """The way to a claimed contact; None when it is no more, or has no address to ask about."""
    contact = Contact.objects.filter(pk=due.contact_id, merged_into__isnull=True).first()
    best = people.best_jids(due.contact_id) if contact is not None else []
    if contact is None or not best:
        return None
    try:
        jid = Jid.parse(best[0])
    except BadJid:
        return None
    channel = next(_channels(due), None)
    if channel is None:
        return None
    return Way(channel, capabilities(channel), contact.account_id, jid, contact.avatar_id, contact.avatar_key)


def _channels(due: Due) -> Iterator[Channel]:
    """Connected numbers that know the contact: by whom it was found, by its chats, by a group it wrote in."""
    seen: set[int] = set()
    for ids in (_found_by(due), _by_chats(due), _by_messages(due)):
        for channel in Channel.objects.select_related("gateway").filter(pk__in=set(ids) - seen):
            seen.add(channel.pk)
            if _is_connected(channel):
                yield channel


def _found_by(due: Due) -> list[int]:
    return [due.channel_id]


def _by_chats(due: Due) -> list[int]:
    return list(
        Channel.objects.filter(inbox__contact_inboxes__contact_id=due.contact_id).values_list("pk", flat=True)
    )


def _by_messages(due: Due) -> list[int]:
    newest = Message.objects.filter(author_id=due.contact_id, channel_id__isnull=False).order_by("-pk")
    return list(newest.values_list("channel_id", flat=True)[:1])


def _is_connected(channel: Channel) -> bool:
    seen = states.current(channel)
    return (seen.state if seen is not None else None) in _STATES


def _answers(can: Capabilities) -> bool:
    return can.groups or can.avatars or can.contacts
