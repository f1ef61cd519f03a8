"""Files on their way out."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from rookery.conversations.actions import outgoing
from rookery.conversations.actions.outgoing import Upload
from rookery.conversations.models import Attachment, Blob, Conversation, Message
from rookery.media import store
from tests.sending.line import Line, look_now, wait_until
from tests.sending.rows import Post, Team, make_incoming, state_of

pytestmark = pytest.mark.slow

BYTES = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40

OGG = b"OggS" + bytes(60) + BYTES


def webp() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (64, 64), "green").save(made, "WEBP")
    return made.getvalue()


@pytest.fixture(autouse=True)
def storage(tmp_path: Path) -> Iterator[None]:
    from django.conf import settings
    from django.test import override_settings

    place = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    with override_settings(STORAGES=settings.STORAGES | {"default": place}):
        yield


def upload(team: Team, kind: str, type_: str, name: str, data: bytes = BYTES) -> Upload:
    """A stored file of a given type, whatever its bytes are."""
    blob = store.ingest(team.account, io.BytesIO(data + name.encode()), name=name, limit=10_000_000)
    Blob.objects.filter(pk=blob.pk).update(type=type_)
    blob.refresh_from_db()
    return Upload(blob, name, kind)


def ready(message: Message) -> Message:
    """What these files are is of no matter here: they go as they are. Room media's tests convert."""
    Attachment.objects.filter(message=message).update(state="ready")
    Message.objects.filter(pk=message.pk).update(due_ms=0)
    return message


@pytest.mark.parametrize(
    ("kind", "type_", "name", "shown"),
    [
        ("image", "image/png", "cat.png", "image"),
        ("video", "video/mp4", "cat.mp4", "video"),
        ("audio", "audio/mpeg", "song.mp3", "audio"),
        ("voice", "audio/ogg", "note.ogg", "audio"),
        ("audio", "audio/mp4", "song.m4a", "audio"),
        ("sticker", "image/webp", "fun.webp", "sticker"),
        ("document", "application/pdf", "Rechnung März.pdf", "document"),
        ("image", "image/heic", "iphone.heic", "document"),
        ("video", "video/quicktime", "clip.mov", "document"),
    ],
)
def test_file_arrives_as_the_gateway_takes_it(
    line: Line, team: Team, post: Post, kind: str, type_: str, name: str, shown: str
) -> None:
    sent = {"voice": OGG, "sticker": webp()}.get(kind, BYTES)
    message = ready(post("", files=[upload(team, kind, type_, name, sent)]))
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    (seen,) = line.screen()
    data = sent + name.encode()
    assert seen["kind"] == shown
    if shown != "sticker":  # the gateway makes a sticker of its own of it
        assert (seen["file"]["size"], seen["file"]["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    if shown == "document":
        assert seen["file"]["name"] == name


def test_caption_and_quote_go_with_the_picture(
    line: Line, team: Team, chat: Conversation, post: Post
) -> None:
    asked = line.world.say("5521987650000", "Which?")
    quoted = make_incoming(chat, asked, "Which?", 1_700_000_000)
    message = ready(post("This one", files=[upload(team, "image", "image/png", "a.png")], reply_to=quoted))
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    shown = line.screen()[-1]
    assert (shown["kind"], shown["text"], shown["reply_to"]) == ("image", "This one", asked)


def test_files_of_one_post_arrive_in_order(line: Line, team: Team, chat: Conversation) -> None:
    files = [upload(team, "document", "application/pdf", f"{index}.pdf") for index in range(4)]
    made = outgoing.do_post_message(chat, user=team.user, files=files)
    line.send()
    wait_until(lambda: state_of(made[-1]) == "sent")
    assert [shown["file"]["name"] for shown in line.screen()] == [f"{index}.pdf" for index in range(4)]


def test_record_settles_when_a_file_went_out_unanswered(line: Line, team: Team, post: Post) -> None:
    line.fault("timeout_after")
    message = ready(post("look", files=[upload(team, "image", "image/png", "a.png")]))
    line.send()
    wait_until(lambda: state_of(message) == "uncertain")
    look_now(message, 1)
    wait_until(lambda: state_of(message) == "sent")


def test_send_fails_when_the_file_is_gone(line: Line, team: Team, post: Post) -> None:
    file = upload(team, "image", "image/png", "a.png")
    message = ready(post("", files=[file]))
    path = store.path_of(file.blob)
    assert path is not None
    path.unlink()
    line.send()
    wait_until(lambda: state_of(message) == "failed")
    assert Message.objects.get(pk=message.pk).failure_code == "file_unreadable"
    assert line.screen() == []


def test_message_waits_when_its_file_is_being_converted(line: Line, team: Team, post: Post) -> None:
    message = ready(post("", files=[upload(team, "image", "image/png", "a.png")]))
    Attachment.objects.filter(message=message).update(state="converting")
    line.send()
    wait_until(lambda: Message.objects.get(pk=message.pk).attempts == 1)
    assert state_of(message) == "pending"
    Attachment.objects.filter(message=message).update(state="ready")
    wait_until(lambda: state_of(message) == "sent")


def test_bytes_are_streamed_when_storage_has_no_path(
    line: Line, team: Team, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = post("", files=[upload(team, "document", "application/pdf", "a.pdf")])
    monkeypatch.setattr(store, "path_of", lambda blob: None)
    line.send()
    wait_until(lambda: state_of(message) == "sent")
    assert line.screen()[0]["file"]["size"] == len(BYTES) + 5
