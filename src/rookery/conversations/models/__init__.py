from rookery.conversations.models.changes import (
    ChannelLabel,
    ChatLabel,
    GroupChange,
    Merge,
    PendingChange,
    Reaction,
    Receipt,
    Revision,
    Tombstone,
)
from rookery.conversations.models.contact import Address, Apart, Contact, ContactInbox, GroupMember
from rookery.conversations.models.conversation import CannedResponse, Conversation, Label
from rookery.conversations.models.erasing import Erasure
from rookery.conversations.models.files import Attachment, Blob
from rookery.conversations.models.inbox import Inbox, InboxMember
from rookery.conversations.models.message import Message

__all__ = [
    "Address",
    "Apart",
    "Attachment",
    "Blob",
    "CannedResponse",
    "ChannelLabel",
    "ChatLabel",
    "Contact",
    "ContactInbox",
    "Conversation",
    "Erasure",
    "GroupChange",
    "GroupMember",
    "Inbox",
    "InboxMember",
    "Label",
    "Merge",
    "Message",
    "PendingChange",
    "Reaction",
    "Receipt",
    "Revision",
    "Tombstone",
]
