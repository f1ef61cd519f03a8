"""One attachment's way from its gateway into storage."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final, ParamSpec, Protocol, TypeAlias, TypeVar

from rookery.channels.models import Channel
from rookery.conversations.actions import files as actions
from rookery.conversations.models import Address, Attachment, Blob, ContactInbox
from rookery.conversations.store.files import Wanted
from rookery.db.fields import now_millis, now_seconds
from rookery.media import download, looking, names, sniff, store
from rookery.media.incoming import Incoming, Received
from rookery.media.verdicts import Verdict, judge
from rookery.providers.base import Provider
from rookery.providers.errors import NotAvailable
from rookery.settings import conf
from rookery.telemetry import metrics

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

Connect: TypeAlias = Callable[[Channel], Provider]

_MIB: Final = 1024 * 1024
_PATIENCE: Final = 10
_NUMBER: Final = re.compile(r"(?<![^/])\d{4,}(?=\d{4}(?:/|$))")


class Threads(Protocol):
    """Where an errand's blocking calls go."""

    owner: str

    def in_rows(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...

    def in_looks(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Awaitable[T]: ...


class Errand:
    """Fetch, store, look into and show one claimed attachment; a failure becomes a verdict."""

    def __init__(self, threads: Threads, connect: Connect, wanted: Wanted) -> None:
        self.threads, self.connect, self.wanted = threads, connect, wanted

    async def run(self) -> None:
        """Never raises, save for cancellation: then the claim is given back by whoever cancels."""
        try:
            blob, received = await self._fetch()
            await self._show(blob, received)
        except Exception as error:  # noqa: BLE001  (whatever it was, it has a verdict and is logged there)
            await self._fail(error)

    async def _fetch(self) -> tuple[Blob, Received]:
        wanted = self.wanted
        provider, chats = await self.threads.in_rows(_prepare, wanted, self.connect)
        limit, seconds = _limits(wanted)
        with await asyncio.to_thread(Incoming, limit=limit) as incoming:
            await download.bring(provider, wanted, chats, incoming, seconds=seconds)
            received = await asyncio.to_thread(incoming.finish, wanted.name)
            blob = await self.threads.in_rows(store.keep, wanted.account_id, incoming, name=wanted.name)
        return blob, received

    async def _show(self, blob: Blob, received: Received) -> None:
        looks = await self.threads.in_looks(looking.look, blob)
        kind = "voice" if self.wanted.kind == "audio" and sniff.is_voice(received.head) else self.wanted.kind
        name = names.clean(self.wanted.name or _plain_name(self.wanted, kind), blob.type)
        shown = await self.threads.in_rows(
            actions.do_store_attachment,
            self.wanted.id, self.threads.owner, blob.pk, looks, name=name, kind=kind,
        )  # fmt: skip
        if shown:
            metrics.media_downloaded.labels(status="success").inc()
            log.info(
                "media stored", extra={"attachment": self.wanted.id, "size": blob.size, "type": blob.type}
            )
        else:
            looking.drop(looks)
            await self.threads.in_rows(_forget_if_erased, blob, self.wanted.id)

    async def _fail(self, error: Exception) -> None:
        wanted = self.wanted
        verdict = judge(error, wanted.attempts, now_seconds() - wanted.at)
        known = verdict.code != "media_error"
        log.warning(
            "media retry" if verdict.outcome == "retry" else "media download failed",
            exc_info=None if known else error,
            extra={
                "attachment": wanted.id,
                "media_path": shown_path(wanted.path),
                "attempt": wanted.attempts,
                "reason": verdict.code,
                "outcome": verdict.outcome,
            },
        )
        if verdict.outcome != "retry":
            metrics.media_downloaded.labels(status=verdict.outcome).inc()
        try:
            await self.threads.in_rows(_record, wanted.id, self.threads.owner, verdict)
        except Exception:
            # The lease runs out and it is tried again.
            log.exception("a failed download could not be recorded", extra={"attachment": wanted.id})


def _forget_if_erased(blob: Blob, attachment_id: int) -> None:
    """Its message was erased while the file came: the bytes are not to stay."""
    if not Attachment.objects.filter(pk=attachment_id).exists():
        store.delete_if_unused(blob)


def _limits(wanted: Wanted) -> tuple[int, float]:
    """Bytes and seconds for one download; an administrator's wish has no limit of size but the disk's."""
    if wanted.any_size:
        return sys.maxsize, conf.int("MEDIA_TIMEOUT") * _PATIENCE
    return conf.int("MEDIA_MAX_MB") * _MIB, conf.int("MEDIA_TIMEOUT")


def _record(attachment_id: int, owner: str, verdict: Verdict) -> bool:
    if verdict.outcome == "retry":
        due = now_millis() + verdict.after * 1000
        return actions.do_defer_attachment(attachment_id, owner, verdict.code, due, counted=verdict.counted)
    return actions.do_fail_attachment(attachment_id, owner, verdict.code, gone=verdict.outcome == "gone")


def _prepare(wanted: Wanted, connect: Connect) -> tuple[Provider, list[str]]:
    """The provider and the chat's addresses, the one in use first. Raises NotAvailable when the number is gone."""
    if wanted.channel_id is None:
        raise NotAvailable
    channel = Channel.objects.select_related("gateway").get(pk=wanted.channel_id)
    chat = ContactInbox.objects.get(pk=wanted.contact_inbox_id)
    others = (
        Address.objects.filter(contact_id=chat.contact_id).order_by("-kind").values_list("jid", flat=True)
    )
    return connect(channel), list(dict.fromkeys([chat.jid, *others]))


def _plain_name(wanted: Wanted, kind: str) -> str:
    """A name for a file whose own name the gateway does not tell: its kind and the message's time (UTC)."""
    return f"{kind.replace('_', '-')}-{datetime.fromtimestamp(wanted.at, UTC):%Y%m%d-%H%M%S}"


def shown_path(path: str) -> str:
    """The gateway's path as it may stand in a log: a folder named by a phone number keeps its last four digits."""
    return _NUMBER.sub("…", path)
