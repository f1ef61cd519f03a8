"""One file from its gateway: by the path the event named, else the gateway is asked to fetch it anew."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from rookery.conversations.store.files import Wanted
from rookery.media.incoming import Incoming
from rookery.providers.base import Provider
from rookery.providers.errors import BadMediaPath, NotAvailable
from rookery.waid import BadJid, Jid

_CHATS: Final = 3
"""How many of a chat's addresses are tried: the gateway knows a chat under one of them only."""


async def bring(
    provider: Provider, wanted: Wanted, chats: Sequence[str], incoming: Incoming, *, seconds: float
) -> str:
    """Write the file into `incoming`; the answer is the gateway's path it came from.

    `chats` are the chat's addresses, preferred first. `seconds` is the limit of each download.
    Raises ProviderError (NotAvailable when nobody has it), TimeoutError, media errors, OSError.
    """
    if wanted.path:
        try:
            await _stream(provider, wanted.path, incoming, seconds)
            return wanted.path
        except (NotAvailable, BadMediaPath):
            if not wanted.source_id:
                raise
    path = await _ask_again(provider, wanted, chats)
    await _stream(provider, path, incoming, seconds)
    return path


async def _stream(provider: Provider, path: str, incoming: Incoming, seconds: float) -> None:
    async with asyncio.timeout(seconds), provider.open_media(path, max_bytes=incoming.limit) as reader:
        await incoming.take_stream(reader)


async def _ask_again(provider: Provider, wanted: Wanted, chats: Sequence[str]) -> str:
    """Have the gateway download the message's file from WhatsApp; slow, and it writes a new file there."""
    for chat in chats[:_CHATS] if wanted.source_id else ():
        try:
            return (await provider.download_message_media(wanted.source_id, Jid.parse(chat))).path
        except (NotAvailable, BadJid):
            continue
    raise NotAvailable
