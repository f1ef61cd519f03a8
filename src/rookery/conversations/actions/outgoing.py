"""What an agent, or a program through the API, does with messages of ours: post, retry, settle, cancel.

Posting stores rows; room `sending` takes it from there. Nothing here waits for a gateway.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import IntegrityError
from django.db.models import F

from rookery import db
from rookery.accounts.models import User
from rookery.conversations import facts
from rookery.conversations.actions import converting, identity_lock
from rookery.conversations.errors import Refused
from rookery.conversations.models import Attachment, Blob, ContactInbox, Conversation, Message
from rookery.conversations.store import outbox, threads
from rookery.conversations.store.converting import HELD_MS
from rookery.db.fields import now_millis, now_seconds
from rookery.telemetry import metrics

MAX_TEXT = 65_536
MAX_FILES = 30
QUOTE = 1_000
"""How much of a quoted text is kept beside the reply."""

CAPTIONED = frozenset({"image", "video", "document"})
"""Files that carry a text with them; the text of others goes ahead as a message of its own."""

State = Message.State
AGAIN = (State.FAILED, State.UNCERTAIN, State.STALE, State.CANCELLED)
STOPPABLE = (State.PENDING, State.STALE, State.SCHEDULED)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send, already stored. `kind`: image, video, audio, voice, document, sticker; `name` is for people."""

    blob: Blob
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class _Part:
    kind: str
    text: str
    file: Upload | None


@dataclass(frozen=True, slots=True)
class _Post:
    """What all messages of one post have in common."""

    conversation: Conversation
    user: User | None
    reply_to: Message | None
    via: str
    private: bool
    attributes: dict[str, Any]


def check_post_message(
    conversation: Conversation,
    *,
    text: str = "",
    files: Sequence[Upload] = (),
    reply_to: Message | None = None,
    private: bool = False,
) -> None:
    """Raise Refused for what cannot be posted.

    Codes: message_empty, message_too_long (limit), too_many_files (limit), reply_elsewhere,
    conversation_merged, contact_blocked, channel_missing.
    """
    if not clean(text).strip() and not files:
        raise Refused("message_empty", "text")
    if len(text) > MAX_TEXT:
        raise Refused("message_too_long", "text", limit=MAX_TEXT)
    if len(files) > MAX_FILES:
        raise Refused("too_many_files", "files", limit=MAX_FILES)
    if reply_to is not None and reply_to.contact_inbox_id != conversation.contact_inbox_id:
        raise Refused("reply_elsewhere", "reply_to")
    if conversation.merged_into_id is not None:
        raise Refused("conversation_merged")
    if not private:
        _check_reachable(conversation)


def do_post_message(
    conversation: Conversation,
    *,
    user: User | None,
    text: str = "",
    files: Sequence[Upload] = (),
    reply_to: Message | None = None,
    client_ref: uuid.UUID | None = None,
    via: Literal["rookery", "api"] = "rookery",
    private: bool = False,
    extra: Mapping[str, Any] | None = None,
) -> list[Message]:
    """Store what is to be sent, or a private note; answers the messages in their order.

    n files make n messages that share `additional_attributes.batch`: the first is the reply and has the text as
    its caption (a text that the first file cannot carry goes ahead by itself). `extra` is kept in
    `additional_attributes`. The same `client_ref` again answers the first call's messages and changes nothing.
    Raises Refused as `check_post_message` does, and `client_ref_used` for a reference of another chat.
    """
    ref = client_ref or uuid.uuid4()
    known = _find_post(conversation, ref) if client_ref else []
    if known:
        return known
    check_post_message(conversation, text=text, files=files, reply_to=reply_to, private=private)
    parts = _parts(clean(text), files)
    attributes = dict(extra or {}) | ({"batch": str(ref)} if len(parts) > 1 else {})
    post = _Post(conversation, user, reply_to, via, private, attributes)
    try:
        with db.write():
            identity_lock.do_hold_still([conversation.account_id])
            _follow(conversation)
            # One poster a lane at a time: places are counted, and a repeated post finds the first.
            ContactInbox.objects.select_for_update(no_key=True).get(pk=conversation.contact_inbox_id)
            return _find_post(conversation, ref) or _store(post, ref, parts)
    except IntegrityError as error:
        raise Refused("client_ref_used", "client_ref") from error


def _follow(conversation: Conversation) -> None:
    """The chat may have been joined with another while this waited. Raises Refused `conversation_merged`."""
    conversation.refresh_from_db(fields=["contact_inbox", "merged_into"])
    if conversation.merged_into_id is not None:
        raise Refused("conversation_merged")


def do_retry(
    message: Message, user: User | None, *, compress: bool = False, as_document: bool = False
) -> Message:
    """Send again what failed, is uncertain, was cancelled or asks "still send?": it goes to the end of its chat.

    A file that was refused is looked at anew: with `compress` it may lose quality to fit, with `as_document` it
    goes as a document, as it is. Raises Refused("not_retryable") for any other state, else as `check_post_message`.
    """
    if message.direction != Message.Direction.OUT or message.private:
        raise Refused("not_retryable")
    _check_reachable(message.conversation)
    with db.write():
        identity_lock.do_hold_still([message.account_id])
        message.refresh_from_db(
            fields=["contact_inbox", "conversation"]
        )  # its chat may have been joined with another
        ContactInbox.objects.select_for_update(no_key=True).get(pk=message.contact_inbox_id)
        place = outbox.next_place(message.contact_inbox_id, _offset_ms(message.conversation))
        moved = _change(
            message, AGAIN, state=State.PENDING, at=place.at, tie=place.tie, queue_seq=place.seq, rank=0, attempts=0,
            failure_code="", failure_params={}, due_ms=0, owner="", lease_ms=0, left_ms=None, ended_ms=None,
            row_possible=True, looks=0, sent_at=None,
        )  # fmt: skip
        if not moved:
            raise Refused("not_retryable")
        changes = converting.start_over(message, compress=compress, as_document=as_document)
        if changes:
            Message.objects.filter(pk=message.pk).update(**changes)
        threads.touch(message.conversation_id, place.at, unread=0, waiting=False, answered=False)
        _record(message, user)
    message.refresh_from_db()
    return message


def do_settle(message: Message, arrived: bool = True, user: User | None = None) -> Message:
    """The agent says what became of an uncertain message: it arrived (sent), or did not (failed).

    Raises Refused("not_uncertain") when it has been settled meanwhile.
    """
    verdict: dict[str, Any] = {"state": State.FAILED, "failure_code": "not_sent", "failure_params": {}}
    if arrived:
        verdict = {
            "state": State.SENT,
            "rank": 1,
            "sent_at": message.at,
            "failure_code": "",
            "failure_params": {},
        }
    with db.write():
        if not _change(message, (State.UNCERTAIN,), **verdict):
            raise Refused("not_uncertain")
        _record(message, user)
    metrics.message_sent.labels(status="sent" if arrived else "failed").inc()
    message.refresh_from_db()
    return message


def do_cancel(message: Message, user: User | None = None) -> Message:
    """Take back what has not left yet. Raises Refused("not_cancellable") once it is on its way."""
    with db.write():
        if not _change(message, STOPPABLE, state=State.CANCELLED, owner="", lease_ms=0, failure_code=""):
            raise Refused("not_cancellable")
        _record(message, user)
    message.refresh_from_db()
    return message


def clean(text: str) -> str:
    """Without what databases and JSON refuse: NUL, and halves of surrogate pairs."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def _check_reachable(conversation: Conversation) -> None:
    if conversation.contact.blocked:
        raise Refused("contact_blocked")
    if conversation.inbox.channel_id is None:
        raise Refused("channel_missing")


def _offset_ms(conversation: Conversation) -> int:
    channel = conversation.inbox.channel
    return channel.clock_offset_ms if channel is not None else 0


def _find_post(conversation: Conversation, ref: uuid.UUID) -> list[Message]:
    """What an earlier call with this reference stored."""
    first = Message.objects.filter(account_id=conversation.account_id, client_ref=ref).first()
    if first is None:
        return []
    if first.contact_inbox_id != conversation.contact_inbox_id:
        raise Refused("client_ref_used", "client_ref")
    if "batch" not in first.additional_attributes:
        return [first]
    refs = [_ref_of(ref, position) for position in range(MAX_FILES + 1)]
    rows = Message.objects.filter(account_id=conversation.account_id, client_ref__in=refs)
    order = {known: position for position, known in enumerate(refs)}
    return sorted(rows, key=lambda row: order[row.client_ref])


def _ref_of(ref: uuid.UUID, position: int) -> uuid.UUID:
    """The reference of the nth message of a post: the same in every repetition."""
    return ref if position == 0 else uuid.uuid5(ref, str(position))


def _parts(text: str, files: Sequence[Upload]) -> list[_Part]:
    if not files:
        return [_Part("text", text, None)]
    alone = bool(text.strip()) and files[0].kind not in CAPTIONED
    parts = [_Part("text", text, None)] if alone else []
    for position, file in enumerate(files):
        kind = "audio" if file.kind == "voice" else file.kind
        parts.append(_Part(kind, "" if alone or position else text, file))
    return parts


def _store(post: _Post, ref: uuid.UUID, parts: Sequence[_Part]) -> list[Message]:
    conversation = post.conversation
    place = outbox.next_place(conversation.contact_inbox_id, _offset_ms(conversation))
    made = []
    for position, part in enumerate(parts):
        here = outbox.Place(place.at, place.seq + position)
        message = _insert(post, part, here, _ref_of(ref, position), quotes=position == 0)
        _record(message, post.user, facts.MESSAGE_CREATED)
        made.append(message)
    threads.touch(conversation.pk, place.at, unread=0, waiting=False, answered=not post.private)
    if not post.private:
        unanswered = Conversation.objects.filter(pk=conversation.pk, first_reply_at__isnull=True)
        unanswered.update(first_reply_at=now_seconds())
    return made


def _insert(post: _Post, part: _Part, place: outbox.Place, ref: uuid.UUID, *, quotes: bool) -> Message:
    conversation, quoted = post.conversation, post.reply_to if quotes else None
    file = part.file
    fit = file is None or post.private or converting.is_fit(file.kind, file.blob)
    message = Message.objects.create(
        account_id=conversation.account_id,
        inbox_id=conversation.inbox_id,
        channel_id=conversation.inbox.channel_id,
        contact_inbox_id=conversation.contact_inbox_id,
        conversation=conversation,
        direction=Message.Direction.OUT,
        kind=part.kind,
        content=part.text,
        private=post.private,
        client_ref=ref,
        user=post.user,
        via=post.via,
        at=place.at,
        tie=place.tie,
        quoted_id=quoted.pk if quoted else None,
        quoted_source_id=(quoted.source_id or "") if quoted else "",
        quoted_text=quoted.content[:QUOTE] if quoted else "",
        additional_attributes=post.attributes,
        created_ms=now_millis(),
        state=State.SENT if post.private else State.PENDING,
        sent_at=place.at if post.private else None,
        queue_seq=None if post.private else place.seq,
        due_ms=0 if fit else HELD_MS,
    )
    if file is not None:
        Attachment.objects.create(
            account_id=conversation.account_id,
            message=message,
            kind=file.kind,
            state=Attachment.State.READY if fit else Attachment.State.UPLOADED,
            name=file.name[:255],
            blob=file.blob,
            created_ms=now_millis(),
            stored_ms=now_millis(),
        )
    return message


def _change(message: Message, states: Sequence[str], **changes: Any) -> bool:
    """Change it if it still is in one of these states."""
    rows = Message.objects.filter(
        pk=message.pk, direction=Message.Direction.OUT, private=False, state__in=states
    )
    return rows.update(version=F("version") + 1, **changes) == 1


def _record(message: Message, user: User | None, kind: str = facts.MESSAGE_CHANGED) -> None:
    facts.record(
        kind,
        account=message.account_id,
        inbox=message.inbox_id,
        conversation=message.conversation_id,
        message=message.pk,
        display_id=message.conversation.display_id,
        incoming=False,
        by=user.pk if user else None,
    )
