"""Writing what a page shows: in short transactions, so that live messages never wait for old ones."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError

from rookery import db
from rookery.accounts.models import Account
from rookery.catchup import known as knowing
from rookery.catchup import rows as reading
from rookery.catchup.addresses import find_contact_inbox
from rookery.catchup.known import Known
from rookery.catchup.wanted import is_wanted_row
from rookery.conversations.actions import calls, changes, inbound
from rookery.conversations.actions.identity import MergeDue, do_hold_still
from rookery.conversations.actions.inbound import ContactCache
from rookery.conversations.incoming import Alias, Origin, Place
from rookery.conversations.models import Message
from rookery.db.fields import now_seconds
from rookery.providers.commands import RecordRow
from rookery.waid import BadJid, Jid

log = logging.getLogger(__name__)

HOLD_SECONDS = 0.01  # as processing (decisions A1)
AT_ONCE = 50
GRACE = 35
"""Seconds a row is left alone: its event may still be on its way (contract 6.1: tries for 30 s), and it knows more."""
TWIN_SECONDS = 120
"""How long rows sent by an API wait while the chat has a message whose outcome is open (decisions C3)."""
TWIN_PAUSE = 5
_OPEN = ("sending", "uncertain")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rows of one chat are taken. `twins_wait`: rows of an API may be ours and wait for that.

    Messages since `linked_at` were missing (`gap`); what is older, and everything when `archive` is set, is archive.
    """

    place: Place
    chat: Jid
    linked_at: int = 0
    archive: bool = False
    twins_wait: bool = True

    def origin_at(self, at: int) -> Origin:
        return "archive" if self.archive or at < self.linked_at else "gap"


@dataclass(frozen=True, slots=True)
class Held:
    """A row of second `at` that is left for later, and the second from which on it is worth another look."""

    at: int
    ready_at: int


@dataclass(slots=True)
class Found:
    """What rows put right. `unread`: missing messages by conversation, for one notice each; `held`: for later."""

    messages: int = 0
    files: int = 0
    edits: int = 0
    reactions: int = 0
    calls: int = 0
    texts: int = 0
    refused: int = 0
    first_at: int | None = None
    last_at: int | None = None
    unread: dict[int, int] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    twins: bool = False  # some are held because they may be ours

    def add(self, other: Found) -> None:
        """Take over what another one counted."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.first_at = min((at for at in (self.first_at, other.first_at) if at is not None), default=None)
        self.last_at = max((at for at in (self.last_at, other.last_at) if at is not None), default=None)
        for conversation, count in other.unread.items():
            self.unread[conversation] = self.unread.get(conversation, 0) + count
        self.held += other.held
        self.twins = self.twins or other.twins


COUNTS = ("messages", "files", "edits", "reactions", "calls", "texts", "refused")


P = ParamSpec("P")
R = TypeVar("R")
TRIES = 5


def write(place: Place, cache: ContactCache, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """`call` in a transaction of its own, with the account's identities held still; again when contacts are joined."""
    for _ in range(TRIES - 1):
        try:
            return _write(place, cache, call, *args, **kwargs)
        except MergeDue:
            continue
    return _write(place, cache, call, *args, **kwargs)


def _write(place: Place, cache: ContactCache, call: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    try:
        with db.write():
            do_hold_still([place.account_id])
            epoch = Account.objects.values_list("identity_epoch", flat=True).get(pk=place.account_id)
            cache.use(place.account_id, epoch)
            return call(*args, **kwargs)
    except BaseException:
        cache.forget()  # ids of rows that were rolled back may be given to somebody else
        raise


def apply_some(rows: Sequence[RecordRow], how: Reading, cache: ContactCache) -> tuple[int, Found]:
    """Inside `write`: apply rows, oldest first, for at most HOLD_SECONDS; how many were dealt with, and what they
    put right (of no worth when the transaction fails)."""
    started = time.monotonic()
    found = Found()
    some = rows[:AT_ONCE]
    page = _Page(some, how, cache)
    for number, row in enumerate(some, start=1):
        try:
            with db.savepoint():
                found.add(page.apply(row))
        except (OperationalError, InterfaceError):
            raise
        except BadJid:
            found.refused += 1
        except Exception as error:  # noqa: BLE001 -- whatever it is, this row steps aside and the rest goes on
            # Its text may quote the row: the class is all that may be logged.
            log.error(
                "row of the record failed: %s",
                type(error).__name__,
                extra={"channel_id": how.place.channel_id},
            )
            cache.forget()
            found.refused += 1
        if time.monotonic() - started > HOLD_SECONDS:
            return number, found
    return len(some), found


class _Page:
    """Some rows of one chat, and what we have of them."""

    def __init__(self, rows: Sequence[RecordRow], how: Reading, cache: ContactCache) -> None:
        self._how, self._cache = how, cache
        self._now = now_seconds()
        place = how.place
        self._contact_inbox = find_contact_inbox(place.account_id, place.inbox_id, _chat_or_nobody(how.chat))
        self._known = knowing.load(place.channel_id, [row.id[:128] for row in rows])
        self._reactions = knowing.Reactions([one.id for found in self._known.values() for one in found])
        self._twins_open = (
            self._contact_inbox is not None and how.twins_wait and _has_open(self._contact_inbox)
        )

    def apply(self, row: RecordRow) -> Found:
        """Write what the row adds; counts of this row."""
        if not is_wanted_row(self._how.place, row, self._how.chat, missing=False):
            return Found()
        ring = reading.call(row, self._how.chat, now=self._now)
        if ring is not None:
            return Found(calls=int(bool(calls.do_receive_call(self._how.place, ring, self._cache))))
        known = knowing.find(row, self._known.get(row.id[:128], ()), self._contact_inbox)
        return self._missing(row) if known is None else self._differing(row, known)

    def _missing(self, row: RecordRow) -> Found:
        how = self._how
        if not is_wanted_row(how.place, row, how.chat, missing=True):
            return Found()
        message = reading.message(row, how.chat, now=self._now, origin="archive")
        if message is None:
            return Found(refused=int(row.media_type != reading.CALL))
        origin = how.origin_at(message.at)
        if origin == "gap" and message.at > self._now - GRACE:
            return Found(held=[Held(message.at, message.at + GRACE + 1)])
        if row.is_ad and row.from_me and self._twins_open:
            return Found(held=[Held(message.at, self._now + TWIN_PAUSE)], twins=True)
        stored = inbound.do_receive_message(how.place, replace(message, origin=origin), self._cache)
        if stored is None:
            return Found()
        found = Found(messages=1, files=len(message.files), first_at=message.at, last_at=message.at)
        if origin == "gap" and not message.from_me:
            found.unread[stored.conversation_id] = 1
        for change in reading.reactions(row, how.chat, now=self._now):
            changes.do_apply_change(how.place, change, self._cache)
            found.reactions += 1
        return found

    def _differing(self, row: RecordRow, known: Known) -> Found:
        how, found = self._how, Found()
        if known.is_empty and row.content:
            inbound.do_enrich(known.id, row.content)
            found.texts += 1
        at = knowing.edited_at(row, known)
        if at is not None and at > self._now:
            at = self._now  # the gateway's clock is ahead of ours: waiting would not end
        elif at is not None and at > self._now - GRACE:
            found.held.append(Held(reading.second_of(row.at) or known.at, at + GRACE + 1))
            at = None
        if at is not None:
            changes.do_apply_change(how.place, reading.edit(row, how.chat, at=at), self._cache)
            found.edits += 1
        for change in reading.reactions(row, how.chat, now=self._now):
            if knowing.is_news(how.place.account_id, known, change, self._reactions):
                changes.do_apply_change(how.place, change, self._cache)
                found.reactions += 1
        return found


def _chat_or_nobody(chat: Jid) -> tuple[Alias, ...]:
    try:
        return reading.chat_of(chat)
    except BadJid:
        return ()


def _has_open(contact_inbox_id: int) -> bool:
    return Message.objects.filter(contact_inbox_id=contact_inbox_id, state__in=_OPEN).exists()
