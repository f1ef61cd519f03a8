"""The page that links a number's phone, step by step."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from rookery.channels import hooks, linking
from rookery.channels.models import Channel
from rookery.conversations.actions import inboxes
from rookery.conversations.models import Inbox
from rookery.waid import phone
from rookery.web.formatting import plain
from rookery.web.presenters import messages, people

TRIES: Final = 6  # codes shown one after another before somebody must ask for more: three minutes
CODE_SECONDS: Final = 160  # how long WhatsApp takes a pairing code
_PATIENT: Final = 20  # seconds before it says that nothing came

TROUBLES: Final[Mapping[str, str]] = {
    "unreachable": noop("Cannot connect to WhatsApp service at %(url)s"),
    "bad_credentials": noop("Authentication failed"),
    "secret_lost": noop("The stored password of this gateway cannot be read any more."),
    "address_forbidden": noop("Cannot connect to WhatsApp service at %(url)s"),
    "device_missing": noop(
        "The gateway has no device for this number at the moment. Ask for a code: it makes one."
    ),
    "whatsapp_not_ready": noop("The gateway is still connecting to WhatsApp. Try again in a moment."),
    "refused_by_whatsapp": noop("WhatsApp refused the login. Wait a few minutes before you try again."),
    "rate_limited": noop("WhatsApp wants this number to slow down. Wait a few minutes before you try again."),
}
_OTHERWISE: Final = noop("The gateway could not do it: it reported an error. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class Poll:
    """What the page knows, sent with every question. `after`: the newest message that was there before; the rest are
    the door's counters when the wait began, at second `since`; `number` counts pictures."""

    shown: str = "link"
    said: str = ""
    after: int = 0
    arrived: int = 0
    unsigned: int = 0
    nobody: int = 0
    others: int = 0
    since: int = 0
    number: int = 0


@dataclass(frozen=True, slots=True)
class Qr:
    """A code's picture inside the page: no address leads to it, and nobody keeps it."""

    picture: str
    seconds: int
    number: int
    last: bool
    tries: int = TRIES


@dataclass(frozen=True, slots=True)
class Flags:
    """What to start the gateway with, or to put into its environment. `shows` the secret: just now, and never again."""

    options: str = field(repr=False)
    environment: str = field(repr=False)
    shows: bool
    was_shown: bool = False
    fed: bool = False
    curl: str = ""
    loopback: bool = False


@dataclass(frozen=True, slots=True)
class Arrived:
    """The first message."""

    who: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class LinkPage:
    """One inbox's linking. `step`: link, code, hook or done."""

    id: int
    name: str
    phone: str
    step: str
    poll: Poll
    qr: Qr | None = None
    code: str = ""
    code_seconds: int = CODE_SECONDS
    problem: str = ""
    trouble: str = ""
    gateway_url: str = ""
    flags: Flags | None = None
    arranged: bool = False
    waiting: str = ""
    waiting_tone: str = ""
    arrived: Arrived | None = None


def page(inbox: Inbox, channel: Channel, step: str, poll: Poll, **more: object) -> LinkPage:
    made = {"id": inbox.pk, "name": plain(inbox.name), "phone": phone.display(channel.phone)}
    return LinkPage(**made, step=step, poll=poll, gateway_url=plain(channel.gateway.url), **more)  # type: ignore[arg-type]


def poll(sent: Mapping[str, str]) -> Poll:
    """What a page says it knows; nonsense counts as nothing."""
    names = ("after", "arrived", "unsigned", "nobody", "others", "since", "number")
    numbers = {name: _count(sent.get(name, "")) for name in names}
    shown, said = sent.get("shown", ""), sent.get("said", "")
    return Poll(shown if shown in ("link", "code", "hook") else "link", said[:40], **numbers)


def begin(inbox: Inbox, channel: Channel, shown: str = "link") -> Poll:
    """The counters as they are now."""
    newest = inboxes.newest_incoming(inbox)
    seen = hooks.sightings(channel)
    return Poll(
        shown=shown,
        after=newest.pk if newest is not None else 0,
        arrived=seen.arrived_ms,
        unsigned=seen.unsigned,
        nobody=seen.nobody,
        others=seen.others,
        since=int(time.time()),
    )


def qr(image: bytes, seconds: int, number: int) -> Qr:
    picture = "data:image/png;base64," + base64.b64encode(image).decode("ascii")
    return Qr(picture, seconds, number, number >= TRIES)


def trouble(code: str, url: str) -> str:
    """A gateway's error for an administrator who links a phone."""
    return _(TROUBLES.get(code, _OTHERWISE)) % {"url": plain(url)[:200]}


def wrong_phone(channel: Channel, other: str, turned_away: bool) -> str:
    numbers = {"other": phone.display(other), "ours": phone.display(channel.phone)}
    if turned_away:
        return (
            _(
                "The phone that scanned has the number %(other)s, but this inbox is %(ours)s. It was logged out again. "
                "Scan with the right phone, or add an inbox for the other number."
            )
            % numbers
        )
    return (
        _(
            "The gateway's device for this inbox is linked with %(other)s, not with %(ours)s. It was so before, so it was "
            "left alone: log it out at the gateway, or choose another gateway."
        )
        % numbers
    )


def flags(channel: Channel, secret: str = "") -> Flags:
    address = linking.webhook_address(channel)
    shown = secret or _("(the secret)")
    return Flags(
        options=f"--webhook={address} --webhook-secret={shown}",
        environment=f"WHATSAPP_WEBHOOK={address}\nWHATSAPP_WEBHOOK_SECRET={shown}",
        shows=bool(secret),
        was_shown=hooks.was_shown(channel),
        fed=hooks.is_fed(channel),
        curl=f"curl -i {address}",
        loopback=urlsplit(address).hostname in ("127.0.0.1", "localhost", "::1"),
    )


def waiting(channel: Channel, before: Poll) -> tuple[str, str, str]:
    """Code, tone and words of what the door has seen since the wait began."""
    now = hooks.sightings(channel)
    if now.arrived_ms > before.arrived:
        return "came", "good", _("The gateway's events arrive. Now somebody has to write.")
    if now.others > before.others:
        return (
            "others",
            "warn",
            _("Events came, but for another number of this gateway: is it the right device?"),
        )
    if now.unsigned > before.unsigned:
        return (
            "unsigned",
            "bad",
            _(
                "Something came with a wrong signature, or with none: the gateway's secret is not the one from here."
            ),
        )
    if now.nobody > before.nobody:
        return (
            "nobody",
            "bad",
            _("Something came for a number that is not here: look at the end of the address."),
        )
    if time.time() - before.since >= _PATIENT:
        return "nothing", "warn", _("Nothing has come to this address yet.")
    return "", "", ""


def arrived(inbox: Inbox, after: int) -> Arrived | None:
    found = inboxes.newest_incoming(inbox, after)
    if found is None:
        return None
    address = reverse("conversation", kwargs={"display_id": found.conversation.display_id})
    return Arrived(
        people.contact_name(found.conversation.contact), messages.preview_text(found)[:120], address
    )


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
