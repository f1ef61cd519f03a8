"""Labels of WhatsApp Business: what each is called, and which chats bear it. The newest word on each part wins."""

from __future__ import annotations

from typing import Any

from rookery.conversations.actions import identity
from rookery.conversations.actions.contact_cache import ContactCache
from rookery.conversations.incoming import IncomingChatLabel, IncomingLabel, Place
from rookery.conversations.models import ChannelLabel
from rookery.conversations.store import labels, people
from rookery.db.fields import now_seconds


def do_label(place: Place, label: IncomingLabel) -> None:
    """A label was made, renamed, coloured or deleted. Inside `db.write()`."""
    labels.ensure(place.channel_id, label.label_id)
    row = ChannelLabel.objects.select_for_update().get(channel_id=place.channel_id, label_id=label.label_id)
    parts: dict[str, Any] = {"name": label.name, "color": label.color, "deleted": label.deleted}
    for part, value in parts.items():
        if value is not None and tuple(row.said.get(part, (0, ""))) < (label.at, label.event_id):
            setattr(row, part, value)
            row.said[part] = [label.at, label.event_id]
    row.at, row.event_id = max((row.at, row.event_id), (label.at, label.event_id))
    row.save()


def do_chat_label(place: Place, label: IncomingChatLabel, cache: ContactCache) -> None:
    """A label was put on a chat or taken off it. The chat becomes a contact of the inbox. Inside `db.write()`."""
    kind = "group" if label.is_group else "person"
    contact_id, learnt = identity.do_resolve_contact(place.account_id, label.chat, kind)
    if learnt:
        cache.learn(place.account_id, contact_id)
    contact_inbox_id = people.ensure_contact_inbox(
        contact_id, place.inbox_id, label.chat[0].jid, now_seconds()
    )
    labels.put(place.channel_id, contact_inbox_id, label.label_id, label.labeled, label.at, label.event_id)
