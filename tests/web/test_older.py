"""Above the oldest message: earlier conversations of the chat, then the gateway's record; and deleted files."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.test import Client

from rookery.catchup.models import Older
from rookery.conversations.models import Conversation, Message
from rookery.media import places
from tests.api import rows
from tests.cast import Cast
from tests.web.conftest import Browse

pytestmark = pytest.mark.django_db


def test_older_messages_go_on_in_earlier_conversations(
    cast: Cast, browser: Client, conversation: Conversation
) -> None:
    first = Message.objects.get()
    earlier = rows.thread(
        cast, conversation.contact, status="resolved", opened_at=1, resolved_at=first.at - 1
    )
    for number in range(3):
        rows.message(earlier, f"long ago {number}", first.at - 100 + number, source_id=f"OLD{number}")
    page = browser.get(f"/conversations/{conversation.display_id}").content.decode()
    assert "long ago" not in page.split("<chat-log")[1].split("</chat-log>")[0]
    before = page.split('before="')[1].split('"')[0]
    assert before
    answer = browser.get(f"/conversations/{conversation.display_id}/messages?before={before}")
    assert [f"long ago {number}" in answer.content.decode() for number in range(3)] == [True] * 3
    assert answer.headers["X-Rookery-Before"] == ""


def test_the_gateway_is_asked_and_the_page_knows_the_state(
    browser: Client, conversation: Conversation
) -> None:
    path = f"/conversations/{conversation.display_id}"
    assert browser.post(f"{path}/older").json() == {"state": "asked"}
    assert Older.objects.get().state == "asked"
    assert 'state="asked"' in browser.get(path).content.decode()
    Older.objects.update(state="none")
    assert browser.post(f"{path}/older").json() == {"state": "none"}


def test_a_deleted_messages_file_is_as_hidden_as_its_text(
    cast: Cast, browse: Browse, conversation: Conversation
) -> None:
    file = rows.file(Message.objects.get(), type="image/png")
    assert file.blob is not None
    places.storage().save(file.blob.key, ContentFile(b"bytes"))
    path = f"/attachments/{file.uuid}/x.png"
    assert browse(cast.agent).get(path).status_code == 200
    Message.objects.update(revoked_at=1)
    assert browse(cast.agent).get(path).status_code == 404
    assert browse(cast.admin).get(path).status_code == 200
    cast.account.settings = {"deleted_texts": "nobody"}
    cast.account.save()
    assert browse(cast.admin).get(path).status_code == 404
    assert browse(cast.admin).get(f"/attachments/{file.uuid}/thumb").status_code == 404
    places.storage().delete(file.blob.key)


def test_a_deleted_messages_words_find_nothing(browser: Client, conversation: Conversation) -> None:
    Message.objects.update(content="secret zebra")
    assert "Nothing found" not in browser.get("/inbox/rows?q=zebra").content.decode()
    Message.objects.update(revoked_at=1)
    assert "Nothing found" in browser.get("/inbox/rows?q=zebra").content.decode()
