"""What a page of bubbles needs besides its messages, asked once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rookery.conversations import marks
from rookery.conversations.access import Viewer
from rookery.conversations.marks import Marks
from rookery.conversations.models import Conversation, Message
from rookery.web.formatting import mentions

EVERYONE, ADMINISTRATORS, NOBODY = "everyone", "administrators", "nobody"
READERS = frozenset({EVERYONE, ADMINISTRATORS, NOBODY})


@dataclass(frozen=True, slots=True)
class Around:
    """`deleted_texts`: who may still read what was deleted for everyone."""

    marks: Marks = marks.NONE
    deleted_texts: str = ADMINISTRATORS


NOTHING = Around()


def load(conversation: Conversation, found: Sequence[Message]) -> Around:
    """Asks the database a fixed number of times."""
    mentioned = {one for message in found for one in mentions(message.content)}
    return Around(marks.load(conversation, found, mentioned), deleted_texts(conversation))


def deleted_texts(conversation: Conversation) -> str:
    """The account's rule: everyone, administrators (unless it says otherwise) or nobody."""
    chosen = conversation.account.settings.get("deleted_texts")
    return chosen if chosen in READERS else ADMINISTRATORS


def may_read_deleted(viewer: Viewer) -> bool:
    """Whether the viewer may read texts and files that were deleted for everyone."""
    chosen = viewer.account.settings.get("deleted_texts")
    return chosen == EVERYONE or (chosen != NOBODY and viewer.is_administrator)
