"""The rules of an inbox hold for what is read later as they hold for what arrives (`processing.rules`)."""

from __future__ import annotations

from collections.abc import Iterable

from rookery.conversations.incoming import ChatRules, Place
from rookery.processing import rules as judging
from rookery.providers.commands import RecordRow
from rookery.providers.events import Chat, MessageEvent, Party
from rookery.waid import BadJid, Jid, address_key

_NOBODY = Party(None, None)


def is_chat(jid: Jid) -> bool:
    """Whether a conversation can be had there at all: status posts and broadcast lists are none."""
    try:
        address_key(jid)
    except BadJid:
        return False
    return True


def is_wanted(rules: ChatRules, forms: Iterable[Jid]) -> bool:
    """Whether the inbox takes in a chat, by any of its addresses."""
    return not any(judging.left_out(rules, _event(form, _NOBODY)) for form in forms)


def is_wanted_row(place: Place, row: RecordRow, chat: Jid, *, missing: bool) -> bool:
    """Whether the inbox takes in what a row says.

    Under the rule `mentioned` a missing row must name us: what it quotes the record does not tell.
    """
    if row.from_me:
        return True
    sender = row.sender.bare if row.sender is not None and chat.is_group else None
    author = _NOBODY
    if sender is not None:
        author = Party(sender if sender.is_pn else None, sender if sender.is_lid else None)
    if judging.left_out(place.rules, _event(chat, author)):
        return False
    if not missing or place.rules.groups != "mentioned" or not chat.is_group:
        return True
    return judging.mentions(row.content, place.own)


def _event(chat: Jid, author: Party) -> MessageEvent:
    return MessageEvent(
        device=None,
        session="",
        source_id="",
        chat=Chat(chat),
        author=author,
        from_me=False,
        at=None,
        kind="text",
    )
