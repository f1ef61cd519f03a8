from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from rookery.conversations.actions import files as actions
from rookery.conversations.models import Attachment
from rookery.media import uploads
from rookery.media.errors import Empty, NoSpace, TooLarge
from rookery.sandbox import samples as good
from rookery.settings import conf
from tests.cast import Cast
from tests.media import rows, samples
from tests.media.conftest import stored_files

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize(
    ("data", "name", "kind", "kept"),
    [
        (good.picture("JPEG"), "photo.html", "image", "photo.jpg"),
        (samples.png(), "a.png", "image", "a.png"),
        (good.sticker(), "s.webp", "sticker", "s.webp"),
        (good.picture("WEBP"), "p.webp", "image", "p.webp"),
        (good.clip(), "c.mp4", "video", "c.mp4"),
        (good.voice(), "v.ogg", "audio", "v.ogg"),
        (good.paper(), "invoice.pdf", "document", "invoice.pdf"),
        (b"<svg/>", "x.png", "document", "x.svg"),
        (samples.truncated_video(), "t.mp4", "video", "t.mp4"),
    ],
)
def test_upload_is_stored_and_looked_into(data: bytes, name: str, kind: str, kept: str, cast: Cast) -> None:
    found = uploads.accept(cast.account, SimpleUploadedFile(name, data, "text/html"))
    assert (found.kind, found.name, found.blob.size) == (kind, kept, len(data))
    assert found.blob.probed


def test_upload_has_dimensions_and_thumbnail_when_it_is_a_picture(cast: Cast) -> None:
    blob = uploads.accept(cast.account, SimpleUploadedFile("x.jpg", samples.sideways_jpeg())).blob
    assert (blob.width, blob.height) == (800, 1200)
    assert blob.thumb_key.endswith(".webp")
    again = uploads.accept(cast.account, SimpleUploadedFile("y.jpg", samples.sideways_jpeg()))
    assert again.blob.pk == blob.pk
    assert again.name == "y.jpg"


def test_upload_is_read_from_its_start_when_it_lies_on_disk(cast: Cast, media_folder: Path) -> None:
    with TemporaryUploadedFile("x.txt", "text/plain", 5, None) as uploaded:
        uploaded.write(b"words")
        assert uploads.accept(cast.account, uploaded).blob.size == 5


def test_upload_is_refused_when_it_is_too_large_or_empty_or_there_is_no_room(
    cast: Cast, media_folder: Path
) -> None:
    with conf.override(UPLOAD_MAX_MB=1):
        assert uploads.max_bytes() == 2**20
        with pytest.raises(TooLarge):
            uploads.accept(cast.account, SimpleUploadedFile("x", b"x" * (2**20 + 1)))
    with pytest.raises(Empty):
        uploads.accept(cast.account, SimpleUploadedFile("x", b""))
    with conf.override(MEDIA_MIN_FREE_PERCENT=101), pytest.raises(NoSpace):
        uploads.accept(cast.account, SimpleUploadedFile("x", b"x"))
    assert stored_files(media_folder) == []


def test_sound_in_a_video_container_is_audio(cast: Cast) -> None:
    blob = uploads.accept(cast.account, SimpleUploadedFile("x.txt", b"words")).blob
    blob.type, blob.duration_ms, blob.width = "video/mp4", 1000, None
    assert uploads.kind_of(blob) == "audio"


def test_attached_upload_is_ready_to_be_sent(cast: Cast) -> None:
    found = uploads.accept(cast.account, SimpleUploadedFile("x.png", samples.png()))
    message = rows.message(rows.conversation(cast), direction="out", state="pending")
    attachment = actions.do_attach(message, found.blob, name=found.name, kind=found.kind)
    assert Attachment.objects.get(message=message) == attachment
    assert (attachment.state, attachment.kind, attachment.account_id) == ("ready", "image", cast.account.pk)
