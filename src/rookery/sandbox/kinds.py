"""The kinds of message there are, and the content keys of those without a file (contract 6.4.4 to 6.4.8)."""

from __future__ import annotations

import base64
import secrets
from typing import Any

from rookery.sandbox import samples

MEDIA = ("image", "video", "video_note", "audio", "document", "sticker")
CAPTIONED = frozenset({"image", "video", "video_note", "document"})
ANSWERS = frozenset({"button_answer", "list_answer", "template_answer"})
"""Their text is in the gateway's record and nowhere else."""
EMPTY = ANSWERS | {
    "poll", "poll_vote", "event_invite", "group_invite", "product", "payment", "pin", "keep", "comment", "album",
    "template", "encrypted_reaction", "junk",
}  # fmt: skip
"""Kinds that arrive as a message with the common fields and nothing else."""
CONTENT = ("contact", "contacts", "location", "live_location", "list", "order")
OTHERS = ("text", "interactive", "unsupported")
ALIASES = {"voice": "audio", "ptt": "audio", "contacts_array": "contacts"}
KNOWN = frozenset({*MEDIA, *CONTENT, *OTHERS}) | EMPTY

PLACE = {"degreesLatitude": -22.9519, "degreesLongitude": -43.2105, "name": "Viewpoint"}
MOVING = {
    "degreesLatitude": -22.9519, "degreesLongitude": -43.2105, "accuracyInMeters": 12, "speedInMps": 1.5,
    "caption": "On my way", "sequenceNumber": 1700000000000001, "timeOffset": 0,
}  # fmt: skip
LIST = {
    "title": "What may it be?",
    "description": "Choose one of our example services",
    "buttonText": "Show services",
    "listType": 1,
    "sections": [
        {
            "title": "Kettles",
            "rows": [
                {"title": "Repair", "description": "within three days", "rowID": "repair"},
                {"title": "Exchange", "description": "with the receipt", "rowID": "exchange"},
            ],
        }
    ],
    "footerText": "Example Street",
}
SUMMARY = "Your order is ready\nIt waits at the counter.\nExample Street\n[Show order]\n[Call us]"


def content_of(kind: str, given: dict[str, Any] | None, cards: list[dict[str, str]]) -> dict[str, Any]:
    """Content key to content for one message; `given` replaces the default, `cards` are names with numbers."""
    match kind:
        case "contact":
            return {
                "contact": given
                or card(cards[0] if cards else {"name": "Ada Example", "phone": "+1 555 000 0199"})
            }
        case "contacts":
            named = cards or [
                {"name": "Ada Example", "phone": "+1 555 000 0199"},
                {"name": "Teo Sample", "phone": "+1 555 000 0198"},
            ]
            return {"contacts_array": [card(one) for one in named]}
        case "location":
            return {"location": dict(given or PLACE)}
        case "live_location":
            return {"live_location": dict(given or MOVING)}
        case "list":
            return {"list": dict(given or LIST)}
        case "order":
            return {"order": dict(given or _order())}
        case _:
            return {}


def card(contact: dict[str, str]) -> dict[str, str]:
    """A contact as phones send it: `name`, and `phone` in any notation; `vcard` replaces the whole card."""
    name, phone = contact.get("name", ""), contact.get("phone", "")
    waid = "".join(character for character in phone if character.isdigit())
    plain = f"BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL;type=CELL;waid={waid}:{phone}\nEND:VCARD"
    made = {"displayName": name, "vcard": contact.get("vcard", plain)}
    return {**made, "phone_number": phone} if phone else made


def _order() -> dict[str, Any]:
    return {
        "orderID": str(10**15 + secrets.randbelow(10**15)),
        "thumbnail": thumbnail(True),
        "itemCount": 2,
        "status": 1,
        "surface": 1,
        "message": "Two kettles, please",
        "orderTitle": "Demo Shop",
        "sellerJID": "15550000001@s.whatsapp.net",
        "token": "AR6example",
        "totalAmount1000": 59800,
        "totalCurrencyCode": "EUR",
    }


def thumbnail(size: bool | int) -> str:
    """Base64 of a small JPEG; a number asks for so many bytes of it, filled up behind the picture's end."""
    picture = samples.picture("JPEG", (96, 72), 210)
    if size is not True:
        picture = (picture + b"\x00" * size)[: int(size)]
    return base64.b64encode(picture).decode()
