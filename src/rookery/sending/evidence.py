"""What proves that an uncertain message went out (decisions C2).

Rows of the gateway's record, where one can exist: own, sent through an API (an AD JID), in the attempt's time,
of the same kind and text, under an id that none of our messages has, and the only one that fits. Where the
gateway never writes a row, a receipt. A missing row proves nothing: nothing is ever sent again because of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from rookery.channels.connect import Connections
from rookery.channels.models import Channel
from rookery.conversations.actions import outbox as recording
from rookery.conversations.models import Address, Message
from rookery.conversations.store import outbox
from rookery.db.fields import now_millis
from rookery.providers import registry
from rookery.providers.commands import Decorated, RecordRow
from rookery.providers.errors import ProviderError
from rookery.sending import compose, receipts
from rookery.sending.database import Database
from rookery.sending.routes import reach
from rookery.telemetry import metrics
from rookery.waid import BadJid, Jid, phone

log = logging.getLogger(__name__)

LOOKS = (1, 2, 4, 8, 15, 30, 60, 120)
"""Seconds after the end of the attempt at which the record is asked."""
BEFORE_MS = 10_000
AFTER_MS = 120_000
ASK_AGAIN_MS = 15_000
GIVE_UP_MS = 3_600_000
"""How long after the attempt a record that could not be asked is asked again."""


@dataclass(frozen=True, slots=True)
class Trace:
    """How a message would look in the record, and when."""

    shape: Decorated
    since_ms: int
    until_ms: int

    def fits(self, row: RecordRow) -> bool:
        if row.at is None or not (row.from_me and row.is_ad):
            return False
        in_time = (
            self.since_ms <= int(row.at.timestamp() * 1000) + 999
            and row.at.timestamp() * 1000 <= self.until_ms
        )
        return in_time and row.media_type == self.shape.media_type and row.content in self.shape.contents


@dataclass(frozen=True, slots=True)
class Case:
    """An uncertain message and all that is needed to judge the record.

    `rivals`: traces of other messages of the chat whose outcome is open, for a row that fits two proves nothing.
    """

    message_id: int
    looks: int
    ended_ms: int
    row_possible: bool
    channel: Channel
    chats: tuple[Jid, ...]
    trace: Trace
    rivals: tuple[Trace, ...]


def first_look_ms(*, row_possible: bool) -> int:
    """How long after the attempt to look first."""
    return LOOKS[0] * 1000 if row_possible else receipts.EVERY_MS


async def look(message_id: int, database: Database, connections: Connections) -> bool:
    """Look once for one message; whether it is settled now."""
    case = await database.run(begin, message_id)
    if case is None:
        return False
    try:
        rows = await ask(case, connections)
    except ProviderError as error:
        log.info("record could not be asked", extra={"message_id": message_id, "code": error.code})
        await database.run(postpone, case)
        return False
    return await database.run(conclude, case, rows)


def begin(message_id: int) -> Case | None:
    """Take this look and plan the next. None when there is nothing to look for, or another worker looks."""
    rows = Message.objects.select_related("channel", "channel__gateway", "contact_inbox")
    message = rows.filter(pk=message_id, state=Message.State.UNCERTAIN).first()
    if message is None:
        return None
    case = _case(message)
    if not recording.take_look(message_id, message.looks, _next_look(message) if case else 0):
        return None
    return case


async def ask(case: Case, connections: Connections) -> list[RecordRow]:
    """The record of the chat under every address it may have there. Raises ProviderError."""
    provider = reach(connections, case.channel)
    since = datetime.fromtimestamp(case.trace.since_ms // 1000, UTC)
    until = datetime.fromtimestamp(case.trace.until_ms // 1000 + 1, UTC)
    found: dict[str, RecordRow] = {}
    for chat in case.chats:
        for row in await provider.record(chat, since, until):
            found.setdefault(row.id, row)
    return list(found.values())


def conclude(case: Case, rows: Sequence[RecordRow]) -> bool:
    """Settle the message if the rows, or receipts, prove it."""
    if not case.row_possible:
        settled = receipts.settle(case.message_id, claimed={row.id for row in rows})
    else:
        settled = _settle_by_row(case, rows)
    if settled:
        metrics.message_sent.labels(status="sent").inc()
        log.info("uncertain message settled", extra={"message_id": case.message_id})
    return settled


def postpone(case: Case) -> None:
    """The gateway was away: the look does not count, unless it has been away for very long."""
    now = now_millis()
    if now < case.ended_ms + GIVE_UP_MS:
        recording.look_again(case.message_id, case.looks, now + ASK_AGAIN_MS)


def _settle_by_row(case: Case, rows: Iterable[RecordRow]) -> bool:
    fitting = [row for row in rows if case.trace.fits(row)]
    taken = _taken(case.message_id, [row.id for row in fitting])
    free = [row for row in fitting if row.id not in taken]
    if len(free) != 1 or any(rival.fits(free[0]) for rival in case.rivals):
        return False
    at = free[0].at
    return recording.settle_by_evidence(case.message_id, free[0].id, int(at.timestamp()) if at else None)


def _taken(message_id: int, ids: Sequence[str]) -> set[str]:
    """Ids that another message of ours bears. One seen through a second slot is no other message (decisions C3)."""
    channels = Message.objects.filter(pk=message_id).values("channel_id")
    others = Message.objects.filter(
        channel_id__in=channels, direction="out", source_id__in=ids, queue_seq__isnull=False
    )
    return {found for found in others.values_list("source_id", flat=True) if found}


def _case(message: Message) -> Case | None:
    if message.channel is None or message.left_ms is None:
        return None
    try:
        trace = _trace(message, message.channel.provider)
    except ProviderError:
        return None
    return Case(
        message_id=message.pk,
        looks=message.looks,
        ended_ms=message.ended_ms or message.left_ms,
        row_possible=message.row_possible,
        channel=message.channel,
        chats=_chats(message),
        trace=trace,
        rivals=_rivals(message, message.channel.provider),
    )


def _trace(message: Message, provider: str) -> Trace:
    shape = registry.get(provider).decorated(compose.command_of(message))
    offset = message.channel.clock_offset_ms if message.channel else 0
    left = message.left_ms or 0
    ended = message.ended_ms or left + outbox.HOLD_MS
    return Trace(shape, left + offset - BEFORE_MS, ended + offset + AFTER_MS)


def _rivals(message: Message, provider: str) -> tuple[Trace, ...]:
    rows = Message.objects.select_related("channel", "contact_inbox").filter(
        contact_inbox_id=message.contact_inbox_id, state__in=["sending", "uncertain"], left_ms__isnull=False
    )
    found = []
    for other in rows.exclude(pk=message.pk):
        try:
            found.append(_trace(other, provider))
        except ProviderError:
            continue
    return tuple(found)


def _chats(message: Message) -> tuple[Jid, ...]:
    """Every address the gateway may keep this chat under, the one we wrote to first (hazards 20, 41)."""
    thread = message.contact_inbox
    seen = Address.objects.filter(contact_id=thread.contact_id).order_by("pk").values_list("jid", flat=True)
    found: dict[str, Jid] = {}
    for text in (thread.jid, *seen):
        try:
            jid = Jid.parse(text).bare
        except BadJid:
            continue
        for form in _forms(jid):
            found.setdefault(str(form), form)
    return tuple(found.values())


def _forms(jid: Jid) -> tuple[Jid, ...]:
    """A number in both its spellings."""
    if not jid.is_pn or not jid.user.isdigit():
        return (jid,)
    short = Jid(phone.key(jid.user), jid.server)
    return (jid,) if short == jid else (jid, short)


def _next_look(message: Message) -> int:
    """When to look after this look; 0 for never."""
    ended = message.ended_ms or message.left_ms or 0
    if not message.row_possible:
        return receipts.next_look_ms(ended)
    following = message.looks + 1
    return max(now_millis() + 500, ended + LOOKS[following] * 1000) if following < len(LOOKS) else 0
