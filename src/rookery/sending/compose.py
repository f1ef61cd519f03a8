"""From a message's rows to the command that the provider sends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import PurePath

from rookery.channels.models import Channel
from rookery.conversations.models import Attachment, Blob, Message
from rookery.media import store
from rookery.providers.commands import Command, SendMedia, SendText
from rookery.providers.errors import NotReady, OutOfService, Rejected
from rookery.providers.events import MEDIA_KINDS, MediaKind
from rookery.waid import BadJid, Jid

CHUNK = 256 * 1024

LABELS = {
    "audio/mp4": "audio/m4a",
    "audio/x-m4a": "audio/m4a",
    "audio/opus": "audio/ogg",
    "audio/x-flac": "audio/flac",
    "audio/x-aac": "audio/aac",
    "image/pjpeg": "image/jpeg",
}
"""Other names of types that gateways accept under one name only (contract 4.2)."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One attempt's worth of a message. `channel` is loaded with its gateway."""

    message_id: int
    attempts: int
    queue_seq: int
    channel: Channel
    command: Command


def load(message_id: int) -> Outgoing:
    """Raises Rejected for what can never be sent, NotReady for a file that is being converted, OutOfService when
    its number is gone."""
    rows = Message.objects.select_related("channel", "channel__gateway", "contact_inbox")
    message = rows.get(pk=message_id)
    channel = message.channel
    if channel is None:
        raise OutOfService("device_missing")
    return Outgoing(
        message_id=message.pk,
        attempts=message.attempts,
        queue_seq=message.queue_seq or 0,
        channel=channel,
        command=command_of(message),
    )


def command_of(message: Message) -> Command:
    """Raises Rejected, NotReady."""
    try:
        to = Jid.parse(message.contact_inbox.jid)
    except BadJid as error:
        raise Rejected("not_on_whatsapp") from error
    reply_to = _reply_to(message)
    if message.kind == "text":
        return SendText(to, message.content, reply_to)
    attachment = message.attachments.select_related("blob").order_by("position", "pk").first()
    if attachment is None or attachment.blob is None:
        raise Rejected("file_unreadable")
    if attachment.state in (Attachment.State.UPLOADED, Attachment.State.CONVERTING):
        raise NotReady("not_sent")
    if attachment.state == Attachment.State.REFUSED:
        raise Rejected(attachment.error or "kind_unsupported")
    return _media(message, attachment, attachment.blob, to, reply_to)


def _media(message: Message, attachment: Attachment, blob: Blob, to: Jid, reply_to: str | None) -> SendMedia:
    voice = attachment.kind == "voice"
    kind = _kind("audio" if voice else attachment.kind)
    path = store.path_of(blob)
    return SendMedia(
        to,
        kind=kind,
        file=path if path is not None else _stream(blob),
        filename=attachment.name or _name(blob, kind),
        mime=LABELS.get(blob.type, blob.type),
        size=blob.size,
        caption=message.content,
        reply_to=reply_to,
        voice=voice,
        gif=bool(message.additional_attributes.get("gif")),
    )


def _kind(name: str) -> MediaKind:
    for kind in MEDIA_KINDS:
        if kind == name:
            return kind
    raise Rejected("kind_unsupported")


def _name(blob: Blob, kind: str) -> str:
    """For a file that came without a name, such as a pasted picture."""
    return f"{kind}{PurePath(blob.key).suffix}"


def _reply_to(message: Message) -> str | None:
    """The quoted message's id: one of ours may have got it after the reply was written."""
    if message.quoted_id is None:
        return message.quoted_source_id or None
    known = Message.objects.filter(pk=message.quoted_id).values_list("source_id", flat=True).first()
    return known or message.quoted_source_id or None


async def _stream(blob: Blob) -> AsyncIterator[bytes]:
    """The bytes of a file in a bucket."""
    with await asyncio.to_thread(store.open_blob, blob) as file:
        while chunk := await asyncio.to_thread(file.read, CHUNK):
            yield chunk
