"""Fetching from the sandbox gateway, in process: what goes wrong, and what becomes of it."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest

from rookery.accounts.encryption import SecretUnavailable
from rookery.conversations.actions import files as actions
from rookery.conversations.models import Attachment
from rookery.db.fields import now_millis, now_seconds
from rookery.media import store
from rookery.media.fetch import Fetcher
from rookery.sandbox.faults import Fault
from rookery.sandbox.world import World
from rookery.settings import conf
from tests.cast import Cast
from tests.media import rows, samples
from tests.media.conftest import stored_files
from tests.media.gateways import OTHER, PATH, Gateways, changes, downloads, fetch, hurry, said

pytestmark = pytest.mark.django_db(transaction=True)


def test_picture_heals_when_its_file_comes_back(
    gateways: Gateways, world: World, wanted: Attachment, caplog: pytest.LogCaptureFixture
) -> None:
    failed = downloads("failed")
    with caplog.at_level(logging.WARNING, "rookery.media"):
        fetch(gateways)
        hurry()
        fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error, wanted.attempts) == ("failed", "not_available", 2)
    assert downloads("failed") == failed + 1
    lines = [record for record in caplog.records if record.name.startswith("rookery.media")]
    assert [(line.message, vars(line)["media_path"]) for line in lines] == [
        ("media retry", PATH),
        ("media download failed", PATH),
    ]
    world.files.put(PATH, samples.png())
    hurry()
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.state == "failed"  # nobody asked for it again
    assert actions.do_retry_attachment(wanted)
    fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error, wanted.attempts) == ("stored", "", 1)
    assert [change["file"] for change in changes(wanted)] == ["wanted", "failed", "wanted", "stored"]
    assert not actions.do_retry_attachment(wanted)


def test_file_is_gone_when_it_is_missing_after_a_month(gateways: Gateways, cast: Cast) -> None:
    old = rows.message(rows.conversation(cast), at=now_seconds() - 40 * 86400)
    wanted = rows.attachment(old, PATH, attempts=1)
    fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error) == ("gone", "not_available")
    assert actions.do_retry_attachment(wanted)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(mode="reset", path="/statics"),
        Fault(mode="status", path="/statics", status=502, body="<html>"),
        Fault(mode="timeout_before", path="/statics", seconds=0),
    ],
)
def test_download_is_tried_again_when_the_gateway_stumbles(
    fault: Fault, gateways: Gateways, world: World, wanted: Attachment
) -> None:
    world.files.put(PATH, samples.png())
    world.faults.add(fault)
    before = now_millis()
    fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error, wanted.attempts) == ("wanted", "interrupted", 1)
    assert wanted.due_ms >= before + 5000
    hurry()
    fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error) == ("stored", "")


def test_page_hears_once_when_the_gateway_stays_away(
    gateways: Gateways, world: World, wanted: Attachment
) -> None:
    world.files.put(PATH, samples.png())
    world.faults.deafen(60)
    for _ in range(3):
        fetch(gateways)
        hurry()
    wanted.refresh_from_db()
    assert (wanted.error, wanted.attempts) == ("unreachable", 3)
    assert [change["file"] for change in changes(wanted)] == ["wanted"]


def test_file_is_refused_when_it_is_too_large(
    gateways: Gateways, world: World, wanted: Attachment, media_folder: Path
) -> None:
    world.files.put(PATH, bytes(2**20 + 1))
    with conf.override(MEDIA_MAX_MB=1):
        fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error) == ("failed", "too_large_here")
    assert stored_files(media_folder) == []


def test_slow_download_ends_when_its_time_is_over(
    gateways: Gateways, world: World, wanted: Attachment
) -> None:
    world.faults.add(Fault(mode="timeout_before", path="/statics", seconds=20))
    with conf.override(MEDIA_TIMEOUT=1):
        fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error) == ("wanted", "media_timed_out")


def test_hanging_gateway_delays_no_other(gateways: Gateways, world: World, cast: Cast) -> None:
    other = gateways.add(OTHER)
    other.files.put(PATH, samples.png())
    world.faults.add(Fault(mode="timeout_before", path="/statics", seconds=20, times=100))
    stuck = rows.conversation(cast)
    hanging = [rows.attachment(rows.message(stuck), PATH) for _ in range(80)]
    elsewhere = rows.conversation(cast, rows.number(cast, "15550000009", f"http://{OTHER}"), "15550000102")
    healthy = [rows.attachment(rows.message(elsewhere), PATH) for _ in range(10)]

    async def scenario(fetcher: Fetcher) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(fetcher.run(stop))
        done = 0
        while done < len(healthy):
            await asyncio.sleep(0.05)
            done = await fetcher.in_rows(Attachment.objects.filter(state="stored").count)
        assert await fetcher.in_rows(Attachment.objects.filter(state="fetching").count) == 3
        stop.set()
        await running

    with conf.override(MEDIA_PER_GATEWAY=3):
        fetch(gateways, scenario, poll=0.05)
    ids = [one.pk for one in hanging]
    assert Attachment.objects.filter(pk__in=ids, state="wanted", attempts=0, owner="").count() == len(ids)


@pytest.mark.parametrize(
    "data", [samples.vast_png(), samples.truncated_video(), samples.zip_bomb(), b"<script>alert(1)</script>"]
)
def test_hurtful_file_is_stored_and_stops_nothing_else(
    data: bytes, gateways: Gateways, world: World, cast: Cast
) -> None:
    world.files.put(PATH, data)
    world.files.put("statics/media/good.png", samples.png())
    thread = rows.conversation(cast)
    hurtful = rows.attachment(rows.message(thread), PATH)
    harmless = rows.attachment(rows.message(thread), "statics/media/good.png")
    fetch(gateways)
    hurtful.refresh_from_db()
    harmless.refresh_from_db()
    assert (hurtful.state, harmless.state) == ("stored", "stored")
    assert hurtful.blob is not None
    assert (hurtful.blob.thumb_key, hurtful.blob.probed) == ("", True)
    with store.open_blob(hurtful.blob) as opened:
        assert opened.read() == data


def test_nothing_is_fetched_when_the_disk_is_full(
    gateways: Gateways, world: World, wanted: Attachment, caplog: pytest.LogCaptureFixture
) -> None:
    world.files.put(PATH, samples.png())
    with conf.override(MEDIA_MIN_FREE_PERCENT=101):
        fetch(gateways)
        wanted.refresh_from_db()
        assert (wanted.state, wanted.attempts, gateways.asked) == ("wanted", 0, [])
        assert "nearly full" in caplog.text
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.state == "stored"


def test_attachment_fails_when_its_number_was_removed(gateways: Gateways, wanted: Attachment) -> None:
    wanted.message.channel = None
    wanted.message.save()
    Attachment.objects.update(attempts=1)
    fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error) == ("failed", "not_available")


@pytest.mark.parametrize(
    ("error", "code"), [(SecretUnavailable(), "secret_unavailable"), (ZeroDivisionError(), "media_error")]
)
def test_attachment_waits_when_the_gateway_cannot_be_opened(
    error: Exception, code: str, wanted: Attachment, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: object) -> Any:
        raise error

    async def run() -> None:
        fetcher = Fetcher(broken)
        await fetcher.drain()
        await fetcher.close()

    asyncio.run(run())
    wanted.refresh_from_db()
    assert (wanted.state, wanted.error) == ("wanted", code)
    assert any(record.exc_info for record in caplog.records) == (code == "media_error")


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_every_word_for_a_missing_file_means_that_whatsapp_is_asked(
    status: int, gateways: Gateways, world: World, cast: Cast
) -> None:
    """Static files need no password: neither 401 nor 400 says anything about the gateway (contract 5)."""
    world.add_contact(rows.CUSTOMER, "Ada")
    source_id = said(world, "image")
    wanted = rows.attachment(rows.message(rows.conversation(cast), source_id), PATH)
    world.faults.add(Fault(mode="status", path="/statics", status=status, body="Unauthorized"))
    fetch(gateways)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.attempts) == ("stored", 1)
    asked = [request.url.path for request in gateways.asked]
    assert asked[:2] == [f"/{PATH}", f"/message/{source_id}/download"]
    assert len(asked) == 3


def test_retry_of_what_is_gone_really_asks_again(gateways: Gateways, world: World, cast: Cast) -> None:
    world.add_contact(rows.CUSTOMER, "Ada")
    source_id = said(world, "image")
    old = rows.message(rows.conversation(cast), source_id, at=now_seconds() - 40 * 86400)
    wanted = rows.attachment(old, PATH, attempts=1)
    world.faults.add(
        Fault(
            mode="status",
            path="/message",
            status=500,
            message="download failed with status code 410",
            times=9,
        )
    )
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.state == "gone"
    world.faults.clear()
    assert actions.do_retry_attachment(wanted)
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.state == "stored"
