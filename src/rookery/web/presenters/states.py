"""How far a message of ours came: ticks, and the verdict when it is not on its way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from rookery.conversations.models import Message
from rookery.media.converting.words import SENTENCES as CONVERTING
from rookery.web.presenters import words
from rookery.web.view_models import Choice, Tick, Verdict

TICKS: Final = {
    "pending": ("clock", noop("Waiting to be sent")),
    "sending": ("clock", noop("Being sent")),
    "scheduled": ("clock", noop("Scheduled")),
    "stale": ("clock", noop("Waiting for your answer")),
    "sent": ("single", noop("Sent")),
    "delivered": ("double", noop("Delivered")),
    "read": ("double", noop("Read")),
    "played": ("double", noop("Played")),
    "failed": ("warn", noop("Not sent")),
    "uncertain": ("question", noop("Not sure it arrived")),
    "cancelled": ("stop", noop("Cancelled")),
}


def tick(message: Message) -> Tick | None:
    """The tick of an outgoing message; notes and incoming ones have none."""
    if message.direction != Message.Direction.OUT or message.private or message.state not in TICKS:
        return None
    icon, name = TICKS[message.state]
    return Tick(message.state, icon, _(name))


def verdict(message: Message) -> Verdict | None:
    """What an agent has to know or decide about a message of ours; None when all goes its way."""
    if message.direction != Message.Direction.OUT or message.private:
        return None
    make = {"failed": _failed, "uncertain": _uncertain, "stale": _stale, "pending": _waiting}.get(
        message.state
    )
    return make(message) if make is not None else None


def _failed(message: Message) -> Verdict:
    return Verdict("failed", _("Not sent:"), _reason(message), tuple(_ways(message)))


def _ways(message: Message) -> Iterator[Choice]:
    """What may be tried; a file that was refused as it is goes no better when it is tried once more."""
    url, code = _retry_url(message), message.failure_code
    if code == "needs_compression":
        yield Choice(_("Compress and send"), url, value="compress")
    if code in CONVERTING and code != "file_unreadable":
        yield Choice(_("Send as document"), url, value="document")
    else:
        yield Choice(_("Retry"), url)


def _uncertain(message: Message) -> Verdict:
    url = f"/messages/{message.pk}/settlement"
    choices = (Choice(_("It arrived"), url, value="arrived"), Choice(_("Send again"), url, value="again"))
    return Verdict(
        "uncertain", _("Not sure it arrived."), _reason(message) if message.failure_code else "", choices
    )


def _stale(message: Message) -> Verdict:
    choices = (
        Choice(_("Cancel"), f"/messages/{message.pk}", "delete"),
        Choice(_("Send now"), _retry_url(message)),
    )
    return Verdict("stale", _("Still send?"), _("It waited too long to go by itself."), choices)


def _waiting(message: Message) -> Verdict | None:
    if not message.failure_code:
        return None
    choices = (Choice(_("Cancel"), f"/messages/{message.pk}", "delete"),)
    return Verdict("waiting", _("Waiting:"), _reason(message), choices)


def _reason(message: Message) -> str:
    return words.failure(message.failure_code, message.failure_params)


def _retry_url(message: Message) -> str:
    return f"/messages/{message.pk}/retry"
