from __future__ import annotations

import io

import pytest
from django.http import Http404
from django.test import override_settings

from rookery.conversations.models import Attachment, Blob
from rookery.media import links, looking, places, serving, store
from tests.cast import Cast
from tests.media import rows, samples

pytestmark = pytest.mark.django_db
EVIL = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"


def _stored(cast: Cast, data: bytes, name: str = "x.png") -> Attachment:
    blob = store.ingest(cast.account, io.BytesIO(data), name=name, limit=10_000_000)
    return rows.attachment(rows.message(rows.conversation(cast)), blob=blob, name=name, state="stored")


def _blob(of: Attachment) -> Blob:
    assert of.blob is not None
    return of.blob


def test_picture_is_shown_when_it_is_on_the_list(cast: Cast) -> None:
    answer = serving.file_response(_stored(cast, samples.png(), "my photo.png"))
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'inline; filename="my photo.png"'
    assert places.local_path(answer[serving.FILE_HEADER]) is not None
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("data", "name", "kept"),
    [
        (EVIL, "x.svg", "x.svg"),
        (EVIL, "x.png", "x.svg"),
        (b"<html><script>alert(1)</script>", "x.jpg", "x.html"),
        (b"<?xml version='1.0'?><rss/>", "x.mp4", "x.xml"),
        (b"%PDF-1.7", "x.pdf", "x.pdf"),
        (b"words", "x.txt", "x.txt"),
        (samples.zip_bomb(), "x.webp", "x.zip"),
    ],
)
def test_file_is_an_unnamed_download_when_it_is_not_on_the_list(
    data: bytes, name: str, kept: str, cast: Cast
) -> None:
    answer = serving.file_response(_stored(cast, data, name))
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="{kept}"'


@pytest.mark.parametrize("data", [EVIL, samples.png()])
def test_every_file_is_kept_in_a_box(data: bytes, cast: Cast) -> None:
    answer = serving.file_response(_stored(cast, data))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"].startswith("private")


def test_name_is_encoded_when_it_is_not_ascii(cast: Cast) -> None:
    attachment = _stored(cast, samples.png(), "x.png")
    attachment.name = 'Café "é"\r\nSet-Cookie: a=b\u202e.png'
    answer = serving.file_response(attachment)
    assert (
        answer["Content-Disposition"]
        == "inline; filename*=utf-8''Caf%C3%A9%20_%C3%A9_Set-Cookie_%20a%3Db.png"
    )


def test_thumbnail_is_served_when_there_is_one(cast: Cast) -> None:
    attachment = _stored(cast, samples.sideways_jpeg(), "x.jpg")
    with pytest.raises(Http404):
        serving.file_response(attachment, thumb=True)
    looking.keep(_blob(attachment), looking.look(_blob(attachment)))
    answer = serving.file_response(attachment, thumb=True)
    assert answer["Content-Type"] == "image/webp"
    assert answer[serving.FILE_HEADER] == _blob(attachment).thumb_key
    assert looking.look(_blob(attachment)) is None


def test_file_is_not_found_when_it_is_not_there(cast: Cast) -> None:
    attachment = _stored(cast, samples.png())
    assert serving.is_shown(_blob(attachment))
    store.forget(_blob(attachment).key)
    with pytest.raises(Http404):
        serving.file_response(attachment)
    with pytest.raises(Http404):
        serving.file_response(rows.attachment(rows.message(rows.conversation(cast, phone="15550000102"))))


@pytest.mark.usefixtures("bucket")
def test_bytes_pass_through_when_they_lie_in_a_bucket(cast: Cast) -> None:
    attachment = _stored(cast, samples.sideways_jpeg(), "x.jpg")
    looks = looking.look(_blob(attachment))
    assert looks is not None
    assert looks.width == 800
    answer = serving.file_response(attachment)
    assert b"".join(answer.streaming_content) == samples.sideways_jpeg()  # type: ignore[union-attr,arg-type]
    assert serving.FILE_HEADER not in answer
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_link_leads_to_its_attachment_as_long_as_that_lives(cast: Cast) -> None:
    attachment = _stored(cast, samples.png(), "my photo/ü.png")
    link = links.sign(attachment)
    assert link == links.sign(Attachment.objects.get(pk=attachment.pk))
    root, folder, signed, name = link.split("/")
    assert (root, folder, name) == ("", "files", "my%20photo%2F%C3%BC.png")
    found = links.resolve(signed)
    assert found is not None
    assert found.pk == attachment.pk
    attachment.delete()
    assert links.resolve(signed) is None


def test_link_is_refused_when_it_is_forged(cast: Cast) -> None:
    one, two = (
        _stored(cast, samples.png()),
        rows.attachment(rows.message(rows.conversation(cast, phone="15550000103"))),
    )
    signed = links.sign(one).split("/")[2]
    uuid, signature = signed.split(".")
    for forged in (
        f"{two.uuid.hex}.{signature}",
        uuid,
        f"{uuid}.",
        signed[:-1],
        "",
        "x.y",
        f"{uuid}:{signature}",
    ):
        assert links.resolve(forged) is None
    assert links.resolve(links.sign(two).split("/")[2]) is None  # nothing stored yet
    with override_settings(SECRET_KEY="another" * 10):
        assert links.resolve(signed) is None
    with override_settings(SECRET_KEY="another" * 10, SECRET_KEY_FALLBACKS=["only-for-tests-" * 4]):
        assert links.resolve(signed) is not None
