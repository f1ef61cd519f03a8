"""One agent's file on its way from uploaded to ready or refused."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from rookery import journal
from rookery.channels.connect import capabilities
from rookery.channels.models import Channel
from rookery.conversations.actions import converting as actions
from rookery.conversations.actions.converting import Ready
from rookery.conversations.models import Blob
from rookery.conversations.store.converting import Task
from rookery.media import looking, names, store
from rookery.media.converting import conversion
from rookery.media.converting.conversion import Failed, Result
from rookery.media.converting.jobs import Job, Progress, Refusal
from rookery.media.errors import NoSpace

log = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 3
"""A file that has ended so many children, or workers, is refused."""
WAIT_MS: Final = 2_000
_NO_SPACE_MS: Final = 60_000
_LIMIT: Final = 16_000_000
"""Bytes, for a number that exists no more and cannot say what it takes."""


class Errand:
    """Convert one claimed file and write what came of it. Blocks for minutes: call it in a thread of its own."""

    def __init__(self, owner: str, task: Task) -> None:
        self.owner, self.task = owner, task

    def run(self) -> None:
        """Never raises for what is in the file; a failing database is left to the lease."""
        task, started = self.task, time.monotonic()
        if task.attempts > MOST_ATTEMPTS:
            self._refuse(Refusal("conversion_failed"))
            return
        try:
            made = self._convert()
        except Refusal as refusal:
            self._refuse(refusal)
        except Blob.DoesNotExist:
            log.info("file was erased while it waited", extra={"attachment": task.id})
        except FileNotFoundError:
            self._refuse(Refusal("file_unreadable"))
        except NoSpace:
            actions.do_defer(task.id, self.owner, _NO_SPACE_MS, counted=False)
        except (Failed, OSError) as error:
            log.warning("conversion failed", extra={"attachment": task.id, "reason": str(error)[:80]})
            actions.do_defer(task.id, self.owner, WAIT_MS * task.attempts, counted=True)
        else:
            log.info(
                "file ready to be sent",
                extra={
                    "attachment": task.id,
                    "type": task.mime,
                    "converted": made,
                    "seconds": round(time.monotonic() - started, 1),
                },
            )

    def _convert(self) -> bool:
        """Whether another file was made of it."""
        task = self.task
        blob = Blob.objects.get(pk=task.blob_id)
        with conversion.convert(blob, job_of(task, blob), self._progress()) as result:
            fit = blob if result.path is None else _stored(task, result)
        name = task.name if fit is blob else names.clean(task.name, fit.type)
        ready = Ready(fit.pk, name[:255], result.made.kind, result.made.gif)
        done = actions.do_make_ready(task.id, self.owner, ready)
        if fit.pk != blob.pk:
            store.delete_if_unused(blob if done else fit)
        return fit.pk != blob.pk

    def _refuse(self, refusal: Refusal) -> None:
        log.warning("file cannot be sent", extra={"attachment": self.task.id, "code": refusal.code})
        actions.do_refuse(self.task.id, self.owner, refusal.code, refusal.params)

    def _progress(self) -> Progress:
        task = self.task

        def tell(percent: int) -> None:
            with suppress(Exception):  # nobody may be looking; the file comes all the same
                journal.whisper(
                    "message.converting", account=task.account_id, inbox=task.inbox_id,
                    conversation=task.conversation_id, message=task.message_id, percent=percent,
                )  # fmt: skip

        return tell


def job_of(task: Task, blob: Blob) -> Job:
    """What the child is to do: the limits are those of the number's gateway."""
    limits: Mapping[str, int] = {}
    channel = Channel.objects.filter(pk=task.channel_id).first() if task.channel_id else None
    if channel is not None:
        limits = capabilities(channel).max_bytes
    return Job(
        kind=task.kind,
        mime=blob.type,
        size=blob.size,
        limit=limits.get("audio" if task.kind == "voice" else task.kind, _LIMIT),
        video_limit=limits.get("video", _LIMIT),
        compress=task.compress,
    )


def _stored(task: Task, result: Result) -> Blob:
    """The new file as a blob that was looked into, thumbnail and all."""
    assert result.path is not None
    blob = store.ingest(task.account_id, result.path, name=task.name, limit=sys.maxsize)
    looking.keep(blob, looking.look(blob))
    return blob
