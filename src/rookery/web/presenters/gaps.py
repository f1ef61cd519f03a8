"""Messages that cannot be shown, in honest words: what it was, as far as anybody told us, and what can be done."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from rookery.conversations.models import Message
from rookery.web.kind_models import Gap

KNOWN: Final = {
    "view_once": (
        noop("View-once photo or video"),
        noop(
            "WhatsApp gives these to the phone alone, not to linked devices. Only there it can be opened, once."
        ),
        "once",
    ),
    "empty": (
        noop("Something the gateway does not pass on"),
        noop(
            "A poll, a vote, an invitation, a product, an answer to buttons, an album's cover, or a file that did not "
            "come: it does not say which. Polls and votes cannot be brought back. Open the chat on the phone to see it."
        ),
        "question",
    ),
}
POLLS: Final = (
    noop("Poll or vote"),
    noop("The gateway passes on neither question nor votes, and they cannot be brought back."),
    "list",
)
OTHER: Final = (
    noop("Rookery cannot show this kind of message yet"),
    noop(
        "It is kept as it came, and can be read again after an upgrade. Open the chat on the phone to see it."
    ),
    "question",
)


def gap(message: Message) -> Gap:
    """What a bubble says in the place of a message of kind `unsupported`."""
    title, words, icon = _entry(message)
    more = f"/messages/{message.pk}/origin" if message.raw_event_id else ""
    return Gap(_(title), _(words), icon, more)


def word(message: Message) -> str:
    """What it is, for the list and for quotes."""
    return _(_entry(message)[0]) if _entry(message) is not OTHER else _("Message of another kind")


def _entry(message: Message) -> tuple[str, str, str]:
    what = message.unsupported
    if what in KNOWN:
        return KNOWN[what]
    if message.view_once:
        return KNOWN["view_once"]
    return POLLS if "poll" in what or "vote" in what else OTHER
