"""Messages that are neither text nor file: places, contact cards, lists, orders, advertisements, calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rookery.conversations.models import Message
from rookery.waid import BadPhone, phone
from rookery.web.formatting import plain
from rookery.web.kind_models import Card, Order, Phone, Place, Prompt, Referral, Section
from rookery.web.presenters import people
from rookery.web.presenters.details import has_picture, line, lines, number, records

SHOWN: Final = frozenset({"contact", "location", "live_location", "list", "order", "interactive", "call"})
ICONS: Final = {
    "contact": "person",
    "location": "pin",
    "live_location": "pin",
    "list": "list",
    "order": "bag",
    "interactive": "list",
    "call": "call",
    "group_change": "people",
}
MOST_CARDS, MOST_PHONES, MOST_ROWS = 20, 5, 20
MAP = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"


def word(message: Message) -> str:
    """What the message is, in a word or two."""
    if message.kind == "contact":
        cards = records(message.details, "cards", MOST_CARDS)
        return ngettext("Contact", "%(count)d contacts", max(1, len(cards))) % {"count": len(cards)}
    if message.kind == "call":
        return call(message)
    return {
        "location": _("Location"),
        "live_location": _("Live location"),
        "list": _("List"),
        "order": _("Order"),
        "interactive": _("Message with buttons"),
        "group_change": _("The group's people changed"),
    }.get(message.kind, "")


def summary(message: Message) -> str:
    """One line for the list and for quotes: what it is, and its name."""
    name = {
        "location": lambda: line(message.details, "name") or line(message.details, "address"),
        "contact": lambda: ", ".join(line(card, "name") for card in records(message.details, "cards", 3)),
        "list": lambda: line(message.details, "title"),
        "order": lambda: line(message.details, "title"),
        "interactive": lambda: line(message.details, "text"),
    }.get(message.kind, str)()
    return f"{word(message)}: {name}" if name else word(message)


def place(message: Message) -> Place | None:
    """A location with its map; None when the coordinates are none."""
    details = message.details
    lat, lon = number(details, "lat"), number(details, "lon")
    if lat is None or lon is None or not (abs(lat) <= 90 and abs(lon) <= 180):
        return None  # not a number compares false, too
    live = message.kind == "live_location"
    accuracy = number(details, "accuracy")
    exact = _("Within %(metres)d m") % {"metres": accuracy} if accuracy and 0 < accuracy < 1e6 else ""
    return Place(
        title=line(details, "name") or word(message),
        coordinates=", ".join(part for part in (f"{lat:.5f}, {lon:.5f}", exact) if part),
        url=MAP.format(f"{lat:.6f}", f"{lon:.6f}"),
        address=line(details, "address"),
        caption=line(details, "caption"),
        picture=_picture_url(message),
        live=live,
    )


def cards(message: Message) -> tuple[Card, ...]:
    made = []
    for at, card in enumerate(records(message.details, "cards", MOST_CARDS)):
        phones = tuple(
            _phone(text, f"/messages/{message.pk}/cards/{at}/{index}")
            for index, text in enumerate(lines(card, "phones", MOST_PHONES))
        )
        name = line(card, "name") or (phones[0].number if phones else _("Contact"))
        save = next((one.start_url for one in phones if one.start_url), "")
        made.append(
            Card(
                name=name,
                initials=people.initials(name),
                hue=sum(map(ord, name)) % people.HUES,
                org=line(card, "org"),
                phones=phones,
                emails=tuple(lines(card, "emails", MOST_PHONES)),
                save_url=save.replace("/conversation", "/contact"),
            )
        )
    return tuple(made)


def card_phone(message: Message, card: int, index: int) -> tuple[str, str] | None:
    """The number (E.164) and name on a card, read again from the message; None when there is no such number."""
    found = records(message.details, "cards", MOST_CARDS)
    phones = lines(found[card], "phones", MOST_PHONES) if 0 <= card < len(found) else []
    if not 0 <= index < len(phones):
        return None
    e164 = _e164(phones[index])
    return (e164, line(found[card], "name")) if e164 else None


def prompt(message: Message) -> Prompt:
    details, left, count = message.details, MOST_ROWS, 0
    sections = []
    for section in records(details, "sections", MOST_ROWS):
        rows = records(section, "rows", 100)
        count += len(rows)
        shown = tuple((line(row, "title"), line(row, "description")) for row in rows[:left])
        left -= len(shown)
        if shown:
            sections.append(Section(line(section, "title"), shown))
    return Prompt(
        line(details, "title"),
        line(details, "description", 1000),
        line(details, "button"),
        line(details, "footer"),
        tuple(sections),
        more=count - (MOST_ROWS - left),
    )


def order(message: Message) -> Order:
    details = message.details
    count, status = _count(details, "items"), _count(details, "status")
    items = "" if count is None else ngettext("%(count)d item", "%(count)d items", count) % {"count": count}
    states = {1: _("Inquiry"), 2: _("Accepted"), 3: _("Declined")}
    amount = details.get("amount")
    shown = plain(str(amount)[:30]) if isinstance(amount, str | int | float) else ""
    return Order(
        title=line(details, "title") or _("Order"),
        items=items,
        amount=" ".join(part for part in (shown, line(details, "currency", 8)) if part),
        note=line(details, "message", 1000),
        state=states.get(status or 0, "") or line(details, "status", 40),
        picture=_picture_url(message),
    )


def referral(message: Message) -> Referral | None:
    """The advertisement behind a message; its pictures are somewhere else and never asked for."""
    found = message.details.get("referral")
    if not isinstance(found, dict):
        return None
    url, host = safe_link(line(found, "source_url", 2000))
    title, text = line(found, "ad_title"), line(found, "ad_body", 600)
    return Referral(title or host or _("Advertisement"), text, url, host)


def call(message: Message) -> str:
    """The gateway tells that somebody rang, and whether it rejected the call itself; not how it ended."""
    if message.details.get("auto_rejected"):
        return _("Call, rejected automatically")
    return _("Group call") if message.details.get("group") else _("Incoming call")


def safe_link(address: str) -> tuple[str, str]:
    """The address and its host when it is http or https, else nothing."""
    try:
        parts = urlsplit(address)
        scheme, host = parts.scheme.lower(), parts.hostname
    except ValueError:
        return "", ""
    return (address, plain(host)) if scheme in ("http", "https") and host else ("", "")


def _phone(text: str, url: str) -> Phone:
    e164 = _e164(text)
    return Phone(phone.display(e164), f"{url}/conversation") if e164 else Phone(text)


def _e164(text: str) -> str:
    try:
        return phone.parse_e164(text)
    except BadPhone:
        return ""


def _count(details: Mapping[str, Any], key: str) -> int | None:
    value = number(details, key)
    return int(value) if value is not None and 0 <= value < 1e9 else None


def _picture_url(message: Message) -> str:
    return f"/messages/{message.pk}/picture" if has_picture(message.details) else ""
