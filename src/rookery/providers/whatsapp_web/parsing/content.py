"""What a message holds besides text and files, as `MessageEvent.details`. Everything in it is a stranger's claim."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from rookery.providers.events import Kind, MediaRef
from rookery.providers.reading import Fields
from rookery.providers.whatsapp_web.parsing import thumbnails, vcard

SHORT: Final = 255
LONG: Final = 4_096
MAX_SECTIONS: Final = 20
MAX_ROWS: Final = 100
_INT64: Final = 2**63

_REFERRAL_TEXTS: Final = (
    *("ctwa_clid", "source_url", "source_id", "ref", "source_app", "ad_title", "ad_body", "thumbnail_url"),
    *("original_image_url", "media_url", "greeting_message_body", "source_type", "media_type", "ad_type"),
)
_REFERRAL_FLAGS: Final = (
    *(
        "show_ad_attribution",
        "contains_auto_reply",
        "automated_greeting_message_shown",
        "click_to_whatsapp_call",
    ),
)


def kind_of(payload: Fields, refs: tuple[MediaRef, ...]) -> Kind | None:
    """The kind by the keys that are there; None for a text or for nothing at all."""
    if "interactive" in payload or "interactive_media" in payload:
        return "interactive"
    if refs:
        return refs[0].kind
    for key, kind in _KINDS.items():
        if isinstance(payload.raw.get(key), (dict, list)):
            return kind
    return None


def details_of(kind: Kind, payload: Fields) -> dict[str, Any]:
    """See `MessageEvent`; `{}` for kinds that have none."""
    found = _READERS[kind](payload) if kind in _READERS else {}
    referral = _referral(payload.fields("referral")) if "referral" in payload else {}
    return {**found, "referral": referral} if referral else found


def real(value: object) -> float | None:
    """A finite number that came as a float, an integer or a text."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if found - found == 0 else None


def whole(value: object) -> int | None:
    """A 64-bit integer that came as a number or, as JavaScript's programs send them, as a text."""
    if isinstance(value, str) and len(value) <= 20 and value.isascii():
        digits = value.removeprefix("-")
        value = int(value) if digits.isdigit() else None
    return value if type(value) is int and abs(value) < _INT64 else None


def _contact(payload: Fields) -> dict[str, Any]:
    alone, several = payload.raw.get("contact"), payload.raw.get("contacts_array")
    if isinstance(several, dict):  # before 8.5: WhatsApp's own object
        several = several.get("contacts")
    given = several if isinstance(several, list) else [alone]
    return {"cards": vcard.cards(given)}


def _location(payload: Fields) -> dict[str, Any]:
    return _place(payload.fields("location"))


def _live_location(payload: Fields) -> dict[str, Any]:
    return _place(payload.fields("live_location"))


def _place(found: Fields) -> dict[str, Any]:
    lat, lon = real(found.raw.get("degreesLatitude")), real(found.raw.get("degreesLongitude"))
    url = found.text("URL", 2_000)
    shown = {
        "name": found.text("name", SHORT),
        "address": found.text("address", LONG),
        "url": url if url.startswith(("http://", "https://")) else "",
        "accuracy": real(found.raw.get("accuracyInMeters")),
        "caption": found.text("caption", LONG) or found.text("comment", LONG),
        "thumbnail": thumbnails.jpeg(found.raw.get("JPEGThumbnail")),
    }
    kept: dict[str, Any] = {name: value for name, value in shown.items() if value not in ("", None)}
    if lat is not None and lon is not None and abs(lat) <= 90 and abs(lon) <= 180:
        kept |= {"lat": lat, "lon": lon}
    return kept


def _list(payload: Fields) -> dict[str, Any]:
    found = payload.fields("list")
    shown: dict[str, Any] = {
        "title": found.text("title", LONG),
        "description": found.text("description", LONG),
        "button": found.text("buttonText", SHORT),
        "footer": found.text("footerText", LONG),
    }
    sections, room = [], MAX_ROWS
    for section in map(Fields, found.list("sections")[:MAX_SECTIONS]):
        rows = [
            {"title": row.text("title", SHORT), "description": row.text("description", 1_000)}
            for row in map(Fields, section.list("rows")[:room])
        ]
        room -= len(rows)
        sections.append({"title": section.text("title", SHORT), "rows": rows})
    return {name: value for name, value in {**shown, "sections": sections}.items() if value}


def _order(payload: Fields) -> dict[str, Any]:
    found = payload.fields("order")
    shown = {
        "title": found.text("orderTitle", SHORT),
        "message": found.text("message", LONG),
        "items": whole(found.raw.get("itemCount")),
        "amount": _thousandths(whole(found.raw.get("totalAmount1000"))),
        "currency": found.text("totalCurrencyCode", 10),
        "status": whole(found.raw.get("status")),  # 1 inquiry, 2 accepted, 3 declined
        "thumbnail": thumbnails.jpeg(found.raw.get("thumbnail")),
    }
    return {name: value for name, value in shown.items() if value not in ("", None)}


def _thousandths(amount: int | None) -> str:
    """1499900 as "1499.90": at least two places, the third when there is one."""
    if amount is None:
        return ""
    units, rest = divmod(abs(amount), 1_000)
    places = f"{rest:03d}"
    return f"{'-' if amount < 0 else ''}{units}.{places[:2] if places[2] == '0' else places}"


def _interactive(payload: Fields) -> dict[str, Any]:
    text = payload.text("interactive", 65_536)
    return {"text": text} if text else {}


def _referral(found: Fields) -> dict[str, Any]:
    texts = {name: found.text(name, 2_000) for name in _REFERRAL_TEXTS if found.text(name)}
    flags = {name: found.raw[name] for name in _REFERRAL_FLAGS if isinstance(found.raw.get(name), bool)}
    return {**texts, **flags}


_KINDS: Final[Mapping[str, Kind]] = {
    "contact": "contact",
    "contacts_array": "contact",
    "location": "location",
    "live_location": "live_location",
    "list": "list",
    "order": "order",
}
_READERS: Final[Mapping[Kind, Callable[[Fields], dict[str, Any]]]] = {
    "contact": _contact,
    "location": _location,
    "live_location": _live_location,
    "list": _list,
    "order": _order,
    "interactive": _interactive,
}
