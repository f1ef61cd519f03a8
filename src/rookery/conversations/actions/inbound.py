"""What comes from WhatsApp becomes messages.

Idempotent and without assumptions about order: each action may see its event twice, late, or before the one
it refers to, and ends in the same state.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rookery import db
from rookery.conversations import facts
from rookery.conversations.actions import claims, group_life, identity, names, waiting_room
from rookery.conversations.actions.contact_cache import ContactCache
from rookery.conversations.incoming import IncomingMessage, Place
from rookery.conversations.models import Conversation, Message
from rookery.conversations.store import changes, messages, people, threads, tombstones, waiting
from rookery.conversations.store.threads import Mark, Thread
from rookery.db.fields import now_seconds

RING_WITHIN = 300  # seconds: after a backlog nothing older rings

__all__ = ["ContactCache", "Received", "do_enrich", "do_receive_message", "is_api_id"]

_NO_SUBJECT = re.compile(r"Group [0-9-]+")  # what a gateway calls a group whose subject it does not know


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was stored now."""

    message_id: int
    conversation_id: int
    contact_id: int


def do_receive_message(place: Place, message: IncomingMessage, cache: ContactCache) -> Received | None:
    """Store a message in its conversation; None when it is known already, or was erased here.

    A customer's message reopens as the inbox says; one typed on the phone, an old one and a call never do. A double
    that tells more than the stored one (a kind we understand by now) improves it.
    """
    if _is_erased(place, message, cache):
        return None
    contact_id, contact_inbox_id = _chat(place, message, cache)
    author_id = _author(place, message, contact_id, cache)
    thread = _thread(place, message, contact_id, contact_inbox_id, author_id)
    via = _via(message)
    message_id = (
        messages.insert(place, message, contact_inbox_id, thread.id, author_id, via) if thread else None
    )
    if thread is None or message_id is None:
        _improve(place, message, contact_inbox_id, author_id)
        return None
    _store_files(place, message_id, message)
    mark = _touch(thread.id, message)
    _hear(place, message, contact_id, author_id)
    if "referral" in message.details:
        _keep_referral(thread.id)
    _record(place, message, message_id, thread, mark)
    claimed, twins = waiting.expects(place.channel_id, contact_inbox_id, message.source_id, message_id)
    if twins:
        changes.copy_reactions(message_id)
    if claimed:
        waiting_room.do_meet(claims.court(place), place.channel_id, message.source_id)
    return Received(message_id, thread.id, contact_id)


def do_enrich(message_id: int, text: str) -> bool:
    """An empty message turned out to be an answer by button or list: show the text that the gateway's record has.

    False when the message is none that came without content.
    """
    with db.write():
        enriched = Message.objects.filter(pk=message_id, kind="unsupported", unsupported="empty").update(
            kind="text", unsupported="", details={"answer": True}
        )
        if enriched:
            changes.set_first_text(message_id, text)
            changes.changed(message_id)
            message = Message.objects.select_related("conversation").get(pk=message_id)
            facts.record(
                facts.MESSAGE_CHANGED,
                account=message.account_id,
                inbox=message.inbox_id,
                conversation=message.conversation_id,
                message=message_id,
                display_id=message.conversation.display_id,
            )
    return bool(enriched)


def is_api_id(source_id: str) -> bool:
    """Whether a gateway made this id for a send through its API: `3EB0` and 18 hex digits (contract 4.1.2)."""
    return len(source_id) == 22 and source_id.startswith("3EB0")


def _is_erased(place: Place, message: IncomingMessage, cache: ContactCache) -> bool:
    if not cache.has_tombstones(place.channel_id):
        return False
    keys = [(alias.kind, alias.key) for alias in message.chat]
    return tombstones.is_erased(place.channel_id, keys, message.source_id)


def _chat(place: Place, message: IncomingMessage, cache: ContactCache) -> tuple[int, int]:
    key = (place.inbox_id, message.chat)
    known = cache.known.get(key)
    if known is None:
        kind = "group" if message.is_group else "person"
        contact_id, learnt = identity.do_resolve_contact(place.account_id, message.chat, kind)
        jid = message.chat[0].jid
        contact_inbox_id = people.ensure_contact_inbox(contact_id, place.inbox_id, jid, now_seconds())
        if learnt:
            cache.learn(place.account_id, contact_id)
            # Joining chats may have put another row in its place.
            contact_inbox_id = people.ensure_contact_inbox(contact_id, place.inbox_id, jid, now_seconds())
        known = cache.known[key] = (contact_id, contact_inbox_id)
    return known


def _author(place: Place, message: IncomingMessage, chat_contact_id: int, cache: ContactCache) -> int | None:
    if message.from_me:
        return None
    if not message.is_group or not message.author:
        return chat_contact_id  # of a group whose author nobody names: else each double would be a new one's
    author, learnt = identity.do_resolve_contact(place.account_id, message.author, "person")
    if learnt:
        cache.learn(place.account_id, author)
    return author


def _via(message: IncomingMessage) -> str:
    if not message.from_me:
        return "contact"
    return "other" if is_api_id(message.source_id) else "phone"


def _thread(
    place: Place,
    message: IncomingMessage,
    contact_id: int,
    contact_inbox_id: int,
    author_id: int | None,
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
    found = _resolved_thread(place, message, contact_inbox_id)
    if found is not None:
        return found
    made, is_new = _new_thread(place, message, contact_inbox_id)
    if is_new and message.is_group:
        group_life.show_history(place, contact_id, contact_inbox_id)
    return made


def _resolved_thread(place: Place, message: IncomingMessage, contact_inbox_id: int) -> Thread | None:
    spanning = threads.find_by_span(contact_inbox_id, message.at)
    found = spanning or threads.find_newest(contact_inbox_id)
    if found is None or message.history:
        return found
    untouched = found.resolved_at is None  # old messages alone: nobody resolved it
    if not untouched and (message.from_me or message.kind == "call"):
        return found
    if place.after_resolved == "new" and spanning is None and not untouched:
        return None
    _reopen(place, found)
    return found


def _reopen(place: Place, thread: Thread) -> None:
    status = "pending" if place.after_resolved == "pending" else "open"
    threads.reopen(thread.id, status)
    _record_thread(facts.CONVERSATION_CHANGED, place, thread, status)


def _new_thread(place: Place, message: IncomingMessage, contact_inbox_id: int) -> tuple[Thread, bool]:
    status = "pending" if place.after_resolved == "pending" else "open"
    if message.history:
        status = "resolved"
    made = threads.insert(place.account_id, place.inbox_id, contact_inbox_id, status, message.at)
    if made is not None:
        _record_thread(facts.CONVERSATION_CREATED, place, made, status)
        return made, True
    other = threads.find_unresolved(contact_inbox_id)  # somebody was quicker; the index kept it to one
    assert other is not None
    return other, False


def _store_files(place: Place, message_id: int, message: IncomingMessage) -> None:
    for position, file in enumerate(message.files):
        messages.insert_file(place, message_id, position, file.kind, file.path, file.url, file.name)


def _touch(conversation_id: int, message: IncomingMessage) -> Mark:
    counts = not message.from_me and not message.history
    here = (message.at, message.source_id)
    mark = threads.touch(
        conversation_id,
        message.at,
        tie=message.source_id,
        unread=int(counts),
        waiting=counts,
        answered=message.from_me,
    )
    if counts and (mark.phone_at, mark.phone_tie) < here <= (mark.at, mark.tie):
        # An agent has read beyond it, but has not seen it: it comes late.
        at, tie = max((message.at, ""), (mark.phone_at, mark.phone_tie))
        mark = mark._replace(unread=threads.unread_from(conversation_id, at, tie))
    return mark


def _hear(place: Place, message: IncomingMessage, contact_id: int, author_id: int | None) -> None:
    """Who was active when, and what they are called."""
    at, event_id, account_id = message.at, message.source_id, place.account_id
    if message.is_group:
        people.heard_from(contact_id, at, "", "")
    if author_id is not None and message.author:
        shown = names.clean(message.push_name)
        again = bool(shown) and people.heard_again(author_id, at, shown, event_id)
        if not again:
            people.heard_from(author_id, at, "", "")
        if shown and not again:
            names.do_heard_push_name(author_id, message.push_name, at, event_id, account_id=account_id)
        if message.saved_name:
            names.do_heard_saved_name(author_id, message.saved_name, at, event_id, account_id=account_id)
    if message.chat_name and not _NO_SUBJECT.fullmatch(message.chat_name):
        names.do_heard_saved_name(contact_id, message.chat_name, at, event_id, account_id=account_id)


def _keep_referral(conversation_id: int) -> None:
    """The advertisement that the conversation began with: the first message's that has one."""
    rows = Message.objects.filter(conversation_id=conversation_id, details__referral__isnull=False)
    first = rows.order_by("at", "tie").first()
    conversation = Conversation.objects.select_for_update(no_key=True).get(pk=conversation_id)
    if first is not None:
        conversation.additional_attributes["referral"] = first.details["referral"]
        conversation.save(update_fields=["additional_attributes"])


def _improve(place: Place, message: IncomingMessage, contact_inbox_id: int, author_id: int | None) -> None:
    """A double may know more than what is stored."""
    better = messages.improve(place, message, contact_inbox_id, author_id)
    if better is None:
        return
    message_id, conversation_id = better
    changes.set_first_text(message_id, message.content)
    if not messages.has_files(message_id):
        _store_files(place, message_id, message)
    if not message.history and threads.find_unresolved(contact_inbox_id) is None:
        thread = threads.get(conversation_id)
        if thread.resolved_at is None:
            _reopen(place, thread)
    threads.recount(conversation_id)
    thread = threads.get(conversation_id)
    facts.record(
        facts.MESSAGE_CHANGED,
        account=place.account_id,
        inbox=place.inbox_id,
        conversation=conversation_id,
        message=message_id,
        display_id=thread.display_id,
    )


def _record(place: Place, message: IncomingMessage, message_id: int, thread: Thread, mark: Mark) -> None:
    """`ring`: a page may make a sound. `notice`: caught up with after an outage, and the conversation's first such."""
    incoming = not message.from_me
    live = message.origin == "live" and message.kind != "call"
    ring = incoming and live and now_seconds() - message.at < RING_WITHIN
    notice = {"notice": incoming and mark.unread == 1} if message.origin == "gap" else {}
    facts.record(
        facts.MESSAGE_CREATED,
        account=place.account_id,
        inbox=place.inbox_id,
        conversation=thread.id,
        message=message_id,
        display_id=thread.display_id,
        incoming=incoming,
        ring=ring,
        **notice,
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
