"""People who write, for tests about who is who: the domain's own words, without a wire."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rookery import db
from rookery.conversations.actions import identity, inbound
from rookery.conversations.actions.inbound import ContactCache, Received
from rookery.conversations.incoming import Alias, IncomingMessage, Place
from rookery.conversations.models import Contact, Conversation, Message
from rookery.waid import Jid, address_key
from tests.cast import Cast

NOON = 1_772_625_600
NUMBER = "5521987650000@s.whatsapp.net"
OLD_NUMBER = "552187650000@s.whatsapp.net"  # the same, without the ninth digit
LID = "98765432101234@lid"


def alias(text: str) -> Alias:
    kind, key = address_key(Jid.parse(text))
    return Alias(kind, key, text)


def aliases(*texts: str) -> tuple[Alias, ...]:
    return tuple(alias(text) for text in texts)


def place(cast: Cast) -> Place:
    return Place(
        cast.account.pk,
        cast.inbox.pk,
        cast.channel.pk,
        cast.inbox.after_resolved,
        frozenset({("pn", "15550000001")}),
    )


def resolve(cast: Cast, *texts: str, kind: str = "person") -> int:
    """The contact of these addresses, as one payload names them."""
    with db.write():
        identity.do_hold_still([cast.account.pk])
        return identity.do_resolve_contact(cast.account.pk, aliases(*texts), kind)[0]


def say(
    cast: Cast,
    chat: Sequence[str] | str,
    id: str,
    at: int = 0,
    *,
    author: Sequence[str] | str = (),
    from_me: bool = False,
    **more: Any,
) -> Received | None:
    """A message `at` seconds after noon."""
    names = aliases(*([chat] if isinstance(chat, str) else chat))
    writer = aliases(*([author] if isinstance(author, str) else author))
    group = names[0].kind == "group"
    message = IncomingMessage(
        source_id=id,
        from_me=from_me,
        is_group=group,
        chat=names,
        author=() if from_me else writer or (() if group else names),
        at=NOON + at,
        kind=more.pop("kind", "text"),
        content=more.pop("content", id),
        **more,
    )
    with db.write():
        identity.do_hold_still([cast.account.pk])
        return inbound.do_receive_message(place(cast), message, ContactCache())


def texts(conversation: Conversation) -> list[str]:
    """What stands in a conversation, in order."""
    rows = Message.objects.filter(conversation=conversation).exclude(direction="activity")
    return list(rows.order_by("at", "tie").values_list("content", flat=True))


def owner(text: str) -> Contact:
    """The contact that an address leads to."""
    one = alias(text)
    return Contact.objects.get(addresses__kind=one.kind, addresses__key=one.key)


def only() -> Conversation:
    """The one conversation that is no other's part."""
    return Conversation.objects.get(merged_into__isnull=True)
