"""Fetching from the sandbox gateway, in process: `gateways` maps hosts to worlds."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connections

from rookery import db, journal
from rookery.accounts.encryption import SecretUnavailable
from rookery.channels.connect import Connections
from rookery.conversations.actions import files as actions
from rookery.conversations.models import Address, Attachment, Blob, ContactInbox
from rookery.conversations.store import files as store_rows
from rookery.db.fields import now_millis, now_seconds
from rookery.journal.models import Fact
from rookery.media import probe, store
from rookery.media.fetch import LEASE_MS, Fetcher
from rookery.sandbox import samples as good
from rookery.sandbox.app import create_app
from rookery.sandbox.faults import Fault
from rookery.sandbox.pace import Pace
from rookery.sandbox.world import World
from rookery.settings import conf
from rookery.telemetry import metrics
from tests.cast import Cast
from tests.media import rows, samples
from tests.media.conftest import stored_files

pytestmark = pytest.mark.django_db(transaction=True)
MAIN = "127.0.0.1:3000"
OTHER = "127.0.0.1:3001"
PATH = "statics/media/1772636820-51f1c0de-8c0b-4f6e-9d7a-0a1b2c3d4e5f.jpe"


class Gateways(httpx.AsyncBaseTransport):
    """Worlds behind host names; remembers what was asked of them."""

    def __init__(self) -> None:
        self.worlds: dict[str, World] = {}
        self.asked: list[httpx.Request] = []

    def add(self, host: str) -> World:
        world = World("v8", pace=Pace(0.0, 0.0, 1.0), deliver=_nobody)
        world.add_device("demo" if host == MAIN else "other")
        self.worlds[host] = world
        return world

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        app = create_app(self.worlds[request.url.netloc.decode()])
        return await httpx.ASGITransport(app=app).handle_async_request(request)


async def _nobody(url: str, headers: object, body: bytes, chunked: bool) -> int:
    return 200


@pytest.fixture
def gateways() -> Gateways:
    found = Gateways()
    found.add(MAIN)
    return found


@pytest.fixture
def world(gateways: Gateways) -> World:
    return gateways.worlds[MAIN]


@pytest.fixture
def wanted(cast: Cast) -> Attachment:
    return rows.attachment(rows.message(rows.conversation(cast)), PATH)


Scenario = Callable[[Fetcher], Awaitable[None]]


def fetch(gateways: Gateways, scenario: Scenario | None = None, **options: Any) -> None:
    """Run a fetcher until nothing is due, or as `scenario` says."""

    async def run() -> None:
        async with Connections(gateways, allow_private=True) as gateway:
            fetcher = Fetcher(gateway.provider, **options)
            try:
                await asyncio.wait_for(scenario(fetcher) if scenario else fetcher.drain(), 30)
            finally:
                await fetcher.close()

    asyncio.run(run())


async def _until_stored(fetcher: Fetcher) -> None:
    while await fetcher.in_rows(Attachment.objects.exclude(state="stored").exists):
        fetcher.wake()
        await asyncio.sleep(0.02)


def hurry() -> None:
    """Make every retry due now."""
    Attachment.objects.filter(state="wanted").update(due_ms=0)


def downloads(status: str) -> float:
    return metrics.media_downloaded.labels(status=status)._value.get()  # type: ignore[no-any-return]


def changes(of: Attachment) -> list[dict[str, Any]]:
    return [
        fact.data
        for fact in Fact.objects.filter(kind="message.changed", message_id=of.message_id).order_by("id")
    ]


def test_picture_is_shown_when_it_was_fetched(
    gateways: Gateways, world: World, wanted: Attachment, media_folder: Path
) -> None:
    world.files.put(PATH, samples.sideways_jpeg())
    before, version, at = downloads("success"), wanted.message.version, journal.latest_id()
    fetch(gateways)
    wanted.refresh_from_db()
    blob = wanted.blob
    assert blob is not None
    assert (wanted.state, wanted.error, wanted.owner, wanted.attempts) == ("stored", "", "", 1)
    assert (blob.type, blob.width, blob.height, blob.probed) == ("image/jpeg", 800, 1200, True)
    assert wanted.name.startswith("image-20")
    assert wanted.name.endswith(".jpg")
    assert len(stored_files(media_folder)) == 2
    wanted.message.refresh_from_db()
    assert wanted.message.version == version + 1
    (fact,) = journal.tail(at)
    assert (fact.kind, fact.message_id, fact.conversation_id) == (
        "message.changed", wanted.message_id, wanted.message.conversation_id,
    )  # fmt: skip
    assert fact.data == {"display_id": wanted.message.conversation.display_id, "file": "stored"}
    assert downloads("success") == before + 1


def test_voice_note_is_an_ogg_when_its_path_carries_codecs(
    gateways: Gateways, world: World, cast: Cast
) -> None:
    path = "statics/media/1772636850-0d9b5a1e.ogg; codecs=opus"
    world.files.put(path, good.voice())
    wanted = rows.attachment(rows.message(rows.conversation(cast), kind="audio"), path, kind="audio")
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.blob is not None
    assert (wanted.state, wanted.kind) == ("stored", "voice")
    assert wanted.name.endswith(".ogg")
    assert wanted.blob.key.endswith(".ogg")
    assert wanted.blob.type == "audio/ogg"
    assert len(wanted.blob.waveform) > 30
    (asked,) = gateways.asked
    assert asked.url.raw_path == b"/statics/media/1772636850-0d9b5a1e.ogg%3B%20codecs%3Dopus"
    assert asked.headers["X-Device-Id"] == "demo"
    assert asked.headers["Authorization"].startswith("Basic ")


def test_document_keeps_its_senders_name(gateways: Gateways, world: World, cast: Cast) -> None:
    world.files.put(PATH, good.paper())
    wanted = rows.attachment(
        rows.message(rows.conversation(cast)), PATH, kind="document", name="../Fatura.PDF.exe"
    )
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.name == "Fatura.PDF.pdf"


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


@pytest.mark.parametrize("path", ["", PATH, "../secret", "statics/../../etc/passwd"])
def test_gateway_fetches_anew_when_the_path_is_of_no_use(
    path: str, gateways: Gateways, world: World, cast: Cast
) -> None:
    world.add_contact(rows.CUSTOMER, "Ada", lid="77001")
    source_id = _said(world, "image")
    thread = rows.conversation(cast)
    # WhatsApp's own number first; the gateway knows the chat by its other address.
    ContactInbox.objects.filter(pk=thread.contact_inbox_id).update(jid="77001@lid")
    Address.objects.create(
        account=cast.account,
        contact=thread.contact,
        kind="pn",
        key=rows.CUSTOMER,
        jid=f"{rows.CUSTOMER}@s.whatsapp.net",
    )
    wanted = rows.attachment(rows.message(thread, source_id), path, url="https://mmg.whatsapp.net/x")
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.state == "stored"
    assert not any("mmg" in request.url.host for request in gateways.asked)


def _said(world: World, kind: str) -> str:
    async def say() -> str:
        said = world.say(rows.CUSTOMER, kind=kind)
        await world.settle()
        return said

    return asyncio.run(say())


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


def test_file_is_kept_once_when_it_comes_in_two_messages(
    gateways: Gateways, world: World, cast: Cast, media_folder: Path
) -> None:
    for name in ("a", "b"):
        world.files.put(f"statics/media/{name}.png", samples.png())
    thread = rows.conversation(cast)
    for name in ("a", "b"):
        rows.attachment(rows.message(thread), f"statics/media/{name}.png")
        fetch(gateways)
    assert set(Attachment.objects.values_list("state", flat=True)) == {"stored"}
    assert Blob.objects.count() == 1
    assert len(stored_files(media_folder)) == 2  # the picture and its thumbnail


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
        await _until_stored(fetcher)
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
        await _until_stored(fetcher)
        stop.set()
        await running

    fetch(gateways, scenario, poll=0.02)
    wanted.refresh_from_db()
    assert wanted.state == "stored"


def test_ten_megabytes_arrive_within_five_seconds(
    gateways: Gateways, world: World, wanted: Attachment
) -> None:
    world.files.put(PATH, b"\0" + bytes(10_000_000))
    started = time.monotonic()
    fetch(gateways)
    wanted.refresh_from_db()
    assert wanted.state == "stored"
    assert time.monotonic() - started < 5


@pytest.mark.sqlite
def test_queue_is_read_by_its_index(cast: Cast) -> None:
    rows_wanted = store_rows._queue().filter(due_ms__lte=1).order_by("due_ms", "id")
    assert "attachment_queue" in rows_wanted.explain()
