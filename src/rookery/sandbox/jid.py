"""WhatsApp addresses as the gateway handles them (contract 4.1.3).

Written apart from `rookery.waid` on purpose: a mistake shared by both would hide from every test.
"""

from __future__ import annotations

PEOPLE = "@s.whatsapp.net"
HIDDEN = "@lid"
GROUPS = "@g.us"


def suffixed(value: str) -> str:
    """Step A: a value without `@` becomes a person (up to 15 characters) or a group (longer)."""
    if not value or "@" in value:
        return value
    return value + (PEOPLE if len(value) <= 15 else GROUPS)


def parse(value: str) -> tuple[str, str]:
    """Step C: (user, server); a leading plus is removed, a missing server means a person."""
    user, _, server = value.strip().removeprefix("+").partition("@")
    return user, server or "s.whatsapp.net"


def bare(value: str) -> str:
    """`user@server` without the device part."""
    user, server = parse(value)
    return f"{user.partition(':')[0]}@{server}"


def pn(phone: str) -> str:
    return phone + PEOPLE


def hidden(value: str) -> str:
    """A LID, which may be given by its digits alone."""
    return value if "@" in value else value + HIDDEN


def digits(value: str) -> str:
    return "".join(character for character in value if character.isdigit())


def ninth_digit_sibling(phone: str) -> str | None:
    """The other form of a Brazilian mobile number, with or without its ninth digit; None for all others."""
    if not phone.startswith("55"):
        return None
    area, local = phone[2:4], phone[4:]
    if len(local) == 9 and local[0] == "9" and local[1] in "6789":
        return f"55{area}{local[1:]}"
    if len(local) == 8 and local[0] in "6789":
        return f"55{area}9{local}"
    return None
