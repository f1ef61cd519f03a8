"""What comes from WhatsApp becomes messages.

Idempotent and without assumptions about order: each action may see its event twice, late, or before the one
it refers to, and ends in the same state.
"""

from __future__ import annotations

from dataclasses import dataclass

from rookery.conversations import facts
from rookery.conversations.actions import identity, receipts
from rookery.conversations.incoming import IncomingMessage, Place
from rookery.conversations.store import messages, people, threads
from rookery.conversations.store.threads import Thread
from rookery.db.fields import now_seconds

RING_WITHIN = 300  # seconds: after a backlog nothing older rings


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was stored now."""

    message_id: int
    conversation_id: int
    contact_id: int


class ContactCache:
    """Ids of chats seen before: (inbox, first alias) -> (contact, contact inbox).

    Valid for one identity epoch of the account; merges, undo and settings bump it in any process.
    """

    def __init__(self) -> None:
        self.epochs: dict[int, int] = {}
        self.known: dict[tuple[int, tuple[object, ...]], tuple[int, int]] = {}

    def use(self, account_id: int, epoch: int) -> None:
        """Forget everything when the account's identity epoch moved."""
        if self.epochs.get(account_id) != epoch or len(self.known) > 50_000:
            self.known.clear()
            self.epochs[account_id] = epoch

    def forget(self) -> None:
        """After a rollback: ids learnt in it may not exist."""
        self.known.clear()


def do_receive_message(place: Place, message: IncomingMessage, cache: ContactCache) -> Received | None:
    """Store a message in its conversation; None when it is known already.

    A customer's message reopens as the inbox says; one typed on the phone never does.
    """
    contact_id, contact_inbox_id = _chat(place, message, cache)
    author_id = _author(place, message, contact_id)
    thread = _thread(place, message, contact_inbox_id, author_id)
    if thread is None:
        return None
    via = _via(message)
    message_id = messages.insert(place, message, contact_inbox_id, thread.id, author_id, via)
    if message_id is None:
        return None
    for position, file in enumerate(message.files):
        messages.insert_file(place, message_id, position, file.kind, file.path, file.url, file.name)
    unread = 0 if message.from_me or message.history else 1
    threads.touch(thread.id, message.at, unread=unread, waiting=not message.from_me, answered=message.from_me)
    if author_id is not None and not message.from_me:
        name = message.push_name if message.author else ""
        people.heard_from(author_id, message.at, name, message.source_id)
    if message.is_group:
        people.heard_from(contact_id, message.at, "", "")
    _record(place, message, message_id, thread)
    receipts.apply_waiting_receipts(place.channel_id, message.source_id)
    return Received(message_id, thread.id, contact_id)


def _chat(place: Place, message: IncomingMessage, cache: ContactCache) -> tuple[int, int]:
    key = (place.inbox_id, message.chat)
    known = cache.known.get(key)
    if known is None:
        kind = "group" if message.is_group else "person"
        contact_id, learnt = identity.do_resolve_contact(place.account_id, message.chat, kind)
        jid = message.chat[0].jid
        contact_inbox_id = people.ensure_contact_inbox(contact_id, place.inbox_id, jid, now_seconds())
        people.see_address(place.account_id, message.chat[0])
        known = cache.known[key] = (contact_id, contact_inbox_id)
        if learnt:
            for alias in message.chat:
                receipts.retry_for_alias(place, alias)
    return known


def _author(place: Place, message: IncomingMessage, chat_contact_id: int) -> int | None:
    if message.from_me:
        return None
    if not message.is_group or not message.author:
        return chat_contact_id  # of a group whose author nobody names: else each double would be a new one's
    author, learnt = identity.do_resolve_contact(place.account_id, message.author, "person")
    if learnt:
        for alias in message.author:
            receipts.retry_for_alias(place, alias)
    return author


def _via(message: IncomingMessage) -> str:
    if not message.from_me:
        return "contact"
    return "other" if is_api_id(message.source_id) else "phone"


def is_api_id(source_id: str) -> bool:
    """Whether a gateway made this id for a send through its API: `3EB0` and 18 hex digits (contract 4.1.2)."""
    return len(source_id) == 22 and source_id.startswith("3EB0")


def _thread(
    place: Place, message: IncomingMessage, contact_inbox_id: int, author_id: int | None
) -> Thread | None:
    """The conversation the message belongs to, reopened or made as needed; None for a double."""
    current = threads.find_unresolved(contact_inbox_id)
    if current is not None:
        # A customer's late message stays where somebody works: in a resolved conversation nobody would see it.
        from_customer = not message.from_me and not message.history
        if from_customer or message.at >= current.opened_at:
            return current
        return threads.find_by_span(contact_inbox_id, message.at) or current
    if messages.exists(place.channel_id, contact_inbox_id, message, author_id):
        return None
    return _resolved_thread(place, message, contact_inbox_id) or _new_thread(place, message, contact_inbox_id)


def _resolved_thread(place: Place, message: IncomingMessage, contact_inbox_id: int) -> Thread | None:
    spanning = threads.find_by_span(contact_inbox_id, message.at)
    found = spanning or threads.find_newest(contact_inbox_id)
    if found is None or message.from_me or message.history:
        return found
    if place.after_resolved == "new" and spanning is None:
        return None
    status = "pending" if place.after_resolved == "pending" else "open"
    threads.reopen(found.id, status)
    _record_thread(facts.CONVERSATION_CHANGED, place, found, status)
    return found


def _new_thread(place: Place, message: IncomingMessage, contact_inbox_id: int) -> Thread:
    status = "pending" if place.after_resolved == "pending" else "open"
    made = threads.insert(place.account_id, place.inbox_id, contact_inbox_id, status, message.at)
    if made is not None:
        _record_thread(facts.CONVERSATION_CREATED, place, made, status)
        return made
    other = threads.find_unresolved(contact_inbox_id)  # somebody was quicker; the index kept it to one
    assert other is not None
    return other


def _record(place: Place, message: IncomingMessage, message_id: int, thread: Thread) -> None:
    incoming = not message.from_me
    ring = incoming and not message.history and now_seconds() - message.at < RING_WITHIN
    facts.record(
        facts.MESSAGE_CREATED,
        account=place.account_id,
        inbox=place.inbox_id,
        conversation=thread.id,
        message=message_id,
        display_id=thread.display_id,
        incoming=incoming,
        ring=ring,
    )


def _record_thread(kind: str, place: Place, thread: Thread, status: str) -> None:
    facts.record(
        kind,
        account=place.account_id,
        inbox=place.inbox_id,
        conversation=thread.id,
        display_id=thread.display_id,
        status=status,
    )
