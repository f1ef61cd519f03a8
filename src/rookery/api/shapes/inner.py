"""Places and contact cards: attachments without a file (contract 3.6). They stand inside the message.

They have no row, so their ids are made of the message's and negative: no file has such a one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rookery.conversations.models import Message

MAP: Final = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"
MOST_CARDS: Final = 20
_PLACES: Final = ("location", "live_location")


def attachments(row: Message) -> list[dict[str, Any]]:
    """None for most messages."""
    if row.kind in _PLACES:
        found = _place(row.details)
        return [_common(row, 0, "location") | found] if found else []
    if row.kind == "contact":
        cards = row.details.get("cards")
        known = [card for card in cards if isinstance(card, dict)] if isinstance(cards, list) else []
        return [
            _common(row, number, "contact") | _card(card) for number, card in enumerate(known[:MOST_CARDS])
        ]
    return []


def details(row: Message) -> dict[str, Any]:
    """What a list, order, call or change of a group says; pictures inside it are left out."""
    return {
        key: value for key, value in row.details.items() if key not in ("thumbnail", "referral", "answer")
    }


def _common(row: Message, number: int, file_type: str) -> dict[str, Any]:
    return {
        "id": -(row.pk * 100 + number),
        "message_id": row.pk,
        "file_type": file_type,
        "account_id": row.account_id,
    }


def _place(found: Mapping[str, Any]) -> dict[str, Any] | None:
    lat, lon = _number(found, "lat"), _number(found, "lon")
    if lat is None or lon is None or abs(lat) > 90:
        return None
    name = _text(found, "name") or _text(found, "address")
    return {
        "coordinates_lat": lat,
        "coordinates_long": lon,
        "fallback_title": name,
        "data_url": MAP.format(f"{lat:.6f}", f"{lon:.6f}"),
    }


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    phones = card.get("phones")
    numbers = [one for one in phones if isinstance(one, str)] if isinstance(phones, list) else []
    first, _, last = _text(card, "name").partition(" ")
    return {
        "fallback_title": numbers[0] if numbers else "",
        "meta": {"firstName": first, "lastName": last.strip()},
    }


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""


def _number(found: Mapping[str, Any], key: str) -> float | None:
    value = found.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if abs(value) <= 180 else None
