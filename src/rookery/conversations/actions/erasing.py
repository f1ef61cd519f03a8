"""Forgetting for good: a message, a conversation, a person.

What was erased leaves tombstones, so that neither a replay nor catch-up brings it back, an audit entry without its
texts, and an `Erasure`, by which the raw bodies that hold it are found and deleted (`ops.scrubbing`). Long ones go in
short writes; one that is interrupted is finished by doing it again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, Literal

from django.db.models import F, Q, QuerySet

from rookery import db
from rookery.accounts.models import Account, AuditEntry, User
from rookery.conversations import facts
from rookery.conversations.actions import identity_lock
from rookery.conversations.errors import Refused
from rookery.conversations.models import (
    Address,
    Contact,
    Conversation,
    Erasure,
    GroupChange,
    Message,
    PendingChange,
)
from rookery.conversations.store import erasing as rows
from rookery.conversations.store import threads
from rookery.db.fields import now_millis

BATCH = 50
"""Messages a write: about what the gate may be held for."""
AT_ONCE = 500
"""More messages are erased by the worker, while nobody waits."""

Kind = Literal["contact", "conversation"]


def do_ask(kind: Kind, pk: int, by: User) -> None:
    """Erase a contact or conversation: at once if it is short, else within a minute. Raises Refused("being_sent")."""
    messages = _messages(kind, pk)
    if messages.count() <= AT_ONCE:
        _DO[kind](pk, by)
        return
    table = Contact if kind == "contact" else Conversation
    account_id = table.objects.values_list("account_id", flat=True).get(pk=pk)
    with db.write():
        if not Erasure.objects.filter(kind=kind, target_id=pk).exists():
            Erasure.objects.create(
                account_id=account_id, kind=kind, target_id=pk, by=by, created_ms=now_millis()
            )


def do_finish() -> int:
    """Do what was asked for and took too long for the one who asked; how many. Long; not inside `db.write()`."""
    asked = list(Erasure.objects.exclude(kind="").select_related("by").order_by("pk"))
    done = 0
    for one in asked:
        try:
            _DO[one.kind](one.target_id or 0, one.by)
        except Refused:
            continue  # something of it is on its way out: next time
        with db.write():
            one.delete()
        done += 1
    return done


def do_erase_message(message_id: int, by: User | None) -> bool:
    """Erase one message. False when there is none. Raises Refused("being_sent") while it is on its way out."""
    account_id = Message.objects.filter(pk=message_id).values_list("account_id", flat=True).first()
    if account_id is None:
        return False
    with db.write():
        erased = _erase(account_id, Message.objects.filter(pk=message_id), 1)
        if erased:
            _audit(account_id, by, "message", message_id, messages=1)
    return bool(erased)


def do_erase_conversation(conversation_id: int, by: User | None) -> bool:
    """Erase a conversation (by its key) with its messages, and those that were joined into it.

    False when there is none. Raises Refused("being_sent").
    """
    account_id = Conversation.objects.filter(pk=conversation_id).values_list("account_id", flat=True).first()
    if account_id is None:
        return False
    ids = _with_joined(Conversation.objects.all(), conversation_id)
    messages = _messages("conversation", conversation_id)
    count = _erase_all(account_id, messages)
    with db.write():
        count += len(_erase(account_id, messages, None))
        _delete_conversations(Conversation.objects.filter(pk__in=ids))
        _audit(account_id, by, "conversation", conversation_id, messages=count)
    return True


def do_erase_contact(contact_id: int, by: User | None) -> bool:
    """Erase a person or group, and whom it was joined with: conversations, what they wrote in groups, reactions,
    receipts, addresses, picture. False when there is none. Raises Refused("being_sent").

    What others wrote about them stays, and so does a person's name in what others' phones sent.
    """
    account_id = Contact.objects.filter(pk=contact_id).values_list("account_id", flat=True).first()
    if account_id is None:
        return False
    ids = _with_joined(Contact.objects.all(), contact_id)
    messages = _messages("contact", contact_id)
    count = _erase_all(account_id, messages)
    with db.write():
        count += len(_erase(account_id, messages, None))
        _renew_caches(account_id)
        _forget_people(account_id, ids)
        _audit(account_id, by, "contact", contact_id, messages=count)
    return True


_DO: Final[Mapping[str, Callable[[int, User | None], bool]]] = {
    "contact": do_erase_contact,
    "conversation": do_erase_conversation,
}


def _messages(kind: Kind, pk: int) -> QuerySet[Message]:
    """Everything that goes with it."""
    if kind == "conversation":
        return Message.objects.filter(conversation_id__in=_with_joined(Conversation.objects.all(), pk))
    ids = _with_joined(Contact.objects.all(), pk)
    return Message.objects.filter(Q(contact_inbox__contact_id__in=ids) | Q(author_id__in=ids))


def _erase_all(account_id: int, messages: QuerySet[Message]) -> int:
    """Erase all but what comes in meanwhile; how many."""
    if messages.filter(state=Message.State.SENDING).exists():
        raise Refused("being_sent")
    count = 0
    while True:
        with db.write():
            erased = len(_erase(account_id, messages, BATCH))
        count += erased
        if erased < BATCH:
            return count


def _erase(account_id: int, messages: QuerySet[Message], limit: int | None) -> list[rows.Erased]:
    """Erase up to `limit` messages (None: all) in the caller's write, which has the account's chats for itself: nobody
    who asked before for a tombstone stores a double after it."""
    identity_lock.have_alone(account_id)
    taken = rows.take(messages, limit)
    if not taken:
        return []
    ids = [one.id for one in taken]
    if Message.objects.filter(pk__in=ids, state=Message.State.SENDING).exists():
        raise Refused("being_sent")
    rows.remember(taken)
    _search(account_id, {one.source_id for one in taken if one.source_id})
    rows.delete(taken)
    for conversation_id in sorted({one.conversation_id for one in taken}):
        threads.recount(conversation_id)
    _renew_caches(account_id)
    return taken


def _renew_caches(account_id: int) -> None:
    """Whoever keeps ids of contacts, or that nothing was ever erased, reads that anew."""
    Account.objects.filter(pk=account_id).update(identity_epoch=F("identity_epoch") + 1)


def _delete_conversations(conversations: QuerySet[Conversation]) -> None:
    for pk, account_id, inbox_id, display_id in list(
        conversations.order_by("pk").values_list("pk", "account_id", "inbox_id", "display_id")
    ):
        facts.record(
            facts.CONVERSATION_CHANGED,
            account=account_id,
            inbox=inbox_id,
            conversation=pk,
            display_id=display_id,
            erased=True,
        )
    # From the ends: a row that loses what it was joined into would be one more unresolved conversation of its chat.
    while ends := list(
        conversations.exclude(
            pk__in=Conversation.objects.filter(merged_into__isnull=False).values("merged_into_id")
        ).values_list("pk", flat=True)
    ):
        Conversation.objects.filter(pk__in=ends).delete()


def _forget_people(account_id: int, ids: Collection[int]) -> None:
    people = Contact.objects.filter(pk__in=ids)
    addresses = list(Address.objects.filter(contact_id__in=ids).values_list("kind", "key", "jid"))
    keys = {kind: {key for of, key, _ in addresses if of == kind} for kind in ("pn", "lid", "group")}
    _search(account_id, {jid.partition("@")[0] for _, _, jid in addresses} | {key for _, key, _ in addresses})
    claims = Q(claimant_pn__in=keys["pn"]) | Q(claimant_lid__in=keys["lid"])
    channels = list(Account.objects.get(pk=account_id).channels.values_list("pk", flat=True))
    PendingChange.objects.filter(claims, channel_id__in=channels).delete()
    for kind, those in keys.items():
        GroupChange.objects.filter(channel_id__in=channels, kind=kind, key__in=those).delete()
    rows.tell(Message.objects.filter(reactions__contact_id__in=ids).distinct())
    _delete_conversations(Conversation.objects.filter(contact_id__in=ids))
    for key in people.values_list("avatar_key", flat=True):
        rows.forget(key)
    people.delete()
    for contact_id in sorted(ids):
        facts.record(facts.CONTACT_CHANGED, account=account_id, contact=contact_id, erased=True)


def _with_joined(all_rows: QuerySet[Contact] | QuerySet[Conversation], pk: int) -> list[int]:
    """This row and all that were joined into it, at any depth."""
    found, news = {pk}, {pk}
    while news:
        news = set(all_rows.filter(merged_into_id__in=news).values_list("pk", flat=True)) - found
        found |= news
    return sorted(found)


def _search(account_id: int, needles: Iterable[str]) -> None:
    """Have the raw bodies searched for these."""
    wanted = sorted({one for one in needles if one})
    if wanted:
        Erasure.objects.create(account_id=account_id, needles=wanted, created_ms=now_millis())


def _audit(account_id: int, by: User | None, kind: str, pk: int, **data: int) -> None:
    AuditEntry.objects.create(
        account_id=account_id, actor=by, action=f"{kind}.erased", target_kind=kind, target_id=pk, data=data
    )
