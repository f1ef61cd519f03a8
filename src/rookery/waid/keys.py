"""Keys made from addresses: what counts as the same person or group, and which lane an event takes."""

from typing import Final, Literal, TypeAlias
from zlib import crc32

from rookery.waid import phone
from rookery.waid.jid import BadJid, Jid

AddressKind: TypeAlias = Literal["pn", "lid", "group", "newsletter"]

LANES: Final = 64


def address_key(jid: Jid) -> tuple[AddressKind, str]:
    """The kind and canonical key under which an address is stored, equal for all spellings of one address.

    A newsletter can only be read: whether it becomes a conversation is the inbox's rule. Broadcasts and bots are nobody
    to have a conversation with: BadJid.
    """
    if jid.is_pn:
        return "pn", phone.key(jid.user) if jid.user.isascii() and jid.user.isdigit() else jid.user
    if jid.is_lid:
        return "lid", jid.user
    if jid.is_group:
        return "group", jid.user
    if jid.is_newsletter:
        return "newsletter", jid.user
    raise BadJid(f"no conversation can be had at @{jid.server}")


def lane_of(raw_jid: str) -> int:
    """The lane, 0 to 63, of a chat named by the JID exactly as it stands in the event; any text is allowed."""
    return crc32(raw_jid.encode("utf-8", "surrogatepass")) % LANES
