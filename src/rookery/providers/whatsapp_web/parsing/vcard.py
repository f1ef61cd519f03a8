"""Business cards that strangers send: names, numbers and addresses of mail, within limits.

A photo is never looked at and no address fetched. Every step takes linear time in the text's length.
"""

import quopri
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from rookery.providers.reading import Fields, clean_text

MAX_TEXT: Final = 64 * 1024
MAX_CARDS: Final = 50
MAX_PHONES: Final = 20
MAX_MAILS: Final = 20
MAX_LINES: Final = 2_000
_NAME: Final = 255
_PHONE: Final = 40
_SEMICOLON: Final = re.compile(r"(?<!\\);")
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_NUMBER: Final = re.compile(r"[\d+() .\-/*#,;]{3,40}(?:(?:x|ext\.?) ?\d+)?", re.IGNORECASE)
_WAID: Final = re.compile(r"waid=\"?\+?([0-9]{5,20})\"?", re.ASCII | re.IGNORECASE)

Card = dict[str, Any]


def cards(given: Iterable[object]) -> list[Card]:
    """`{name, phones, emails, org}` of each `{displayName, vcard, phone_number?}`; keys only where there is something.

    The name the sender shows goes before the one in the card. A text may hold several cards.
    """
    found: list[Card] = []
    for one in given:
        if len(found) >= MAX_CARDS:
            break
        if isinstance(one, dict):
            found += _contact(Fields(one), MAX_CARDS - len(found))
    return found


def _contact(one: Fields, room: int) -> list[Card]:
    parsed = [_card(lines) for lines in _blocks(one.text("vcard", MAX_TEXT), room)] or [{}]
    first = parsed[0]
    name, number = _line(one.text("displayName", _NAME)), _phone("", one.text("phone_number", 200))
    if name:
        first["name"] = name
    if number and not first.get("phones"):
        first["phones"] = [number]
    return [card for card in parsed if card]


def _blocks(text: str, room: int) -> Iterator[list[tuple[str, str, str]]]:
    """The properties (name, parameters, value) of each card in the text."""
    block: list[tuple[str, str, str]] = []
    count = 0
    for head, params, value in _properties(text):
        if head == "BEGIN":
            block = []
        elif head == "END":
            count += 1
            yield block
            block = []
            if count >= room:
                return
        else:
            block.append((head, params, value))
    if block:
        yield block  # cut off, or sent without its last line


def _properties(text: str) -> Iterator[tuple[str, str, str]]:
    for line in _unfolded(text):
        left, colon, value = line.partition(":")
        if not colon:
            continue
        name, _, params = left.partition(";")
        yield name.rpartition(".")[2].strip().upper(), params, value


def _unfolded(text: str) -> Iterator[str]:
    """Lines, long ones put together again: a line that begins with a blank goes on from the one before."""
    parts: list[str] = []
    for line in re.split(r"\r\n|\n|\r", text)[:MAX_LINES]:
        soft = bool(parts) and parts[-1].endswith("=") and "QUOTED-PRINTABLE" in parts[0][:200].upper()
        if parts and (line[:1] in (" ", "\t") or soft):
            parts.append(line if soft else line[1:])
            continue
        if parts:
            yield "".join(parts) if not _is_quoted(parts[0]) else "\n".join(parts)
        parts = [line]
    if parts:
        yield "".join(parts) if not _is_quoted(parts[0]) else "\n".join(parts)


def _is_quoted(line: str) -> bool:
    return "QUOTED-PRINTABLE" in line[:200].upper()


def _card(lines: list[tuple[str, str, str]]) -> Card:
    names: dict[str, str] = {}
    phones: list[str] = []
    mails: list[str] = []
    for head, params, raw in lines:
        if head in ("FN", "N", "ORG", "NICKNAME") and head not in names:
            names[head] = _value(head, params, raw)
        elif head == "TEL" and len(phones) < MAX_PHONES:
            phones.append(_phone(params, raw))
        elif head == "EMAIL" and len(mails) < MAX_MAILS:
            mails.append(_line(_ESCAPED.sub(r"\1", raw))[:_NAME])
    name = names.get("FN") or names.get("N") or names.get("NICKNAME") or names.get("ORG") or ""
    card: Card = {
        "name": name,
        "phones": _distinct(phones),
        "emails": _distinct(mails),
        "org": names.get("ORG", ""),
    }
    return {key: value for key, value in card.items() if value}


def _value(head: str, params: str, raw: str) -> str:
    if "QUOTED-PRINTABLE" in params.upper():
        raw = quopri.decodestring(raw.encode("utf-8", "replace")).decode("utf-8", "replace")
    parts = [_line(_ESCAPED.sub(r"\1", part)) for part in _SEMICOLON.split(raw)[:6]]
    if head == "N":  # family; given; additional; prefix; suffix
        parts = [*parts[3:4], *parts[1:3], *parts[:1], *parts[4:5]]
    return " ".join(filter(None, parts))[:_NAME]


def _phone(params: str, raw: str) -> str:
    """The number as WhatsApp knows it (`waid`) with a plus, else as it was written; "" for what is no number."""
    known = _WAID.search(params)
    if known:
        return "+" + known[1]
    text = _line(raw.removeprefix("tel:"))[:_PHONE]
    return text if _NUMBER.fullmatch(text) and any(sign.isdigit() for sign in text) else ""


def _line(text: str) -> str:
    """One clean line."""
    return clean_text(" ".join(text.split()))


def _distinct(found: list[str]) -> list[str]:
    """Without empty ones, and without numbers that differ only in how they are written."""
    seen: dict[str, str] = {}
    for text in found:
        if text:
            seen.setdefault("".join(sign for sign in text.lower() if sign.isalnum() or sign in "@."), text)
    return list(seen.values())
