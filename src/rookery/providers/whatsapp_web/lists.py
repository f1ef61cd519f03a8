"""What the gateway knows besides messages: chats, saved names, groups and pictures (contract 4.4 to 4.6).

Empty lists come as null, empty addresses as "". The key sets follow the gateway's library: read tolerantly.
"""

from typing import Final

from rookery.providers.commands import (
    Avatar,
    ChatPage,
    ChatRow,
    GroupInfo,
    GroupInfoMember,
    SavedContact,
)
from rookery.providers.errors import NotAvailable
from rookery.providers.reading import Fields
from rookery.providers.whatsapp_web.client import RECORD_SECONDS, STATUS_SECONDS, Answer, GatewayClient
from rookery.waid import Jid

MAX_LIST: Final = 50_000
_NO_PICTURE: Final = ("does not have a profile picture", "has hidden their profile picture")
_NO_GROUP: Final = ("not participating in that group", "that group does not exist")


async def chats(client: GatewayClient, offset: int, limit: int) -> ChatPage:
    """A page of chats by last message, newest first."""
    params = {"limit": str(min(max(limit, 1), 100)), "offset": str(max(offset, 0))}
    found = Fields(await client.ask("GET", "/chats", params=params, seconds=RECORD_SECONDS))
    data = found.list("data")
    rows = []
    for row in map(Fields, data):
        jid = row.jid("jid")
        if jid is not None:
            at = row.time("last_message_time")
            rows.append(ChatRow(jid, row.text("name", 255), at, row.flag("archived")))
    total = found.fields("pagination").number("total")
    return ChatPage(tuple(rows), len(data), max(total or 0, 0))


async def contacts(client: GatewayClient) -> tuple[SavedContact, ...]:
    """The phone's address book; on the fork many names are empty."""
    found = Fields(await client.ask("GET", "/user/my/contacts", seconds=RECORD_SECONDS))
    rows = ((row.jid("jid"), row.text("name", 255)) for row in map(Fields, found.list("data")[:MAX_LIST]))
    return tuple(SavedContact(jid, name) for jid, name in rows if jid is not None)


async def group_info(client: GatewayClient, group: Jid) -> GroupInfo:
    """Raises NotAvailable for a group we are not in."""
    answer = await client.exchange(
        "GET", "/group/info", params={"group_id": str(group.bare)}, seconds=RECORD_SECONDS
    )
    if _says(answer, _NO_GROUP):
        raise NotAvailable
    found = Fields(answer.results("ask"))
    return GroupInfo(
        subject=found.text("Name", 255),
        topic=found.text("Topic", 4_096),
        members=tuple(_member(Fields(row)) for row in found.list("Participants")[:MAX_LIST]),
        announce=found.flag("IsAnnounce"),
        locked=found.flag("IsLocked"),
    )


async def avatar(client: GatewayClient, jid: Jid) -> Avatar | None:
    """None when there is no picture or we may not see it: both come as 500, told apart by their texts alone."""
    answer = await client.exchange(
        "GET", "/user/avatar", params={"phone": str(jid.bare)}, seconds=STATUS_SECONDS
    )
    if _says(answer, _NO_PICTURE):
        return None
    found = Fields(answer.results("ask"))
    url = found.text("url", 2_000)
    return Avatar(found.text("id", 255), url) if url.startswith(("http://", "https://")) else None


def _member(row: Fields) -> GroupInfoMember:
    # `JID` is the number or the LID, as the group addresses its people; the other two are often empty.
    named = [jid for jid in (row.jid(name) for name in ("PhoneNumber", "JID", "LID")) if jid is not None]
    owner = row.flag("IsSuperAdmin")
    return GroupInfoMember(
        pn=next((jid for jid in named if jid.is_pn), None),
        lid=next((jid for jid in named if jid.is_lid), None),
        admin=owner or row.flag("IsAdmin"),
        owner=owner,
        name=row.text("DisplayName", 255),
    )


def _says(answer: Answer, texts: tuple[str, ...]) -> bool:
    message = Fields(answer.envelope).text("message").lower()
    return answer.status == 500 and any(text in message for text in texts)
