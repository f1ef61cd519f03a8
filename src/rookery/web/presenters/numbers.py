"""The team's WhatsApp numbers and how their phones are."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Final, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from rookery.channels.models import Channel, DeviceState
from rookery.conversations import queries
from rookery.conversations.access import Viewer
from rookery.conversations.models import Inbox
from rookery.waid import phone
from rookery.web.formatting import plain
from rookery.web.view_models import Banner, Fact, Number

FRESH = 5  # seconds that the rail's dot and the banner may lag behind


class Look(NamedTuple):
    """How a device state is shown. `tone`: good, warn, bad or quiet."""

    tone: str
    state: str
    words: str
    banner: str


LOOKS: Final = {
    "connected": Look("good", noop("Connected"), noop("Messages come and go."), ""),
    "pairing": Look("quiet", noop("Being linked"), noop("Waiting for the code to be scanned."), ""),
    "lost": Look(
        "warn",
        noop("Phone lost"),
        noop("Replies wait and go out by themselves."),
        noop("“%(number)s” lost its phone. Replies wait and go out by themselves."),
    ),
    "unreachable": Look(
        "warn",
        noop("Gateway does not answer"),
        noop("Replies wait and go out by themselves."),
        noop("The gateway of “%(number)s” does not answer. Replies wait and go out by themselves."),
    ),
    "unpaired": Look(
        "bad",
        noop("Not linked"),
        noop("Link a phone to send and receive."),
        noop("“%(number)s” is not linked to a phone. Nothing comes or goes."),
    ),
    "logged_out": Look(
        "bad",
        noop("Logged out"),
        noop("Link the phone again to send and receive."),
        noop("“%(number)s” was logged out. Link it again; replies wait."),
    ),
    "banned": Look(
        "bad",
        noop("Banned by WhatsApp"),
        noop("WhatsApp has banned this number."),
        noop("WhatsApp has banned “%(number)s”. Nothing comes or goes."),
    ),
}
UNKNOWN: Final = Look(
    "quiet", noop("Not checked yet"), noop("Its state appears here after the first check."), ""
)


def list_numbers(viewer: Viewer) -> tuple[Number, ...]:
    return tuple(_number(channel) for channel in queries.list_numbers(viewer))


def one(viewer: Viewer, channel_id: int) -> Number | None:
    """One of the viewer's numbers."""
    found = (channel for channel in queries.list_numbers(viewer) if channel.pk == channel_id)
    return next((_number(channel) for channel in found), None)


def attention(viewer: Viewer) -> str:
    """Words for the dot at the rail; "" when every number is well."""
    troubled = sum(look.tone in ("warn", "bad") for look, _since in _looks(viewer).values())
    words = ngettext("%(count)d number needs attention", "%(count)d numbers need attention", troubled)
    return words % {"count": troubled} if troubled else ""


def banner(viewer: Viewer, inbox: Inbox) -> Banner | None:
    """What an agent must know about a conversation's number before writing."""
    if inbox.channel_id is None:
        return Banner(_("This inbox has no number any more. You can read, but not reply."))
    look, since = _looks(viewer).get(inbox.channel_id, (UNKNOWN, None))
    if not look.banner:
        return None
    return Banner(_(look.banner) % {"number": plain(inbox.name)}, _("Details"), "/numbers", since)


def forget() -> None:
    """For tests, and after a change that must show at once."""
    _remembered.clear()


Looks = dict[int, tuple[Look, datetime | None]]
_remembered: dict[tuple[int, frozenset[int] | None], tuple[float, Looks]] = {}
_MOST = 500


def _looks(viewer: Viewer) -> Looks:
    """Look and since when, by channel. Asked on every page, so remembered for a moment."""
    key = (viewer.account.pk, viewer.inbox_ids)
    known = _remembered.get(key)
    if known is not None and time.monotonic() - known[0] < FRESH:
        return known[1]
    found: Looks = {}
    for channel in queries.list_numbers(viewer):
        state = _state(channel)
        found[channel.pk] = (LOOKS[state.state], state.since) if state is not None else (UNKNOWN, None)
    if len(_remembered) >= _MOST:
        _remembered.clear()
    _remembered[key] = (time.monotonic(), found)
    return found


def _number(channel: Channel) -> Number:
    state = _state(channel)
    look = LOOKS[state.state] if state is not None else UNKNOWN
    shown = phone.display(channel.phone)
    inbox: Inbox | None = getattr(channel, "inbox", None)
    return Number(
        url=f"/numbers/{inbox.pk}" if inbox is not None else "",
        name=plain(inbox.name) if inbox is not None else shown,
        phone=shown,
        state=_(look.state),
        tone=look.tone,
        words=_(look.words),
        facts=tuple(_facts(channel, state)),
    )


def _facts(channel: Channel, state: DeviceState | None) -> list[Fact]:
    facts = [Fact(_("Since"), "", state.since)] if state is not None else []
    if channel.last_event_ms:
        facts.append(Fact(_("Last event"), "", _moment(channel.last_event_ms)))
    if channel.last_sent_ms:
        facts.append(Fact(_("Last sent"), "", _moment(channel.last_sent_ms)))
    if channel.gateway.version:
        facts.append(Fact(_("Gateway"), _("version %(number)s") % {"number": plain(channel.gateway.version)}))
    if channel.ignored_events:
        facts.append(
            Fact(
                _("Ignored events"),
                _("%(count)d, meant for other numbers") % {"count": channel.ignored_events},
            )
        )
    if channel.oversized_events:
        facts.append(
            Fact(
                _("Too large"),
                _("%(count)d events were larger than allowed") % {"count": channel.oversized_events},
            )
        )
    return facts


def _state(channel: Channel) -> DeviceState | None:
    state: DeviceState | None = channel.state  # type: ignore[attr-defined]
    return state


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
