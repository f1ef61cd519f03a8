"""Agents' files on their way to a phone: each arrives as what WhatsApp takes, or says why it cannot."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import av
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from rookery import db, journal
from rookery.channels.models import Channel
from rookery.conversations.actions import converting as actions
from rookery.conversations.actions import erasing, outgoing
from rookery.conversations.actions.converting import Ready
from rookery.conversations.actions.outgoing import Upload
from rookery.conversations.errors import Refused
from rookery.conversations.models import Attachment, Blob, Conversation, Message
from rookery.conversations.store import converting as rows
from rookery.db.fields import now_millis
from rookery.media import store, uploads
from rookery.media.converting import errand
from rookery.media.converting.errand import Errand
from rookery.media.converting.words import SENTENCES
from rookery.media.converting.worker import Converter
from rookery.providers.whatsapp_web.provider import WhatsAppWeb
from rookery.sandbox import samples as good
from rookery.settings import conf
from tests.media import outgoing_samples as made
from tests.media import samples
from tests.sending.line import Line, wait_until
from tests.sending.rows import Post, Team, state_of

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings: Any) -> Iterator[Path]:
    options = {"location": tmp_path / "media"}
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": place}
    with conf.override(DATA_DIR=tmp_path, MEDIA_MIN_FREE_PERCENT=0, MEDIA_MIN_FREE_MB=0):
        yield tmp_path / "media"


def upload(team: Team, data: bytes, name: str, kind: str) -> Upload:
    """As the page and the API take it, save that the agent says what it is to be."""
    found = uploads.accept(team.account, SimpleUploadedFile(name, data))
    return Upload(found.blob, found.name, kind)


def convert() -> None:
    """Whatever waits."""

    async def all_of_it() -> None:
        converter = Converter()
        try:
            await converter.drain()
        finally:
            await converter.close()

    asyncio.run(all_of_it())


def arrived(line: Line) -> list[dict[str, Any]]:
    """What the phone shows, with the bytes of its files."""
    shown = line.screen()
    for message in shown:
        if message["file"] is not None:
            message["data"] = line.world.files.get(f"blobs/{message['file']['sha256']}")
    return shown


def failed(message: Message) -> tuple[str, str, str]:
    """(state, code of the message, state of its file)."""
    message.refresh_from_db()
    return message.state, message.failure_code, message.attachments.get().state


def limit_to(monkeypatch: pytest.MonkeyPatch, **kinds: int) -> None:
    """A gateway that takes less."""
    able = WhatsAppWeb.capabilities
    limits = MappingProxyType({**able.max_bytes, **kinds})
    monkeypatch.setattr(WhatsAppWeb, "capabilities", replace(able, max_bytes=limits))


CASES = [
    ("voice", "note.webm", made.sound("webm", "libopus"), "audio", "audio/ogg; codecs=opus", ["opus"]),
    ("voice", "note.m4a", made.sound("mp4", "aac"), "audio", "audio/ogg; codecs=opus", ["opus"]),
    ("voice", "note.wav", made.sound("wav", "pcm_s16le"), "audio", "audio/ogg; codecs=opus", ["opus"]),
    ("audio", "song.webm", made.sound("webm", "libopus", "stereo"), "audio", "audio/m4a", ["aac"]),
    ("image", "IMG_0042.HEIC", made.saved("HEIF"), "image", "image/jpeg", None),
    ("image", "x.webp", made.saved("WEBP"), "image", "image/jpeg", None),
    ("image", "x.avif", made.see_through("AVIF"), "image", "image/png", None),
    ("image", "x.bmp", made.saved("BMP"), "image", "image/jpeg", None),
    ("image", "x.tiff", made.saved("TIFF"), "image", "image/jpeg", None),
    ("image", "x.jpg", made.turned_jpeg(), "image", "image/jpeg", None),
    ("image", "x.gif", made.moving(), "video", "video/mp4", ["h264"]),
    ("video", "IMG_0043.MOV", made.video("mov", "libx265", "aac"), "video", "video/mp4", ["h264", "aac"]),
    ("video", "clip.webm", made.video("webm", "libvpx", "libopus"), "video", "video/mp4", ["h264", "aac"]),
    ("video", "clip.3gp", made.video("3gp", "mpeg4", "aac"), "video", "video/mp4", ["h264", "aac"]),
    ("video", "clip.avi", made.video("avi", "mpeg4", "libmp3lame"), "video", "video/mp4", ["h264", "aac"]),
    ("video", "clip.mkv", made.video("matroska", "libx264", "aac"), "video", "video/mp4", ["h264", "aac"]),
]


@pytest.mark.parametrize(
    ("kind", "name", "data", "shown", "mime", "codecs"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES]
)
def test_file_arrives_as_what_whatsapp_takes(
    line: Line, team: Team, post: Post, kind: str, name: str, data: bytes, shown: str, mime: str, codecs: Any
) -> None:
    message = post("", files=[upload(team, data, name, kind)])
    assert message.attachments.get().state == "uploaded"
    convert()
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    (seen,) = arrived(line)
    assert (seen["kind"], seen["file"]["mime_type"]) == (shown, mime)
    if codecs is not None:
        with av.open(io.BytesIO(seen["data"]), "r") as opened:
            assert [stream.codec_context.name for stream in opened.streams] == codecs
            assert next(opened.decode(opened.streams[0]), None) is not None
    message.refresh_from_db()
    file = message.attachments.get()
    assert (file.state, message.kind) == ("ready", shown)
    assert file.name.rpartition(".")[2] == {
        "image/jpeg": "jpg", "image/png": "png", "video/mp4": "mp4", "audio/m4a": "m4a",
    }.get(mime, "ogg")  # fmt: skip
    assert file.blob is not None
    assert file.blob.probed
    if data != store.open_blob(file.blob).read():
        assert Blob.objects.count() == 1  # what the agent gave was let go


def test_voice_note_has_a_waveform(team: Team, post: Post) -> None:
    message = post("", files=[upload(team, made.sound("webm", "libopus"), "note.webm", "voice")])
    convert()
    file = message.attachments.get()
    assert file.blob is not None
    assert len(file.blob.waveform) >= 15
    assert file.blob.duration_ms is not None


@pytest.mark.parametrize(
    ("kind", "name", "data"),
    [
        ("document", "iphone.heic", made.saved("HEIF")),
        ("document", "cut.mp4", samples.truncated_video()),
        ("document", "vast.png", samples.vast_png()),
        ("image", "small.png", good.picture("PNG")),
        ("audio", "song.mp3", good.song()),
        ("sticker", "wave.webp", good.waving_sticker()),
    ],
)
def test_file_goes_at_once_when_it_is_fit(
    line: Line, team: Team, post: Post, kind: str, name: str, data: bytes
) -> None:
    message = post("", files=[upload(team, data, name, kind)])
    assert message.attachments.get().state == "ready"
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    assert line.screen()[0]["kind"] == kind


def test_private_note_keeps_its_file_as_it_is(team: Team, chat: Conversation) -> None:
    file = upload(team, made.saved("HEIF"), "a.heic", "image")
    (note,) = outgoing.do_post_message(chat, user=team.user, files=[file], private=True)
    assert (note.state, note.attachments.get().state) == ("sent", "ready")
    convert()
    assert note.attachments.get().blob_id == file.blob.pk


@pytest.mark.parametrize(
    ("kind", "name", "data", "code"),
    [
        ("image", "vast.png", samples.vast_png(), "too_many_pixels"),
        ("image", "cut.jpg", good.picture("JPEG")[:900], "file_broken"),
        ("video", "cut.mp4", samples.truncated_video(), "file_broken"),
        ("voice", "silent.mp4", made.video("mp4"), "no_sound"),
    ],
)
def test_file_that_cannot_be_sent_is_refused_and_stops_nothing(
    line: Line, team: Team, post: Post, kind: str, name: str, data: bytes, code: str
) -> None:
    message, after = post("", files=[upload(team, data, name, kind)]), post("after")
    at = journal.latest_id()
    convert()
    assert failed(message) == ("failed", code, "refused")
    assert message.attachments.get().error == code
    assert SENTENCES[code] % message.failure_params
    assert [fact.message_id for fact in journal.tail(at)] == [message.pk]
    line.send()
    wait_until(lambda: state_of(after) == "sent")
    assert line.texts() == ["after"]


def test_chat_is_held_while_a_file_is_converted(line: Line, team: Team, post: Post) -> None:
    file = upload(team, made.saved("HEIF"), "a.heic", "image")
    first, second = post("look", files=[file]), post("and this")
    line.send()
    Attachment.objects.update(state="converting", owner="other", lease_ms=now_millis() + 60_000)
    line.stop_sender()
    line.send()
    assert (state_of(first), state_of(second)) == ("pending", "pending")
    assert line.screen() == []
    Attachment.objects.update(lease_ms=0)
    convert()
    wait_until(lambda: state_of(second) == "sent")
    assert line.texts() == ["look", "and this"]


def test_other_chats_go_on_while_a_file_is_converted(line: Line, team: Team, post: Post) -> None:
    from tests.sending.rows import make_chat

    line.world.add_contact("5521987650001", "Caio")
    for _ in range(6):
        post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    other = post("hello", make_chat(team, "5521987650001"))
    line.send()
    wait_until(lambda: state_of(other) == "sent")


def test_leave_to_compress_is_asked_for_and_taken(
    line: Line, team: Team, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = made.noise(1500, quality=95)
    limit_to(monkeypatch, image=len(data) // 3)
    message = post("", files=[upload(team, data, "big.jpg", "image")])
    convert()
    assert failed(message) == ("failed", "needs_compression", "refused")
    assert message.failure_params == {"size": len(data), "limit": len(data) // 3}
    outgoing.do_retry(message, team.user, compress=True)
    convert()
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    assert arrived(line)[0]["file"]["size"] <= len(data) // 3


def test_leave_can_be_given_with_the_post(team: Team, post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    data = made.noise(1500, quality=95)
    limit_to(monkeypatch, image=len(data) // 3)
    message = post("", files=[upload(team, data, "big.jpg", "image")], extra={"compress": True})
    convert()
    assert failed(message) == ("pending", "", "ready")


def test_refused_file_goes_as_a_document_when_the_agent_says_so(line: Line, team: Team, post: Post) -> None:
    data = samples.truncated_video()
    message = post("see", files=[upload(team, data, "cut.mp4", "video")])
    convert()
    assert state_of(message) == "failed"
    outgoing.do_retry(message, team.user, as_document=True)
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    (seen,) = arrived(line)
    assert (seen["kind"], seen["text"], seen["data"]) == ("document", "see", data)


def test_retry_looks_again_and_refuses_again(team: Team, post: Post) -> None:
    message = post("", files=[upload(team, samples.truncated_video(), "cut.mp4", "video")])
    convert()
    outgoing.do_retry(message, team.user)
    assert failed(message) == ("pending", "", "uploaded")
    convert()
    assert failed(message) == ("failed", "file_broken", "refused")


def test_cancelled_message_stays_cancelled_when_its_file_is_ready(line: Line, team: Team, post: Post) -> None:
    message = post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    file = message.attachments.get()
    (task,) = rows.due(5, videos=False)
    with db.write():
        assert rows.claim(task.id, "me", 60_000)
    outgoing.do_cancel(message)
    Errand("me", task).run()
    assert failed(message) == ("cancelled", "", "ready")
    line.send()
    line.stop_sender()
    assert line.screen() == []
    outgoing.do_retry(message, team.user)
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    assert len(line.screen()) == 1
    assert file.pk == message.attachments.get().pk


def test_cancelled_message_is_not_converted(team: Team, post: Post) -> None:
    message = post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    outgoing.do_cancel(message)
    convert()
    assert message.attachments.get().state == "uploaded"


@pytest.mark.sqlite
def test_conversion_of_a_killed_worker_is_taken_up_at_the_next_start(
    line: Line, team: Team, post: Post
) -> None:
    message = post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    Attachment.objects.update(state="converting", owner="dead", lease_ms=now_millis() + 60_000, attempts=1)
    convert()  # it may be alive still
    assert message.attachments.get().state == "converting"

    async def start() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(Converter(poll=0.02).run(stop))
        for _ in range(500):
            await asyncio.sleep(0.02)
            if await asyncio.to_thread(_is_ready, message):
                break
        stop.set()
        await running

    asyncio.run(start())
    # Whoever was thought dead comes back: it has nothing to say any more.
    assert not actions.do_refuse(message.attachments.get().pk, "dead", "file_broken", {})
    assert not actions.do_make_ready(
        message.attachments.get().pk, "dead", Ready(message.attachments.get().blob_id or 0, "x", "image")
    )
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    assert len(line.screen()) == 1


def test_claim_is_taken_over_when_its_lease_ran_out(team: Team, post: Post) -> None:
    message = post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    Attachment.objects.update(state="converting", owner="dead", lease_ms=1, attempts=1)
    convert()
    file = message.attachments.get()
    assert (file.state, file.attempts) == ("ready", 2)


def test_of_two_workers_one_claims(team: Team, post: Post) -> None:
    post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    (task,) = rows.due(5, videos=False)
    with db.write():
        assert rows.claim(task.id, "one", 60_000)
        assert not rows.claim(task.id, "two", 60_000)
        assert rows.renew("one", [task.id], 90_000) == 1
        assert rows.renew("two", [task.id], 90_000) == 0
    assert rows.due(5, videos=False) == []
    with db.write():
        assert rows.release("one", [task.id]) == 1
    assert rows.due(5, videos=False)[0].attempts == 1


def test_file_that_killed_its_workers_is_refused(team: Team, post: Post) -> None:
    message = post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    Attachment.objects.update(attempts=errand.MOST_ATTEMPTS)
    convert()
    assert failed(message) == ("failed", "conversion_failed", "refused")


def test_lost_bytes_are_refused(team: Team, post: Post) -> None:
    file = upload(team, made.saved("HEIF"), "a.heic", "image")
    message = post("", files=[file])
    store.forget(file.blob.key)
    convert()
    assert failed(message) == ("failed", "file_unreadable", "refused")


def test_full_disk_costs_no_attempt(team: Team, post: Post) -> None:
    message = post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    with conf.override(MEDIA_MIN_FREE_MB=10**9):
        convert()
    file = message.attachments.get()
    assert (file.state, file.attempts, file.error) == ("uploaded", 0, "")
    assert file.due_ms > now_millis() + 30_000
    assert state_of(message) == "pending"


def test_file_used_twice_stays_when_one_of_them_is_converted(team: Team, post: Post) -> None:
    data = made.saved("HEIF")
    one = post("", files=[upload(team, data, "a.heic", "image")])
    two = post("", files=[upload(team, data, "a.heic", "document")])
    convert()
    assert two.attachments.get().blob_id != one.attachments.get().blob_id
    blob = two.attachments.get().blob
    assert blob is not None
    assert store.open_blob(blob).read() == data


def test_message_erased_meanwhile_leaves_nothing(team: Team, post: Post, storage: Path) -> None:
    message = post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    (task,) = rows.due(5, videos=False)
    with db.write():
        assert rows.claim(task.id, "me", 60_000)
    assert erasing.do_erase_message(message.pk, None)
    Errand("me", task).run()
    convert()
    assert not Blob.objects.exists()
    assert [path for path in storage.rglob("*") if path.is_file()] == []


def test_number_that_is_gone_does_not_stop_the_conversion(team: Team, post: Post) -> None:
    message = post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    Channel.objects.all().delete()
    convert()
    assert message.attachments.get().state == "ready"


def test_retry_of_what_is_on_its_way_changes_no_file(team: Team, post: Post) -> None:
    message = post("", files=[upload(team, made.saved("HEIF"), "a.heic", "image")])
    with pytest.raises(Refused):
        outgoing.do_retry(message, team.user, as_document=True)
    assert message.attachments.get().kind == "image"


def test_every_upload_of_a_picture_has_a_name_of_its_own(line: Line, team: Team, post: Post) -> None:
    made_ = [post("", files=[upload(team, good.picture("PNG"), "photo.png", "image")]) for _ in range(2)]
    line.send()
    wait_until(lambda: all(state_of(message) == "sent" for message in made_))
    names = [seen["file"]["name"] for seen in line.screen()]
    assert len(set(names)) == 2


def _is_ready(message: Message) -> bool:
    from django.db import connection

    try:
        return message.attachments.get().state == "ready"
    finally:
        connection.close()
