"""What we have already of the rows of a page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from rookery.catchup import rows as reading
from rookery.conversations.incoming import IncomingChange
from rookery.conversations.models import Message, Reaction
from rookery.conversations.store import people
from rookery.providers.commands import RecordRow
from rookery.providers.events import MEDIA_KINDS

_COLUMNS = (
    "pk",
    "source_id",
    "direction",
    "contact_inbox_id",
    "kind",
    "content",
    "unsupported",
    "at",
    "edited_at",
    "revoked_at",
    "queue_seq",
)


@dataclass(frozen=True, slots=True)
class Known:
    """A message of ours, as far as a row can add to it."""

    id: int
    source_id: str
    direction: str
    contact_inbox_id: int
    kind: str
    content: str
    unsupported: str
    at: int
    edited_at: int | None
    revoked_at: int | None
    queue_seq: int | None

    @property
    def is_empty(self) -> bool:
        """It came without anything to show."""
        return self.kind == "unsupported" and self.unsupported == "empty"


def load(channel_id: int, source_ids: Collection[str]) -> dict[str, list[Known]]:
    """Our messages under these ids. Two of different chats may share one."""
    found: dict[str, list[Known]] = {}
    rows = Message.objects.filter(channel_id=channel_id, source_id__in=list(source_ids))
    for row in rows.order_by("pk").values_list(*_COLUMNS):
        known = Known(*row)
        found.setdefault(known.source_id, []).append(known)
    return found


def find(row: RecordRow, among: Iterable[Known], contact_inbox_id: int | None) -> Known | None:
    """The message this row is about.

    Of the same chat; or of another one with the same text at the same second, which is the same chat under an
    address that nobody has explained yet. An id alone proves nothing: a sender chooses it.
    """
    direction = "out" if row.from_me else "in"
    candidates = [one for one in among if one.direction == direction]
    for one in candidates:
        if one.contact_inbox_id == contact_inbox_id:
            return one
    at = reading.second_of(row.at)
    return next(
        (one for one in candidates if one.at == at and reading.same_text(one.content, row.content)), None
    )


def edited_at(row: RecordRow, known: Known) -> int | None:
    """The second of an edit that we never heard of; None when the row proves none.

    What an API sent is dressed up in the record, and an empty text is none (contract 4.4).
    """
    at = reading.second_of(row.updated_at)
    plain = known.kind == "text" or known.kind in MEDIA_KINDS
    if at is None or not plain or row.is_ad or known.queue_seq is not None or known.revoked_at is not None:
        return None
    if not row.content or reading.same_text(row.content, known.content):
        return None
    return at if at > known.at and at >= (known.edited_at or 0) else None


class Reactions:
    """The reactions on some messages, so that what is known is not said again."""

    def __init__(self, message_ids: Sequence[int]) -> None:
        rows = Reaction.objects.filter(message_id__in=message_ids)
        self._known = set(rows.values_list("message_id", "contact_id", "emoji"))

    def __contains__(self, said: tuple[int, int | None, str]) -> bool:
        return said in self._known


def is_news(account_id: int, known: Known, change: IncomingChange, reactions: Reactions) -> bool:
    """Whether a reaction in the record is not on our message yet."""
    author: int | None = None
    if not change.from_me:
        owners = people.find_owners(account_id, list(change.author))
        author = next(iter(owners.values()), None)
        if author is None:
            return True
    return (known.id, author, change.value or "") not in reactions
