"""Reads of the inbox. Each takes a Viewer or a row that a guarded getter gave; none writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from django.db.models import Count, Q, QuerySet

from rookery import journal
from rookery.accounts.models import Account, Membership, User
from rookery.channels.models import Channel, DeviceState
from rookery.conversations import access
from rookery.conversations.access import Viewer
from rookery.conversations.models import (
    Address,
    Attachment,
    Contact,
    Conversation,
    GroupMember,
    Inbox,
    Message,
)
from rookery.db import statements
from rookery.db.prepared import Prepared

PAGE = 30
ROWS = 25
MOST_CHANGES = 200

# Asked for with every bubble that comes in live.
_THESE = Prepared(
    lambda conversation, ids: (
        Message.objects.filter(conversation_id=conversation, pk__in=ids)
        .select_related("author", "user", "conversation")
        .order_by("at", "tie")
    )
)
_LAST = Prepared(lambda ids: Message.objects.filter(pk__in=ids).select_related("author", "user"))
_FILES = Prepared(
    lambda messages: (
        Attachment.objects.filter(message_id__in=messages).select_related("blob").order_by("position", "id")
    )
)
_ASSIGNABLE = Prepared(
    lambda account, inbox: (
        User.objects.filter(
            Q(memberships__role=Membership.Role.ADMINISTRATOR) | Q(inbox_memberships__inbox_id=inbox),
            memberships__account_id=account,
            is_active=True,
        )
        .distinct()
        .order_by("name", "pk")
    )
)
_UNREAD = (
    "SELECT COUNT(*) FROM conversations_conversation"
    " WHERE account_id = %s AND unread_count > 0 AND status <> 'resolved' AND merged_into_id IS NULL"
)

Position = tuple[int, str]
"""A place in a conversation: (second, tie)."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations: `status` one of open, pending, snoozed, resolved, all; `assignee` mine, unassigned, assigned, all."""

    status: str = "open"
    assignee: str = "all"
    inbox_id: int | None = None
    team_id: int | None = None
    labels: Sequence[str] = field(default_factory=tuple)
    query: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Conversations per tab, whatever tab is open."""

    mine: int
    assigned: int
    unassigned: int
    all: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What a conversation's page lacks since its cursor; `reset`: the journal no longer reaches back that far.

    `gone`: client references of bubbles to take away (a twin that was absorbed).
    """

    messages: list[Message]
    cursor: int
    reset: bool = False
    gone: tuple[str, ...] = ()


def conversations(viewer: Viewer, wanted: Filter) -> QuerySet[Conversation]:
    """The viewer's conversations that match, without the assignee's part."""
    rows = Conversation.objects.filter(
        access.visible(viewer), account_id=viewer.account.pk, merged_into__isnull=True
    )
    if wanted.query:
        rows = rows.filter(_matches(wanted.query))
    elif wanted.status != "all":
        rows = rows.filter(status=wanted.status)
    if wanted.inbox_id is not None:
        rows = rows.filter(inbox_id=wanted.inbox_id)
    if wanted.team_id is not None:
        rows = rows.filter(team_id=wanted.team_id)
    if wanted.labels:
        rows = rows.filter(labels__title__in=wanted.labels).distinct()
    return rows


def list_conversations(
    viewer: Viewer, wanted: Filter, *, offset: int = 0, limit: int = ROWS, order: Sequence[str] = ()
) -> list[Conversation]:
    """Newest activity first (or by `order`), each with `.last_message` (Message or None) set."""
    if offset or order or wanted.query or wanted.labels or wanted.team_id is not None:
        found = list(_listed(viewer, wanted, order)[offset : offset + limit])
    else:
        of_agent, of_inbox = viewer.inbox_ids is not None, wanted.inbox_id is not None
        rows = _rows(wanted.status, wanted.assignee, of_agent, of_inbox, limit)
        own = sorted(viewer.inbox_ids) if viewer.inbox_ids is not None else [0]
        found = rows(viewer.account.pk, viewer.user.pk, own, wanted.inbox_id or 0)
    attach_last_messages(found)
    return found


def _listed(viewer: Viewer, wanted: Filter, order: Sequence[str] = ()) -> QuerySet[Conversation]:
    rows = conversations(viewer, wanted).filter(_assigned(viewer, wanted.assignee))
    rows = rows.select_related("contact", "inbox", "assignee", "contact_inbox")
    return rows.order_by(*(order or ("-last_activity_at", "-id")))


@lru_cache(maxsize=64)
def _rows(status: str, assignee: str, of_agent: bool, of_inbox: bool, limit: int) -> Prepared[Conversation]:
    """The list as open pages ask for it, by account, user, the agent's inboxes and the wanted inbox."""

    def build(account: int, user: int, own: Sequence[int], inbox: int) -> QuerySet[Conversation]:
        somebody = Viewer(User(pk=user), Account(pk=account), "", frozenset(own) if of_agent else None)
        wanted = Filter(status, assignee, inbox if of_inbox else None)
        return _listed(somebody, wanted)[:limit]

    return Prepared(build)


def attach_last_messages(found: Iterable[Conversation]) -> None:
    """Set `.last_message` on each conversation, with its parts."""
    rows = list(found)
    ids = [row.last_message_id for row in rows if row.last_message_id]
    loaded = {row.pk: row for row in _LAST(ids)}
    _attach_parts(list(loaded.values()))
    for row in rows:
        last = row.last_message = loaded.get(row.last_message_id or 0)  # type: ignore[attr-defined]
        if last is not None:
            last.conversation = row


def count_conversations(viewer: Viewer, wanted: Filter) -> Counts:
    """Counts for the tabs; they ignore the assignee's part of the filter."""
    got: dict[str, Any] = conversations(viewer, wanted).aggregate(
        mine=Count("pk", filter=Q(assignee_id=viewer.user.pk), distinct=True),
        assigned=Count("pk", filter=Q(assignee_id__isnull=False), distinct=True),
        all=Count("pk", distinct=True),
    )
    return Counts(got["mine"], got["assigned"], got["all"] - got["assigned"], got["all"])


def count_unread(viewer: Viewer) -> int:
    """Unresolved conversations with unread messages that the viewer may see."""
    own = () if viewer.inbox_ids is None else tuple(viewer.inbox_ids)
    if viewer.inbox_ids is not None and not own:
        return 0
    among = f" AND inbox_id IN ({', '.join(['%s'] * len(own))})" if own else ""
    found = statements.one(_UNREAD + among, [viewer.account.pk, *own])
    return int(found[0]) if found else 0


def list_messages(
    conversation: Conversation, *, before: Position | None = None, limit: int = PAGE
) -> list[Message]:
    """The newest `limit` messages before a place, oldest first."""
    rows = Message.objects.filter(conversation_id=conversation.pk)
    if before is not None:
        rows = rows.filter(before_position(before))
    return list(reversed(with_parts(rows.order_by("-at", "-tie")[:limit])))


def list_chat(conversation: Conversation, before: Position, limit: int = PAGE) -> list[Message]:
    """As `list_messages`, over all conversations of the chat: what is older goes on in earlier ones."""
    rows = Message.objects.filter(before_position(before), contact_inbox_id=conversation.contact_inbox_id)
    return list(reversed(with_parts(rows.order_by("-at", "-tie")[:limit])))


def has_older(conversation: Conversation, before: Position) -> bool:
    """Whether the chat has messages before a place."""
    rows = Message.objects.filter(before_position(before), contact_inbox_id=conversation.contact_inbox_id)
    return rows.exists()


def list_messages_around(conversation: Conversation, message: Message, limit: int = PAGE) -> list[Message]:
    """A page with `message` near its middle, oldest first."""
    place = (message.at, message.tie)
    rows = Message.objects.filter(conversation_id=conversation.pk)
    earlier = with_parts(rows.filter(before_position(place)).order_by("-at", "-tie")[: limit // 2])
    later = with_parts(rows.exclude(before_position(place)).order_by("at", "tie")[: limit - limit // 2])
    return [*reversed(earlier), *later]


def list_changes(conversation: Conversation, since: int) -> Changes:
    """Messages created or changed after the journal id `since`, in order of their place."""
    seen = journal.of_conversation(conversation.pk, since, MOST_CHANGES + 1)
    if len(seen) > MOST_CHANGES or _forgotten(since):
        return Changes([], since, reset=True)
    ids = {message_id for _, message_id, _ in seen if message_id}
    gone = tuple(str(data["ref"]) for _, _, data in seen if data.get("gone") and "ref" in data)
    found = _THESE(conversation.pk, sorted(ids))
    _attach_parts(found)
    return Changes(found, seen[-1][0] if seen else since, gone=gone)


def with_parts(rows: QuerySet[Message]) -> list[Message]:
    """Load messages with all that a bubble shows: a fixed number of queries. Sets `.quoted` (Message or None)."""
    messages = list(rows.select_related("author", "user", "conversation"))
    _attach_parts(messages)
    return messages


def _attach_parts(messages: Sequence[Message]) -> None:
    """Attachments and what is quoted. Django's own prefetch makes a queryset for each message: twice the time."""
    files: dict[int, list[Attachment]] = {message.pk: [] for message in messages}
    for attachment in _FILES(list(files)):
        files[attachment.message_id].append(attachment)
    quoted = _quoted(messages)
    for message in messages:
        # What `message.attachments.all()` answers from now on; the place is Django's.
        message._prefetched_objects_cache = {"attachments": files[message.pk]}  # type: ignore[attr-defined]  # noqa: SLF001
        message.quoted = quoted.get((message.contact_inbox_id, message.quoted_source_id))  # type: ignore[attr-defined]
        if message.quoted is None and message.quoted_id:  # type: ignore[attr-defined]
            message.quoted = quoted.get(message.quoted_id)  # type: ignore[attr-defined]


def before_position(place: Position) -> Q:
    """Condition for messages before a place."""
    at, tie = place
    return Q(at__lt=at) | Q(at=at, tie__lt=tie)


def find_messages(conversation: Conversation, ids: Sequence[int]) -> list[Message]:
    """These messages of a conversation, in order of their place."""
    found = _THESE(conversation.pk, list(ids))
    _attach_parts(found)
    return found


def find_unresolved(account_id: int, inbox_id: int, keys: Sequence[tuple[str, str]]) -> int | None:
    """Key of the unresolved conversation with whoever owns one of these (kind, key) addresses."""
    owners = Q()
    for kind, key in keys:
        owners |= Q(kind=kind, key=key)
    contacts = Address.objects.filter(owners, account_id=account_id).values("contact_id")
    rows = Conversation.objects.filter(inbox_id=inbox_id, contact_id__in=contacts, merged_into__isnull=True)
    return rows.exclude(status="resolved").values_list("pk", flat=True).first()


def list_earlier_conversations(conversation: Conversation, limit: int = 5) -> list[Conversation]:
    """Other conversations of the same contact inbox, newest first."""
    rows = Conversation.objects.filter(
        contact_inbox_id=conversation.contact_inbox_id, merged_into__isnull=True
    )
    found = list(rows.exclude(pk=conversation.pk).order_by("-last_activity_at", "-id")[:limit])
    attach_last_messages(found)
    return found


def list_media(conversation: Conversation, limit: int = 8) -> list[Attachment]:
    """The newest stored pictures and videos of a conversation."""
    rows = Attachment.objects.filter(
        message__conversation_id=conversation.pk,
        state__in=["stored", "ready"],
        kind__in=["image", "video", "video_note"],
    )
    return list(rows.select_related("blob", "message").order_by("-message__at", "-id")[:limit])


def list_numbers(viewer: Viewer) -> list[Channel]:
    """The viewer's numbers, each with `.state` (newest DeviceState or None) set."""
    channels = list(access.channels(viewer).order_by("pk"))
    for channel in channels:
        newest = DeviceState.objects.filter(channel=channel).order_by("-since", "-id").first()
        channel.state = newest  # type: ignore[attr-defined]
    return channels


def list_threads(viewer: Viewer, contact: Contact, limit: int = 50) -> list[Conversation]:
    """A contact's conversations that the viewer may see, newest first."""
    rows = Conversation.objects.filter(
        access.visible(viewer),
        account_id=viewer.account.pk,
        contact_id=contact.pk,
        merged_into__isnull=True,
    )
    found = list(rows.select_related("inbox", "contact").order_by("-last_activity_at", "-id")[:limit])
    attach_last_messages(found)
    return found


def list_members(group: Contact, limit: int) -> list[GroupMember]:
    """Who is in a group now, those with a role first, each with its contact."""
    rows = GroupMember.objects.filter(group=group, present=True).select_related("contact")
    return list(rows.order_by("role", "contact__name", "pk")[:limit])


def list_groups(inbox: Inbox, limit: int = 200) -> list[tuple[str, Contact]]:
    """Groups that have written in an inbox, most recent first, each with the key of its address."""
    rows = Address.objects.filter(
        kind=Address.Kind.GROUP, contact__contact_inboxes__inbox=inbox, contact__merged_into__isnull=True
    )
    found = rows.select_related("contact").order_by("-contact__last_activity_at", "pk")[:limit]
    return [(address.key, address.contact) for address in found]


def list_assignable(viewer: Viewer, inbox: Inbox) -> list[Any]:
    """Users who may be given conversations of an inbox: its members and the account's administrators."""
    return list(_ASSIGNABLE(viewer.account.pk, inbox.pk))


def list_contacts(
    viewer: Viewer, query: str = "", *, offset: int = 0, limit: int = 15
) -> tuple[list[Contact], int]:
    """Listed contacts, most recent first, and how many there are."""
    rows = access.contacts(viewer)
    if query:
        rows = rows.filter(contact_matches(query))
    return list(rows.order_by("-last_activity_at", "-id")[offset : offset + limit]), rows.count()


def contact_matches(query: str, path: str = "") -> Q:
    """Condition: part of the name, push name, e-mail, identifier or number."""
    digits = "".join(part for part in query if part.isdigit())
    condition = Q(**{f"{path}name__icontains": query}) | Q(**{f"{path}push_name__icontains": query})
    condition |= Q(**{f"{path}email__icontains": query}) | Q(**{f"{path}identifier__contains": query})
    if len(digits) >= 3:
        condition |= Q(**{f"{path}phone__contains": digits})
    return condition


def _quoted(messages: Sequence[Message]) -> dict[Any, Message]:
    """What the messages quote, by (contact inbox, source id) and by key: the quoted one may have come later."""
    keys = {message.quoted_id for message in messages if message.quoted_id}
    sources = {message.quoted_source_id for message in messages if message.quoted_source_id}
    if not keys and not sources:
        return {}
    channels = {message.channel_id for message in messages}
    wanted = Q(pk__in=keys) | Q(channel_id__in=channels, source_id__in=sources)
    found: dict[Any, Message] = {}
    rows = Message.objects.filter(wanted).select_related("author", "user").prefetch_related("attachments")
    for row in rows.order_by("pk"):
        found[row.pk] = row
        found[row.contact_inbox_id, row.source_id] = row
    return found


def _matches(query: str) -> Q:
    # What was deleted for everyone is not found: else the search would tell what it said.
    texts = Message.objects.filter(content__icontains=query, revoked_at__isnull=True).values(
        "conversation_id"
    )
    return contact_matches(query, "contact__") | Q(pk__in=texts)


def _assigned(viewer: Viewer, assignee: str) -> Q:
    return {
        "mine": Q(assignee_id=viewer.user.pk),
        "unassigned": Q(assignee_id__isnull=True),
        "assigned": Q(assignee_id__isnull=False),
    }.get(assignee, Q())


def _forgotten(since: int) -> bool:
    """Whether facts after `since` may have been pruned."""
    oldest = journal.oldest_id()
    return oldest is not None and since + 1 < oldest and since > 0
