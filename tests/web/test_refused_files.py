"""A file that WhatsApp would not take: the bubble says why and what may be done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from rookery.conversations.actions import outgoing
from rookery.conversations.models import Conversation, Message
from tests.api import rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "shown", "hidden"),
    [
        ("needs_compression", ["Compress and send", "Send as document", "130000000"], [">Retry<"]),
        ("format_unknown", ["Send as document", "does not take files of this format"], [">Retry<"]),
        ("file_unreadable", [">Retry<"], ["Send as document"]),
        ("unreachable", [">Retry<"], ["Send as document"]),
    ],
)
def test_words_and_choices(
    browser: Client, conversation: Conversation, code: str, shown: list[str], hidden: list[str]
) -> None:
    params = {"size": 130_000_000, "limit": 100_000_000}
    rows.message(
        conversation, "", direction="out", state="failed", failure_code=code, failure_params=params, via="rookery",
        source_id=None,
    )  # fmt: skip
    whole = browser.get(f"/conversations/{conversation.display_id}").content.decode()
    page = whole.split('<div class="verdict')[1].split("</div>")[0]
    assert [text in page for text in shown] == [True] * len(shown)
    assert [text in page for text in hidden] == [False] * len(hidden)


@pytest.mark.parametrize(
    ("choice", "wanted"),
    [
        ("compress", {"compress": True, "as_document": False}),
        ("document", {"compress": False, "as_document": True}),
        ("", {"compress": False, "as_document": False}),
    ],
)
def test_the_choice_reaches_the_action(
    browser: Client,
    conversation: Conversation,
    monkeypatch: pytest.MonkeyPatch,
    choice: str,
    wanted: dict[str, bool],
) -> None:
    message = rows.message(conversation, "", direction="out", state="failed", via="rookery", source_id="~1")
    seen: list[dict[str, Any]] = []

    def again(message: Message, user: object, **ways: Any) -> Message:
        seen.append(ways)
        return message

    monkeypatch.setattr(outgoing, "do_retry", again)
    browser.post(f"/messages/{message.pk}/retry", {"choice": choice} if choice else {})
    assert seen == [wanted]
