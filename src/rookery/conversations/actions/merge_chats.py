"""The chats of two contacts become one in every inbox, in order of time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from rookery.conversations import facts
from rookery.conversations.actions.merge_ledger import Ledger
from rookery.conversations.actions.merge_rows import fuse
from rookery.conversations.models import ChatLabel, ContactInbox, Conversation, Inbox, Message
from rookery.conversations.store import sql, threads
from rookery.db.fields import now_seconds

Status = Conversation.Status
Joined: TypeAlias = tuple[int, int]
"""Two conversations that became one: the key of the one that stays, the key of the other."""

_ORDER = (Status.OPEN, Status.PENDING, Status.SNOOZED, Status.RESOLVED)

_TWINS_ACROSS = (
    "SELECT a.id, b.id FROM conversations_message b JOIN conversations_message a ON a.channel_id = b.channel_id"
    " AND a.source_id = b.source_id AND a.direction = b.direction AND a.contact_inbox_id = %s"
    " AND COALESCE(a.author_id, 0) = COALESCE(b.author_id, 0)"
    " WHERE b.contact_inbox_id = %s AND b.direction IN ('in', 'out') AND b.source_id IS NOT NULL ORDER BY b.id"
)
_TWINS_IN_GROUPS = (
    "SELECT a.id, b.id FROM conversations_message b JOIN conversations_message a ON a.channel_id = b.channel_id"
    " AND a.source_id = b.source_id AND a.contact_inbox_id = b.contact_inbox_id AND a.direction = 'in'"
    " AND a.author_id = %s WHERE b.author_id = %s AND b.direction = 'in' ORDER BY b.id"
)
_ANSWERS = (
    "SELECT a.id, q.id FROM conversations_message a JOIN conversations_message q"
    " ON q.channel_id = a.channel_id AND q.source_id = a.quoted_source_id AND q.contact_inbox_id = a.contact_inbox_id"
    " WHERE a.contact_inbox_id = %s AND a.quoted_id IS NULL AND a.quoted_source_id <> '' ORDER BY a.id, q.id DESC"
)


def join_authors(ledger: Ledger, keep_id: int, merge_id: int) -> None:
    """What the merged contact wrote, in groups too, was written by the kept one."""
    _fuse_all(ledger, _TWINS_IN_GROUPS, keep_id, merge_id)
    written = Message.objects.filter(author_id=merge_id).order_by("pk").values_list("pk", flat=True)
    ledger.move(Message, list(written), "author_id", merge_id, keep_id)


def join_chats(ledger: Ledger, keep_id: int, merge_id: int) -> list[Joined]:
    """The merged contact's place in each inbox: moves when the kept one has none there, else is emptied into it."""
    joined = []
    kept = {row.inbox_id: row for row in _locked(keep_id)}
    for theirs in _locked(merge_id):
        mine = kept.get(theirs.inbox_id)
        if mine is None:
            ledger.change(theirs, contact_id=keep_id)
            ids = list(Conversation.objects.filter(contact_inbox=theirs).values_list("pk", flat=True))
            ledger.move(Conversation, ids, "contact_id", merge_id, keep_id)
        else:
            joined += _join(ledger, mine, theirs, keep_id, merge_id)
    return joined


def part_chats(joined: Sequence[Sequence[int]]) -> None:
    """After the ledger was taken back: conversations that were one are two again.

    What came since lies in the first, but under the kept contact's address, and goes to that contact's conversation.
    """
    for stays_id, gone_id in joined:
        rows = {row.pk: row for row in Conversation.objects.filter(pk__in=(stays_id, gone_id))}
        if len(rows) < 2:
            continue
        stays, gone = rows[stays_id], rows[gone_id]
        if gone.merged_into_id is not None:  # another one is worked on in its place meanwhile
            changes = {"merged_into": None, "status": Status.RESOLVED, "resolved_at": now_seconds()}
            Conversation.objects.filter(pk=gone.pk).update(**changes)
        later = Message.objects.filter(conversation=stays, contact_inbox_id=gone.contact_inbox_id)
        later.exclude(contact_inbox_id=stays.contact_inbox_id).update(conversation=gone)


def tell(conversation_ids: Sequence[int]) -> None:
    """Facts for the pages that show these conversations."""
    rows = Conversation.objects.filter(pk__in=conversation_ids).select_related("merged_into").order_by("pk")
    for row in rows:
        data: dict[str, Any] = {"merged_into": row.merged_into.display_id} if row.merged_into else {}
        facts.record(
            facts.CONVERSATION_CHANGED,
            account=row.account_id,
            inbox=row.inbox_id,
            conversation=row.pk,
            display_id=row.display_id,
            reset=True,
            **data,
        )


def plan(
    mine: Sequence[Conversation], theirs: Sequence[Conversation]
) -> tuple[Conversation, list[Conversation]] | None:
    """Of the conversations of one person in one inbox under two names: which stays, and which become part of it.

    Two that are worked on: the older display id stays, unless only the other has an assignee. One that nobody ever
    worked on, because it holds old messages alone, joins as well. None: each stays for itself.
    """
    mine, theirs = [row for row in mine if _joins(row)], [row for row in theirs if _joins(row)]
    if not mine or not theirs:
        return None
    ranked = sorted((*mine, *theirs), key=lambda row: (row.status == Status.RESOLVED, row.display_id))
    older, newer = ranked[:2]
    if newer.status != Status.RESOLVED and newer.assignee_id and not older.assignee_id:
        ranked[:2] = newer, older
    return ranked[0], ranked[1:]


def _joins(row: Conversation) -> bool:
    if row.merged_into_id is not None:
        return False
    only_old = row.resolved_at is None and row.inbox.after_resolved != Inbox.Resolved.NEW
    return row.status != Status.RESOLVED or only_old


def _join(
    ledger: Ledger, mine: ContactInbox, theirs: ContactInbox, keep_id: int, merge_id: int
) -> list[Joined]:
    if _newest_incoming(theirs) > _newest_incoming(mine):
        ledger.change(
            mine, jid=theirs.jid
        )  # of two numbers the one that wrote last, until the aliases say better
    _fuse_all(ledger, _TWINS_ACROSS, mine.pk, theirs.pk)
    _join_labels(ledger, mine, theirs)
    joined: list[Joined] = []
    if (planned := plan(_threads(mine), _threads(theirs))) is not None:
        stays, others = planned
        joined = [_absorb(ledger, stays, gone) for gone in others]
    rows = Conversation.objects.filter(contact_inbox=theirs).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    ledger.move(Conversation, ids, "contact_id", merge_id, keep_id)
    ledger.move(Conversation, ids, "contact_inbox_id", theirs.pk, mine.pk)
    messages = Message.objects.filter(contact_inbox=theirs).order_by("pk").values_list("pk", flat=True)
    ledger.move(Message, list(messages), "contact_inbox_id", theirs.pk, mine.pk)
    answers: dict[int, int] = dict(sql.rows(_ANSWERS, [mine.pk]))
    for pk, quoted in answers.items():
        ledger.move(Message, [pk], "quoted_id", None, quoted)
    for conversation_id in Conversation.objects.filter(contact_inbox=mine).values_list("pk", flat=True):
        threads.recount(conversation_id)
    return joined


def _absorb(ledger: Ledger, stays: Conversation, gone: Conversation) -> Joined:
    ledger.change(gone, merged_into_id=stays.pk)
    moved = Message.objects.filter(conversation=gone).order_by("pk").values_list("pk", flat=True)
    ledger.move(Message, list(moved), "conversation_id", gone.pk, stays.pk)
    status = min(stays.status, gone.status, key=lambda one: _ORDER.index(Status(one)))
    snoozed = _least(stays.snoozed_until, gone.snoozed_until) if status == Status.SNOOZED else None
    phone = max((stays.phone_read_at, stays.phone_read_tie), (gone.phone_read_at, gone.phone_read_tie))
    read = max(phone, _read_by_all(stays, gone))
    ledger.change(
        stays,
        status=status,
        snoozed_until=snoozed,
        assignee_id=stays.assignee_id or gone.assignee_id,
        team_id=stays.team_id or gone.team_id,
        priority=stays.priority or gone.priority,
        custom_attributes={**gone.custom_attributes, **stays.custom_attributes},
        additional_attributes=_began(stays, {**gone.additional_attributes, **stays.additional_attributes}),
        read_at=read[0],
        read_tie=read[1],
        phone_read_at=phone[0],
        phone_read_tie=phone[1],
        created_at=min(stays.created_at, gone.created_at),
        first_reply_at=_least(stays.first_reply_at, gone.first_reply_at),
        agent_last_seen_at=max(stays.agent_last_seen_at, gone.agent_last_seen_at),
        assignee_last_seen_at=max(stays.assignee_last_seen_at, gone.assignee_last_seen_at),
    )
    have = set(stays.labels.values_list("pk", flat=True))
    ledger.label(stays, [pk for pk in gone.labels.values_list("pk", flat=True) if pk not in have])
    return stays.pk, gone.pk


def _began(stays: Conversation, attributes: dict[str, Any]) -> dict[str, Any]:
    """Attributes that messages brought along: the advertisement is that of the first message that names one."""
    if "referral" not in attributes:
        return attributes
    named = Message.objects.filter(conversation=stays, details__referral__isnull=False)
    first = named.order_by("at", "tie").values_list("details", flat=True).first()
    return {**attributes, "referral": first["referral"]} if first else attributes


def _read_by_all(*rows: Conversation) -> tuple[int, str]:
    """Up to where the team has read in each: what is unread in one is not read because the other was."""
    unread = [row for row in rows if row.unread_count]
    marks = [(row.read_at, row.read_tie) for row in unread or rows]
    return min(marks) if unread else max(marks)


def _join_labels(ledger: Ledger, mine: ContactInbox, theirs: ContactInbox) -> None:
    have = {row.label_id: row for row in ChatLabel.objects.filter(contact_inbox=mine)}
    for row in ChatLabel.objects.filter(contact_inbox=theirs).order_by("pk"):
        twin = have.get(row.label_id)
        if twin is None:
            ledger.move(ChatLabel, [row.pk], "contact_inbox_id", theirs.pk, mine.pk)
            continue
        ledger.remove(row)
        if (row.at, row.event_id) > (twin.at, twin.event_id):
            ledger.change(twin, labeled=row.labeled, at=row.at, event_id=row.event_id)


def _fuse_all(ledger: Ledger, statement: str, keep_id: int, merge_id: int) -> None:
    touched: set[int] = set()
    for first, second in sql.rows(statement, [keep_id, merge_id]):
        rows = list(Message.objects.filter(pk__in=(first, second)).select_related("conversation"))
        if len(rows) < 2:
            continue
        stays = fuse(ledger, *rows)
        gone = next(row for row in rows if row is not stays)
        touched |= {row.conversation_id for row in rows}
        facts.record(
            facts.MESSAGE_CHANGED,
            account=gone.account_id,
            inbox=gone.inbox_id,
            conversation=gone.conversation_id,
            message=gone.pk,
            display_id=gone.conversation.display_id,
            gone=True,
            ref=str(gone.client_ref),
        )
    for conversation_id in sorted(touched):
        threads.recount(conversation_id)  # of a group's too, which is not joined itself


def _threads(chat: ContactInbox) -> list[Conversation]:
    rows = Conversation.objects.filter(contact_inbox=chat, merged_into__isnull=True)
    return list(rows.select_related("inbox").order_by("display_id"))


def _newest_incoming(chat: ContactInbox) -> tuple[int, str]:
    rows = Message.objects.filter(contact_inbox=chat, direction="in").order_by("-at", "-tie")
    return rows.values_list("at", "tie").first() or (0, "")


def _locked(contact_id: int) -> list[ContactInbox]:
    """Locked, so that nobody queues a message in them meanwhile."""
    return list(
        ContactInbox.objects.select_for_update(no_key=True).filter(contact_id=contact_id).order_by("pk")
    )


def _least(*values: int | None) -> int | None:
    return min((value for value in values if value is not None), default=None)
