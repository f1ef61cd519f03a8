"""Everything that is no message of its own, in the domain's words."""

from __future__ import annotations

from rookery.conversations.incoming import (
    IncomingCall,
    IncomingChange,
    IncomingChatLabel,
    IncomingDeletion,
    IncomingGroupChange,
    IncomingLabel,
    IncomingReceipt,
)
from rookery.processing.translate import (
    MOST_ID,
    MOST_NAME,
    alias_of,
    aliases_of,
    both_sides,
    chat_aliases,
    plausible,
)
from rookery.providers.events import (
    CallEvent,
    ChatLabelEvent,
    DeletedForMeEvent,
    EditEvent,
    GroupEvent,
    LabelEvent,
    ReactionEvent,
    ReceiptEvent,
    RevokeEvent,
)
from rookery.waid import BadJid

MOST_LABEL = 40


def change(event: ReactionEvent | EditEvent | RevokeEvent, received_at: int) -> IncomingChange:
    """A claim about an earlier message. Raises BadJid, as all here, when its chat is nobody's."""
    chat, author = both_sides(event.chat, event.author, from_me=event.from_me)
    kind, value = _what(event)
    return IncomingChange(
        kind=kind,  # type: ignore[arg-type]
        source_id=event.source_id[:MOST_ID],
        target=event.target[:MOST_ID],
        from_me=event.from_me,
        is_group=event.chat.is_group,
        chat=chat,
        author=author,
        at=plausible(event.at, received_at)[0],
        value=value,
        push_name="" if event.from_me else (event.push_name or "")[:MOST_NAME],
    )


def deletion(event: DeletedForMeEvent, received_at: int) -> IncomingDeletion:
    return IncomingDeletion(
        target=event.target[:MOST_ID],
        chat=chat_aliases(event.chat),
        at=plausible(event.at, received_at)[0],
        was_from_me=event.was_from_me,
    )


def receipt(event: ReceiptEvent, received_at: int) -> IncomingReceipt:
    return IncomingReceipt(
        source_ids=tuple(dict.fromkeys(source_id[:MOST_ID] for source_id in event.ids)),
        chat=(alias_of(event.chat),),
        sender=aliases_of(event.sender),
        status=event.status,
        at=plausible(event.at, received_at)[0],
    )


def group_change(event: GroupEvent, received_at: int) -> IncomingGroupChange:
    people = tuple(found for person in event.people if (found := aliases_of(person)))
    return IncomingGroupChange(
        chat=chat_aliases(event.chat),
        change=event.change,
        people=people,
        at=plausible(event.at, received_at)[0],
        subject=event.subject[:MOST_NAME],
        reason=event.reason,
    )


def call(event: CallEvent, received_at: int) -> IncomingCall:
    caller = aliases_of(event.caller)
    chat = (alias_of(event.group),) if event.group is not None else caller
    if not chat:
        raise BadJid("nobody calls")
    return IncomingCall(
        call_id=event.call_id,
        is_group=event.group is not None,
        chat=chat,
        caller=caller,
        at=plausible(event.at, received_at)[0],
        auto_rejected=event.auto_rejected,
    )


def label(event: LabelEvent, event_id: str, received_at: int) -> IncomingLabel:
    return IncomingLabel(
        label_id=event.label_id[:MOST_LABEL],
        at=plausible(event.at, received_at)[0],
        event_id=event_id,
        name=event.name[:120] if event.name is not None else None,
        color=event.color,
        deleted=event.deleted,
    )


def chat_label(event: ChatLabelEvent, event_id: str, received_at: int) -> IncomingChatLabel:
    return IncomingChatLabel(
        label_id=event.label_id[:MOST_LABEL],
        labeled=event.labeled,
        is_group=event.chat.is_group,
        chat=chat_aliases(event.chat),
        at=plausible(event.at, received_at)[0],
        event_id=event_id,
    )


def _what(event: ReactionEvent | EditEvent | RevokeEvent) -> tuple[str, str | None]:
    if isinstance(event, ReactionEvent):
        return "reaction", event.emoji
    if isinstance(event, EditEvent):
        return "edit", event.text
    return "revoke", None
