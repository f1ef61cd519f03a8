"""Webhook bodies as the gateway sends them (contract 6), and the rows they become."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from typing import Any

from rookery.channels.models import Channel
from rookery.db.fields import now_millis
from rookery.intake.models import RawEvent

CUSTOMER = "5521987650000"
NOON = "2026-03-04T12:00:00Z"
_numbers = itertools.count(1)


def source_id() -> str:
    """A fresh WhatsApp id of a phone."""
    return f"A5F0{next(_numbers):028X}"


def body(event: str, payload: dict[str, Any], **top: Any) -> bytes:
    """The exact bytes of a delivery: sorted keys, compact, `& < >` escaped."""
    data = {
        "event": event,
        "device_id": "15550000001@s.whatsapp.net",
        "session_id": "demo",
        "payload": payload,
        **top,
    }
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").encode()


def text_event(
    text: str = "hello", *, chat: str = CUSTOMER, id: str = "", at: str = NOON, **more: Any
) -> bytes:
    """A customer's text in a chat of two."""
    jid = chat if "@" in chat else f"{chat}@s.whatsapp.net"
    payload = {
        "id": id or source_id(),
        "chat_id": jid,
        "from": jid,
        "timestamp": at,
        "is_from_me": False,
        "body": text,
    }
    return body("message", {**payload, **more})


def receipt_event(
    ids: list[str], status: str, *, by: str = CUSTOMER, chat: str = "", at: str = NOON, **more: Any
) -> bytes:
    """A receipt by somebody."""
    jid = by if "@" in by else f"{by}@s.whatsapp.net"
    payload = {"ids": ids, "chat_id": chat or jid, "from": jid, "receipt_type": status, **more}
    return body("message.ack", payload, timestamp=at)


def sign(secret: str, raw: bytes) -> str:
    """The header's value for these bytes."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def store(channel: Channel, *bodies: bytes) -> list[RawEvent]:
    """Stored deliveries, as the door leaves them."""
    rows = [
        RawEvent(channel=channel, received_ms=now_millis(), signature=hashlib.sha256(raw).digest(), body=raw)
        for raw in bodies
    ]
    return RawEvent.objects.bulk_create(rows)
