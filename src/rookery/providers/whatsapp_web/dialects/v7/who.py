"""Who wrote, where, and whether it was us: read from `from`, which says `sender` or `sender in chat`."""

from dataclasses import dataclass
from typing import Final

from rookery.providers.errors import Unparsable
from rookery.providers.events import Chat, Party
from rookery.providers.reading import Fields, bare_jid
from rookery.providers.whatsapp_web.parsing.envelope import Envelope
from rookery.providers.whatsapp_web.parsing.people import chat_of, contradict, keys, party, unite
from rookery.waid import Jid

_IN: Final = " in "
_PHONE_DIGITS: Final = 15  # the longest number there is; ids of groups have 18


@dataclass(frozen=True, slots=True)
class Who:
    """Chat and author, joined where they are one person."""

    chat: Chat
    author: Party
    from_me: bool


def read(envelope: Envelope) -> Who:
    """Raises Unparsable when no chat can be made out."""
    body = envelope.payload
    sender, named = split(body)
    author = party(sender, body.jid("from_lid"))
    chat = chat_of(body.jid("chat_jid") or named or _guess(body, sender), body.jid("chat_lid"))
    if chat is None:
        raise Unparsable(reason="a message without a chat")
    # No ` in `: the sender's address is the chat's. Else the raw users tell, whatever was resolved since.
    users = (body.text("sender_id"), body.text("chat_id"))
    same = (sender is not None and named in (None, sender)) or (users[0] == users[1] != "")
    apart = "" not in users and users[0] != users[1]
    from_me = _is_ours(author, chat, envelope.own, same=same, apart=apart)
    if not from_me and same:
        chat, author = unite(chat, author)
    return Who(chat, author, from_me)


def split(body: Fields) -> tuple[Jid | None, Jid | None]:
    """Sender and chat of `from`, bare; None for what is not said."""
    sender, _, chat = body.text("from", 300).partition(_IN)
    return bare_jid(sender), bare_jid(chat) if chat else None


def _guess(body: Fields, sender: Jid | None) -> Jid | None:
    """The chat from `from` alone, or from `chat_id`, which lacks its server."""
    if sender is not None:
        return sender
    user = body.text("chat_id", 128)
    if "@" in user:
        return bare_jid(user)
    lid = body.jid("from_lid")
    if lid is not None and lid.user == user:
        return lid
    if not user.replace("-", "").isdigit():  # `status`, for one
        return None
    server = "g.us" if "-" in user or len(user) > _PHONE_DIGITS else "s.whatsapp.net"
    return bare_jid(f"{user}@{server}")


def _is_ours(author: Party, chat: Chat, own: frozenset[Jid], *, same: bool, apart: bool) -> bool:
    """Sent under an address of ours; or, in a chat of two, by who is not the other.

    What the other side writes has one raw user for sender and chat, so two users are us even while our LID is not
    known. Where they are not named the addresses must be comparable.
    """
    ours, theirs = keys(own), keys((author.pn, author.lid))
    if ours & theirs:
        return True
    if same or not (chat.jid.is_pn or chat.jid.is_lid):
        return False
    if apart:
        return True
    comparable = {kind for kind, _ in ours} & {kind for kind, _ in theirs}
    return not comparable and contradict(author, chat.party)
