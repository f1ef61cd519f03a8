"""Rows in words."""

from __future__ import annotations

import inspect
import re
import uuid
from datetime import UTC, datetime
from types import ModuleType

import pytest
from django.test import Client

from rookery.channels.models import DeviceState
from rookery.conversations.actions import outgoing, triage
from rookery.conversations.models import Attachment, Blob, Contact, Conversation, Inbox, Message
from rookery.conversations.queries import list_messages
from rookery.providers.sentences import SENTENCES
from rookery.web.presenters import files, inbox, messages, numbers, people, states, words
from rookery.web.presenters.conversation import page
from tests import make
from tests.cast import Cast
from tests.web.conftest import Receive

GROUP = "120363000000000001@g.us"


def test_every_reason_a_provider_gives_has_its_words() -> None:
    shown = {code for code in SENTENCES if not code.startswith("config_") and code != "unparsable"}
    assert shown <= set(words.FAILURES)
    # The same sentence, so that logs, API and pages agree; one is shorter here.
    differ = {code for code in shown if words.FAILURES[code] != SENTENCES[code]}
    assert differ <= {"templates_unsupported"}


@pytest.mark.parametrize("module", [outgoing, triage])
def test_every_refusal_of_an_action_has_its_words(module: ModuleType) -> None:
    codes = set(re.findall(r'Refused\(\s*"([a-z_]+)"', inspect.getsource(module)))
    assert codes
    assert codes <= set(words.REFUSALS)


def test_every_state_of_a_message_has_its_tick() -> None:
    ours = set(Message.State.values) - {"received"}
    assert ours == set(states.TICKS)


def test_every_state_of_a_device_and_a_file_has_its_look() -> None:
    assert set(DeviceState.State.values) == set(numbers.LOOKS)
    assert set(Attachment.State.values) == set(files.STATES)


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Beatriz Nunes", "BN"),
        ("Oficina do Zé", "OZ"),
        ("joana", "J"),
        ("+62 812 3456 7890", "90"),
        ("🙏 Ana", "A"),
        ("", "?"),
        ("李 小龙", "李小"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert people.initials(name) == letters


def test_name_of_a_contact_falls_back_to_what_is_known() -> None:
    contact = Contact(pk=1, name="", push_name="Bia \u202e", phone="+5521987650000")
    assert people.contact_name(contact) == "Bia"
    contact.push_name = ""
    assert people.contact_name(contact) == "+55 21 98765-0000"
    contact.phone = ""
    assert people.contact_name(contact) == "Unknown number"


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0:00"), (9, "0:09"), (750, "12:30"), (3723, "1:02:03")])
def test_duration(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_order_is_read_back_as_the_place_it_names() -> None:
    message = Message(at=1_772_625_600, tie="3EB0.A.B")
    assert messages.position(messages.order(message)) == (1_772_625_600, "3EB0.A.B")
    assert messages.position("x.y") is None
    assert messages.position("12") is None


def shown(conversation: Conversation) -> list[Message]:
    return list_messages(conversation)


def test_group_bubbles_name_their_author(receive: Receive) -> None:
    sender = "5521987650001@s.whatsapp.net"
    conversation = receive("the crates arrive", chat=GROUP, **{"from": sender, "from_name": "Ana Souza"})
    [message] = shown(conversation)
    made = messages.bubble(message, conversation.contact)
    assert made.show_name
    assert made.author.name == "Ana Souza"
    assert messages.preview(message, conversation.contact).author == "Ana"


def test_bubbles_of_one_person_close_ranks_and_days_divide(cast: Cast, receive: Receive) -> None:
    for at in ("2026-03-04T12:00:00Z", "2026-03-04T12:01:00Z", "2026-03-05T09:00:00Z"):
        receive("x", at=at)
    Conversation.objects.update(unread_count=0)
    conversation = Conversation.objects.get()
    lines = page(cast.viewer(), conversation).log.lines
    kinds = [
        "day" if line.day else "unread" if line.unread else "first" if line.first else "next"
        for line in lines
    ]
    assert kinds == ["day", "first", "next", "day", "first"]


def test_unread_line_stands_before_the_first_unread(cast: Cast, receive: Receive) -> None:
    for at in range(3):
        receive(f"n{at}", at=f"2026-03-04T12:00:0{at}Z")
    Conversation.objects.update(unread_count=2)
    conversation = Conversation.objects.get()
    lines = page(cast.viewer(), conversation).log.lines
    assert [line.bubble.text if line.bubble else line.unread for line in lines] == [
        False,
        "n0",
        True,
        "n1",
        "n2",
    ]


def attach(cast: Cast, message: Message, kind: str, **fields: object) -> Attachment:
    blob_fields = {
        name: fields.pop(name) for name in ("width", "height", "duration_ms", "type") if name in fields
    }
    blob = None
    if fields.pop("stored", True):
        blob_fields.setdefault("type", "image/jpeg")
        blob = Blob.objects.create(
            account=cast.account,
            sha256=uuid.uuid4().bytes * 2,
            size=1234,
            key=str(uuid.uuid4()),
            **blob_fields,
        )
        fields.setdefault("state", "stored")
    return Attachment.objects.create(account=cast.account, message=message, kind=kind, blob=blob, **fields)


def test_picture_reserves_the_place_it_will_take(cast: Cast, conversation: Conversation) -> None:
    [message] = shown(conversation)
    attachment = attach(cast, message, "image", width=4000, height=1000, name="a/b\u202e.jpg")
    made = files.media(attachment)
    assert (made.width, made.height) == (320, 80)
    assert made.url == f"/attachments/{attachment.uuid}/a_b.jpg"
    assert made.state == "ready"


def test_file_that_browsers_do_not_show_is_a_document(cast: Cast, conversation: Conversation) -> None:
    [message] = shown(conversation)
    attach(cast, message, "image", type="image/svg+xml", name="logo.svg")
    made = messages.bubble(shown(conversation)[0], conversation.contact)
    assert made.kind == "document"
    assert made.media[0].label == "SVG"


def test_failed_file_and_a_lost_one_offer_another_try(cast: Cast, conversation: Conversation) -> None:
    [message] = shown(conversation)
    failed = attach(
        cast, message, "image", stored=False, state="failed", path="statics/x.jpg", error="not_available"
    )
    gone = attach(cast, message, "image", stored=False, state="gone", path="statics/y.jpg")
    assert files.media(failed).retry_url == f"/attachments/{failed.uuid}/retry"
    assert "not available" in files.media(failed).words
    assert files.media(gone).retry_url == f"/attachments/{gone.uuid}/retry"


def test_voice_message_tells_its_length_in_the_list(cast: Cast, conversation: Conversation) -> None:
    [message] = shown(conversation)
    Message.objects.update(content="")
    attach(cast, message, "voice", type="audio/ogg", duration_ms=14_200)
    preview = messages.preview(shown(conversation)[0], conversation.contact)
    assert (preview.text, preview.icon) == ("Voice message, 0:14", "mic")


def test_banner_and_dot_tell_of_a_lost_phone(cast: Cast, browser: Client, conversation: Conversation) -> None:
    DeviceState.objects.create(channel=cast.channel, state="lost", since=datetime.now(UTC))
    numbers.forget()
    html = browser.get("/conversations/1").content.decode()
    assert "lost its phone" in html
    assert "1 number needs attention" in html
    assert "Phone lost" in browser.get("/numbers").content.decode()


def test_inbox_without_a_number_can_be_read_but_not_answered(
    cast: Cast, browser: Client, conversation: Conversation
) -> None:
    Inbox.objects.update(channel=None)
    html = browser.get("/conversations/1").content.decode()
    assert "You can read, but not reply." in html
    assert "disabled" in html.partition("<textarea")[2][:400]


def test_row_shows_name_preview_unread_and_holder(cast: Cast, receive: Receive) -> None:
    receive("one", from_name="Bia")
    receive("two *bold*\nlines", at="2026-03-04T12:01:00Z")
    Conversation.objects.update(assignee=cast.agent)
    [row] = inbox.rows_page(cast.viewer(), inbox.Asked()).rows
    assert (row.name, row.unread, row.preview.text) == ("Bia", 2, "two *bold* lines")
    assert row.assignee_name == "Agent"


def test_message_kept_without_being_understood_says_so(cast: Cast, conversation: Conversation) -> None:
    Message.objects.update(kind="unsupported", content="", unsupported="newsletter.message")
    [message] = shown(conversation)
    assert messages.bubble(message, conversation.contact).kind == "unsupported"
    assert messages.preview_text(message) == "Message of another kind"


def test_quote_of_a_message_that_is_not_here_shows_what_came_with_it(receive: Receive) -> None:
    conversation = receive("yes", replied_to_id=make.source_id(), quoted_body="Beans?")
    [message] = shown(conversation)
    quote = messages.bubble(message, conversation.contact).quote
    assert quote is not None
    assert (quote.message_id, quote.text) == (None, "Beans?")
