from rookery.conversations.models.changes import Merge, PendingChange, Reaction, Receipt, Revision, Tombstone
from rookery.conversations.models.contact import Address, Contact, ContactInbox
from rookery.conversations.models.conversation import CannedResponse, Conversation, Label
from rookery.conversations.models.files import Attachment, Blob
from rookery.conversations.models.inbox import Inbox, InboxMember
from rookery.conversations.models.message import Message

__all__ = [
    "Address",
    "Attachment",
    "Blob",
    "CannedResponse",
    "Contact",
    "ContactInbox",
    "Conversation",
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
