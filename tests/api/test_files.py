"""Files by signed link: no token, and dead with the attachment."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from rookery.conversations.models import Attachment, Conversation, Message
from rookery.media import links, places
from rookery.media.serving import FILE_HEADER
from tests.api import rows
from tests.api.caller import Caller


@pytest.fixture
def file(conversation: Conversation) -> Iterator[Attachment]:
    """A stored picture with its thumbnail."""
    row = rows.file(Message.objects.get(), type="image/png")
    assert row.blob is not None
    keys = (row.blob.key, row.blob.thumb_key)
    for key in keys:
        places.storage().save(key, ContentFile(b"bytes"))
    yield row
    for key in keys:
        places.storage().delete(key)


def test_link_opens_without_a_token(file: Attachment) -> None:
    assert file.blob is not None
    answer = Client().get(links.sign(file))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer[FILE_HEADER] == file.blob.key
    assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, max-age=3600")
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    thumb = Client().get(links.sign(file), {"thumb": "1"})
    assert thumb[FILE_HEADER] == file.blob.thumb_key


def test_link_of_an_answer_is_the_link_that_opens(
    api: Caller, conversation: Conversation, file: Attachment
) -> None:
    found = api.get(f"conversations/{conversation.display_id}/messages")["payload"][0]["attachments"][0]
    assert Client().get(urlsplit(found["data_url"]).path).status_code == 200
    address = urlsplit(found["thumb_url"])
    assert Client().get(f"{address.path}?{address.query}").status_code == 200


def test_name_in_the_link_decides_nothing(file: Attachment) -> None:
    signed = links.sign(file).split("/")[2]
    assert Client().get(f"/files/{signed}/other.html")["Content-Type"] == "image/png"


def test_link_is_dead_when_the_attachment_is_deleted(file: Attachment) -> None:
    link = links.sign(file)
    file.delete()
    assert Client().get(link).status_code == 404


def test_link_is_dead_when_the_message_was_deleted_for_everyone(file: Attachment) -> None:
    link = links.sign(file)
    Message.objects.update(revoked_at=1)
    assert Client().get(link).status_code == 404


@pytest.mark.parametrize("signed", ["nonsense", "a.b", "%2e%2e", "0" * 32])
def test_link_is_404_when_it_was_not_signed_by_us(db: None, signed: str) -> None:
    answer = Client().get(f"/files/{signed}/x.png")
    assert (answer.status_code, answer.json()) == (404, {"error": "Resource could not be found"})


def test_link_is_404_when_it_was_altered(file: Attachment) -> None:
    uuid, _, signature = links.sign(file).split("/")[2].partition(".")
    other = rows.file(Message.objects.get())
    assert uuid == file.uuid.hex
    assert Client().get(f"/files/{other.uuid.hex}.{signature}/x.png").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_link_can_only_be_read(file: Attachment, method: str) -> None:
    assert getattr(Client(), method)(links.sign(file)).status_code == 405
    assert Attachment.objects.filter(pk=file.pk).exists()
