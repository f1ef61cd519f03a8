"""Who is who: the chat and the author under all the names that one event gives."""

from collections.abc import Iterable

from rookery.providers.events import Chat, Party
from rookery.waid import BadJid, Jid, address_key


def party(first: Jid | None, lid: Jid | None = None) -> Party:
    """One person from the field that may hold a number or a LID, and the field that can only hold a LID."""
    pn = first if first is not None and first.is_pn else None
    if lid is None or not lid.is_lid:
        lid = first if first is not None and first.is_lid else None
    return Party(pn, lid)


def chat_of(jid: Jid | None, lid: Jid | None) -> Chat | None:
    """The chat from the field that names it and the field that holds its LID; None when neither does."""
    jid = jid or lid
    if jid is None:
        return None
    if lid is None or not lid.is_lid:
        lid = jid if jid.is_lid else None
    return Chat(jid, lid)


def unite(chat: Chat, author: Party) -> tuple[Chat, Party]:
    """In a chat of two, who writes to us is the chat: each may lack the alias that the other names.

    Not for groups, nor for messages of our own. Two different numbers are left apart.
    """
    other = chat.party
    if not chat.jid.is_pn and not chat.jid.is_lid:
        return chat, author
    if contradict(author, other):
        return chat, author
    both = Party(author.pn or other.pn, author.lid or other.lid)
    return Chat(both.pn or chat.jid, both.lid), both


def contradict(one: Party, other: Party) -> bool:
    """Do both name a number, and not the same; or both a LID, and not the same, with no number to settle it?"""
    if one.pn and other.pn:
        return one.pn != other.pn and keys((one.pn,)) != keys((other.pn,))
    return bool(one.lid and other.lid and one.lid.user != other.lid.user)


def keys(jids: Iterable[Jid | None]) -> frozenset[tuple[str, str]]:
    """Canonical keys of people: equal for the spellings of one number, with and without the ninth digit."""
    found = set()
    for jid in jids:
        try:
            if jid is not None:
                found.add(address_key(jid))
        except BadJid:
            continue
    return frozenset(found)
