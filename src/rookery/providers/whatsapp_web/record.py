"""The gateway's own record of a chat, read as evidence and to catch up."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from rookery.providers.commands import RecordPage, RecordReaction, RecordRow
from rookery.providers.errors import Unparsable
from rookery.providers.reading import MAX_ID, Fields, clean_text, clean_value, load_object
from rookery.providers.whatsapp_web.client import RECORD_SECONDS, GatewayClient
from rookery.waid import BadJid, Jid

PAGE: Final = 100
MAX_PAGES: Final = 200
MAX_REACTIONS: Final = 2_000


async def walk(client: GatewayClient, chat: Jid, since: datetime, until: datetime) -> list[RecordRow]:
    """All rows between two times, both included, oldest first.

    The pages come newest first and shift while new rows arrive, so each page is asked for by the time of the
    oldest row seen; an offset is used only inside one second that fills a page.
    """
    rows: dict[str, RecordRow] = {}
    end, offset = until, 0
    for _ in range(MAX_PAGES):
        found = await page(client, chat, since, end, offset)
        for row in found.rows:
            rows.setdefault(row.id, row)
        oldest = min((row.at for row in found.rows if row.at), default=None)
        if not found.more or oldest is None:
            break
        end, offset = (oldest, 0) if oldest < end else (end, offset + PAGE)
    return sorted(rows.values(), key=lambda row: (row.at or since, row.id))


async def page(client: GatewayClient, chat: Jid, since: datetime, until: datetime, offset: int) -> RecordPage:
    """One page, newest first; empty for a chat the gateway does not know."""
    params = {
        "limit": str(PAGE),
        "offset": str(offset),
        "start_time": _rfc3339(since),
        "end_time": _rfc3339(until),
    }
    answer = await client.exchange(
        "GET", f"/chat/{chat.bare}/messages", params=params, seconds=RECORD_SECONDS
    )
    if answer.status == 500 and _is_unknown_chat(answer.envelope):
        return RecordPage()
    results = Fields(answer.results("ask"))
    data = results.list("data")
    found = tuple(row for row in (_row(Fields(item), chat) for item in data) if row is not None)
    return RecordPage(found, len(data), len(data) >= PAGE, results.fields("pagination").number("total"))


def _is_unknown_chat(envelope: Mapping[str, Any] | None) -> bool:
    # Gateways before 8.9 answer 500 `chat with JID ... not found`; later ones an empty list.
    message = Fields(envelope).text("message").lower()
    return message.startswith("chat with jid") and message.endswith("not found")


def _row(found: Fields, chat: Jid) -> RecordRow | None:
    if not found.text("id"):
        return None
    sender = _raw_jid(found.raw.get("sender_jid"))
    return RecordRow(
        id=found.text("id", MAX_ID),
        chat=found.jid("chat_jid") or chat,
        sender=sender,
        is_ad=sender is not None and sender.is_ad,
        content=found.text("content"),
        at=found.time("timestamp"),
        from_me=found.flag("is_from_me"),
        media_type=found.text("media_type", 40),
        filename=found.text("filename", 255),
        updated_at=found.time("updated_at"),
        reactions=_reactions(found),
        # The fork's own addition, and upstream's from 9.0.1 on.
        sender_name=found.text("sender_name", 255) or found.text("sender_display_name", 255),
        call=_call(found.text("call_metadata", 20_000)),
    )


def _reactions(found: Fields) -> tuple[RecordReaction, ...]:
    rows = (Fields(item) for item in found.list("reactions")[:MAX_REACTIONS])
    return tuple(
        RecordReaction(
            row.text("emoji", 64), row.jid("sender_jid"), row.flag("is_from_me"), row.time("timestamp")
        )
        for row in rows
        if row.text("emoji")
    )


def _call(text: str) -> Mapping[str, Any]:
    """A call's notes are JSON inside a JSON text."""
    try:
        found = clean_value(load_object(text.encode("utf-8", "replace"))) if text else {}
    except Unparsable:
        return {}
    return found if isinstance(found, dict) else {}


def _raw_jid(value: object) -> Jid | None:
    try:
        return Jid.parse(clean_text(value)) if isinstance(value, str) else None
    except BadJid:
        return None


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
