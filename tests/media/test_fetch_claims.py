"""Who fetches an attachment: claims, leases, and the loop around them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from rookery import db
from rookery.conversations.actions import erasing
from rookery.conversations.actions import files as actions
from rookery.conversations.models import Attachment, Blob
from rookery.conversations.store import files as store_rows
from rookery.db.fields import now_millis
from rookery.media import probe
from rookery.media.fetch import LEASE_MS, Fetcher
from rookery.sandbox.world import World
from tests.cast import Cast
from tests.media import samples
from tests.media.conftest import stored_files
from tests.media.gateways import PATH, Gateways, changes, fetch, until_stored

pytestmark = pytest.mark.django_db(transaction=True)


def test_claim_is_taken_over_when_its_owner_died(
    gateways: Gateways, world: World, wanted: Attachment
) -> None:
    world.files.put(PATH, samples.png())
    Attachment.objects.update(state="fetching", owner="dead", lease_ms=now_millis() + 60_000, attempts=1)
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.state == "fetching"  # it may be alive still
    Attachment.objects.update(lease_ms=now_millis() - 1)
    fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.attempts) == ("stored", 2)


@pytest.mark.sqlite
def test_worker_that_starts_takes_over_at_once(gateways: Gateways, world: World, wanted: Attachment) -> None:
    world.files.put(PATH, samples.png())
    Attachment.objects.update(state="fetching", owner="dead", lease_ms=now_millis() + 60_000, attempts=1)

    async def scenario(fetcher: Fetcher) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(fetcher.run(stop))
        await until_stored(fetcher)
        stop.set()
        await running

    fetch(gateways, scenario)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.attempts) == ("stored", 2)


def test_outcome_is_not_written_when_the_claim_was_lost(cast: Cast, wanted: Attachment) -> None:
    blob = Blob.objects.create(account=cast.account, sha256=b"x", size=1, type="text/plain", key="k")
    with db.write():
        assert store_rows.claim(wanted.pk, "one", LEASE_MS)
        assert not store_rows.claim(wanted.pk, "two", LEASE_MS)
        assert store_rows.renew("one", LEASE_MS) == 1
        assert store_rows.renew("two", LEASE_MS) == 0
    assert not actions.do_fail_attachment(wanted.pk, "two", "not_available")
    assert not actions.do_defer_attachment(wanted.pk, "two", "interrupted", 0)
    assert not actions.do_store_attachment(wanted.pk, "two", blob.pk, None, name="x", kind="image")
    assert not actions.do_store_attachment(wanted.pk, "one", blob.pk + 1, None, name="x", kind="image")
    assert changes(wanted) == []
    assert actions.do_store_attachment(wanted.pk, "one", blob.pk, None, name="x", kind="image")


def test_look_is_dropped_when_the_claim_was_lost(
    gateways: Gateways, world: World, wanted: Attachment, media_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.files.put(PATH, samples.png())
    real = probe.probe

    def lose(path: Path, mime: str) -> probe.Probed:
        Attachment.objects.update(owner="somebody else", lease_ms=now_millis() + 60_000)
        connections.close_all()  # this thread has no other use for the database
        return real(path, mime)

    monkeypatch.setattr(probe, "probe", lose)
    fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.owner) == ("fetching", "somebody else")
    assert len(stored_files(media_folder)) == 1  # the bytes, without a thumbnail that nobody names
    assert changes(wanted) == []


def test_loop_goes_on_when_the_database_stumbles(
    gateways: Gateways, world: World, wanted: Attachment, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.files.put(PATH, samples.png())
    real, calls = store_rows.due, []

    def due(*args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError
        return real(*args, **kwargs)

    monkeypatch.setattr(store_rows, "due", due)

    async def scenario(fetcher: Fetcher) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(fetcher.run(stop))
        await until_stored(fetcher)
        stop.set()
        await running

    fetch(gateways, scenario, poll=0.02)
    wanted.refresh_from_db()
    assert wanted.state == "stored"


@pytest.mark.sqlite
def test_queue_is_read_by_its_index(cast: Cast) -> None:
    rows_wanted = store_rows._queue().filter(due_ms__lte=1).order_by("due_ms", "id")
    assert "attachment_queue" in rows_wanted.explain()


def test_bytes_do_not_stay_when_their_message_was_erased_meanwhile(
    gateways: Gateways, world: World, cast: Cast, wanted: Attachment, media_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    world.files.put(PATH, samples.png())
    real = probe.probe

    def erase(path: Path, mime: str) -> probe.Probed:
        erasing.do_erase_message(wanted.message_id, cast.admin)
        connections.close_all()  # this thread has no other use for the database
        return real(path, mime)

    monkeypatch.setattr(probe, "probe", erase)
    fetch(gateways)
    assert not Blob.objects.exists()
    assert stored_files(media_folder) == []
