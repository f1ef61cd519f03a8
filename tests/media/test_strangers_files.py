"""Nothing a stranger sends is ever served as active content: every type there is, through the headers that leave."""

from __future__ import annotations

import io
from itertools import product
from typing import Any

import pytest
from django.test import Client

from rookery.accounts.models import User
from rookery.conversations.models import Attachment, Blob, Conversation
from rookery.media import formats, places, serving, sniff, store
from tests.cast import Cast
from tests.media import rows, samples
from tests.media.test_sniff import SAMPLES

pytestmark = pytest.mark.django_db

PASSIVE = ("image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
ODD = (
    "text/javascript", "application/javascript", "application/xhtml+xml", "application/wasm", "text/css",
    "application/x-shockwave-flash", "image/svg+xml; charset=utf-8", "multipart/x-mixed-replace", "message/rfc822",
    "application/rss+xml", "video/mp2t", "application/vnd.apple.mpegurl", "", "x", "text/html\r\nX-Evil: 1",
)  # fmt: skip
BOX = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, max-age=3600",
}


def attachment(name: str = "x.html", **blob: object) -> Attachment:
    made = Attachment(name=name)
    made.blob = Blob(key="aa/x", size=1, sha256=b"x", **blob)
    return made


def headers(of: Attachment, variant: serving.Variant = "file") -> dict[str, str]:
    assert of.blob is not None
    return serving.serve_headers(of, of.blob, variant)


@pytest.mark.parametrize("mime", sorted({*formats.EXTENSIONS, *ODD}))
@pytest.mark.parametrize("name", ["x.html", "x.svg", "x.js", "x", "../x.pdf"])
def test_type_leaves_as_itself_only_if_it_cannot_act(mime: str, name: str) -> None:
    found = headers(attachment(name, type=mime))
    assert {key: found[key] for key in BOX} == BOX
    if found["Content-Type"] == formats.OPAQUE:
        assert found["Content-Disposition"].startswith("attachment")
    else:
        assert found["Content-Type"] == mime
        assert mime in PASSIVE or mime.startswith(("audio/", "video/"))
        assert "xml" not in mime
        assert found["Content-Disposition"].startswith("inline")
        assert not found["Content-Disposition"].rstrip('"').endswith((".html", ".svg", ".js", ".pdf"))


@pytest.mark.parametrize(("data", "expected"), SAMPLES)
def test_bytes_leave_as_what_they_are_and_not_as_what_they_are_called(
    data: bytes, expected: str, cast: Cast
) -> None:
    for name, claimed in product(("photo.jpg", "page.html"), ("image", "document")):
        blob = store.ingest(cast.account, io.BytesIO(data), name=name, limit=200_000_000)
        kept = rows.attachment(
            rows.message(_thread(cast)), name=name, kind=claimed, blob=blob, state="stored"
        )
        found = headers(kept)
        assert found["Content-Type"] == (expected if expected in formats.SERVED else formats.OPAQUE)
        assert {key: found[key] for key in BOX} == BOX


@pytest.mark.parametrize("mime", ["text/html", "image/svg+xml", "application/pdf", "audio/amr", "audio/ogg"])
def test_what_we_made_ourselves_leaves_as_that_whatever_the_file_is(mime: str) -> None:
    stranger = attachment("evil.html", type=mime, thumb_key="aa/t.webp", play_key="aa/p.m4a")
    assert headers(stranger, "thumb")["Content-Type"] == "image/webp"
    assert headers(stranger, "play")["Content-Type"] == "audio/mp4"
    assert headers(stranger, "play")["Content-Disposition"] == 'inline; filename="audio.m4a"'
    for variant in ("thumb", "play"):
        found = headers(stranger, variant)
        assert {key: found[key] for key in BOX} == BOX


def test_copy_is_served_to_those_who_may_see_the_message(cast: Cast) -> None:
    key = places.storage().save(places.new_key(".m4a"), io.BytesIO(b"copy"))
    blob = store.ingest(cast.account, io.BytesIO(samples.silence()), name="x.wav", limit=10_000_000)
    kept = rows.attachment(rows.message(_thread(cast)), name="x.wav", blob=blob, state="stored")
    assert _play(kept, cast.agent).status_code == 404
    Blob.objects.filter(pk=blob.pk).update(play_key=key)
    assert serving.is_shown(Blob.objects.get(pk=blob.pk))
    answer = _play(kept, cast.agent)
    assert (answer.status_code, answer[serving.FILE_HEADER]) == (200, key)
    assert _play(kept, cast.bystander).status_code == 404
    assert _play(kept, cast.outsider).status_code == 404


def _play(of: Attachment, user: User) -> Any:
    client = Client()
    client.force_login(user)
    return client.get(f"/attachments/{of.uuid}/play")


def _thread(cast: Cast) -> Conversation:
    return Conversation.objects.first() or rows.conversation(cast)


def test_every_sniffed_type_has_a_row(cast: Cast) -> None:
    """A type that sniffing may answer and the table does not know would lose its extension only."""
    assert {expected for _, expected in SAMPLES} <= set(formats.EXTENSIONS)
    assert {sniff.sniff(b"<html>"), sniff.sniff(b"%PDF-")}.isdisjoint(formats.SERVED)
