"""What can be done on a conversation's page."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rookery import journal
from rookery.accounts.models import Membership
from rookery.conversations.models import Contact, Conversation, Inbox, Message
from tests.cast import Cast
from tests.web.conftest import Browse, Receive

FETCH = {"X-Requested-With": "fetch"}
URL = "/conversations/1/messages"


def ids(html: str) -> list[str]:
    return re.findall(r'<article [^>]*id="(m-[^"]+)"', html)


def test_posted_reply_is_answered_as_its_bubble_and_waits(
    browser: Client, conversation: Conversation
) -> None:
    ref = str(uuid.uuid4())
    answer = browser.post(URL, {"text": "Yes, *today*\r\nat 9", "client_ref": ref}, headers=FETCH)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert ids(html) == [f"m-{ref}"]
    assert "Yes, <strong>today</strong>\nat 9" in html
    assert 'data-state="pending"' in html
    assert Message.objects.get(client_ref=ref).state == "pending"


def test_the_same_post_again_makes_no_second_message(browser: Client, conversation: Conversation) -> None:
    fields = {"text": "once", "client_ref": str(uuid.uuid4())}
    first = browser.post(URL, fields, headers=FETCH).content
    assert browser.post(URL, fields, headers=FETCH).content == first
    assert Message.objects.filter(direction="out").count() == 1


def test_form_without_script_comes_back_to_the_conversation(
    browser: Client, conversation: Conversation
) -> None:
    assert browser.post(URL, {"text": "plain"}).headers["Location"] == "/conversations/1"


def test_reply_quotes_a_message_of_this_chat_alone(browser: Client, receive: Receive) -> None:
    other = receive("elsewhere", chat="5521987650099")
    elsewhere = Message.objects.get(conversation=other)
    here = receive("Do you have beans?", at="2026-03-05T12:00:00Z")
    message = Message.objects.get(conversation=here)
    url = f"/conversations/{here.display_id}/messages"
    html = browser.post(url, {"text": "Yes", "reply_to": message.pk}, headers=FETCH).content.decode()
    assert f'data-quote="{message.pk}"' in html
    assert "Do you have beans?" in html
    refused = browser.post(url, {"text": "Yes", "reply_to": elsewhere.pk}, headers=FETCH)
    assert refused.status_code == 422
    assert browser.post(url, {"text": "Yes", "reply_to": 999_999}, headers=FETCH).status_code == 404


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "x" * 65_537}, "text"),
        ({"text": "x", "client_ref": "no"}, "client_ref"),
    ],
)
def test_refusal_names_the_field_and_says_why(
    browser: Client, conversation: Conversation, fields: dict[str, str], field: str
) -> None:
    answer = browser.post(URL, fields, headers=FETCH)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert answer.json()["errors"][field].endswith(".")
    assert Message.objects.filter(direction="out").count() == 0


def test_blocked_contact_cannot_be_written_to(browser: Client, conversation: Conversation) -> None:
    Contact.objects.update(blocked=True)
    answer = browser.post(URL, {"text": "x"}, headers=FETCH)
    assert answer.json()["errors"] == {"text": "This contact is blocked."}
    assert "disabled" in browser.get("/conversations/1").content.decode().partition("<textarea")[2][:400]


def test_file_becomes_a_document_that_downloads(browser: Client, conversation: Conversation) -> None:
    file = SimpleUploadedFile("price <list>.txt", b"1 kg: 89")
    html = browser.post(URL, {"text": "The list", "files": [file]}, headers=FETCH).content.decode()
    assert "kind-document" in html
    assert "The list" in html
    [address] = re.findall(r'href="(/attachments/[^"]+)"', html)
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["Cache-Control"].startswith("private")


def test_empty_file_is_refused_in_words(browser: Client, conversation: Conversation) -> None:
    answer = browser.post(URL, {"files": [SimpleUploadedFile("x.txt", b"")]}, headers=FETCH)
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"files": "The file is empty."}


def test_changes_since_a_cursor_are_new_and_changed_bubbles(browser: Client, receive: Receive) -> None:
    receive("one")
    cursor = journal.position()
    assert ids(browser.get(f"{URL}?since={cursor}").content.decode()) == []
    receive("two")
    answer = browser.get(f"{URL}?since={cursor}")
    assert "two" in answer.content.decode()
    assert "one" not in answer.content.decode()
    assert answer.headers["X-Rookery-Cursor"] == journal.position()
    assert ids(browser.get(f"{URL}?since={journal.position()}").content.decode()) == []


@pytest.mark.parametrize("since", ["", "x", "otherlife-3", "-1", "²"])
def test_cursor_of_another_life_means_a_fresh_start(
    browser: Client, conversation: Conversation, since: str
) -> None:
    answer = browser.get(f"{URL}?since={since}")
    assert answer.status_code == (200 if since == "-1" and not journal.epoch() else 409)
    assert answer.headers["X-Rookery-Reset"] == "1"


def test_older_pages_reach_every_message_once_in_order(browser: Client, receive: Receive) -> None:
    for number in range(75):
        receive(f"n{number}", at=f"2026-03-04T12:{number // 60:02}:{number % 60:02}Z")
    page = browser.get("/conversations/1").content.decode()
    seen = ids(page)
    before = re.findall(r' before="([^"]*)"', page)[0]
    while before:
        answer = browser.get(URL, {"before": before})
        seen = ids(answer.content.decode()) + seen
        before = answer.headers["X-Rookery-Before"]
    expected = Message.objects.order_by("at", "tie").values_list("client_ref", flat=True)
    assert seen == [f"m-{ref}" for ref in expected]
    assert browser.get(URL, {"before": "nonsense"}).status_code == 400


def test_resolve_and_reopen_answer_the_bar(browser: Client, conversation: Conversation) -> None:
    resolved = browser.put("/conversations/1/resolution")
    assert 'hx-delete="/conversations/1/resolution"' in resolved.content.decode()
    assert Conversation.objects.get().status == "resolved"
    reopened = browser.delete("/conversations/1/resolution")
    assert 'hx-put="/conversations/1/resolution"' in reopened.content.decode()
    assert Conversation.objects.get().status == "open"


def test_reopening_beside_a_newer_one_leads_there(browser: Client, receive: Receive) -> None:
    receive("old")
    browser.put("/conversations/1/resolution")
    Inbox.objects.update(after_resolved="new")
    later = datetime.now(UTC) + timedelta(minutes=1)
    receive("new", at=later.strftime("%Y-%m-%dT%H:%M:%SZ"))
    answer = browser.delete("/conversations/1/resolution")
    assert answer.status_code == 422
    assert answer.headers["HX-Redirect"] == "/conversations/2"
    assert "here it is" in browser.get("/conversations/2").content.decode()


def test_assigning_to_me_to_a_colleague_and_to_nobody(
    cast: Cast, browser: Client, conversation: Conversation
) -> None:
    form = "application/x-www-form-urlencoded"

    def assign(who: object) -> int:
        return browser.put("/conversations/1/assignment", f"assignee={who}", content_type=form).status_code

    assert assign("me") == 200
    assert Conversation.objects.get().assignee == cast.agent
    assert assign(cast.admin.pk) == 200
    assert Conversation.objects.get().assignee == cast.admin
    for stranger in (cast.bystander.pk, cast.outsider.pk, "x", 0):
        assert assign(stranger) == 404
    assert browser.delete("/conversations/1/assignment").status_code == 200
    assert Conversation.objects.get().assignee is None


def test_reading_clears_the_unread_count(browser: Client, conversation: Conversation) -> None:
    assert Conversation.objects.get().unread_count == 1
    assert browser.post("/conversations/1/read").status_code == 204
    assert Conversation.objects.get().unread_count == 0
    assert 'data-part="unread"' not in browser.get("/conversations/1").content.decode()


def outgoing(browser: Client, **state: object) -> Message:
    browser.post(URL, {"text": "hi"}, headers=FETCH)
    Message.objects.filter(direction="out").update(**state)
    return Message.objects.get(direction="out")


def test_failed_message_says_why_and_is_retried(browser: Client, conversation: Conversation) -> None:
    message = outgoing(
        browser, state="failed", failure_code="refused_by_whatsapp", failure_params={"number": 463}
    )
    page = browser.get("/conversations/1").content.decode()
    assert "WhatsApp refused the message (error 463)." in page
    assert f'hx-post="/messages/{message.pk}/retry"' in page
    assert browser.post(f"/messages/{message.pk}/retry").status_code == 204
    assert Message.objects.get(pk=message.pk).state == "pending"
    again = browser.post(f"/messages/{message.pk}/retry", headers=FETCH)
    assert again.status_code == 422
    assert again.json()["errors"] == {"message": "This message is on its way already."}


@pytest.mark.parametrize(("choice", "state"), [("arrived", "sent"), ("again", "pending")])
def test_uncertain_message_is_settled_by_the_agent(
    browser: Client, conversation: Conversation, choice: str, state: str
) -> None:
    message = outgoing(browser, state="uncertain", failure_code="timed_out")
    page = browser.get("/conversations/1").content.decode()
    assert "Not sure it arrived." in page
    assert "Send again" in page
    url = f"/messages/{message.pk}/settlement"
    assert browser.post(url, {"choice": "maybe"}).status_code == 400
    assert browser.post(url, {"choice": choice}).status_code == 204
    assert Message.objects.get(pk=message.pk).state == state


def test_stale_message_asks_and_is_cancelled(browser: Client, conversation: Conversation) -> None:
    message = outgoing(browser, state="stale")
    page = browser.get("/conversations/1").content.decode()
    assert "Still send?" in page
    assert f'hx-delete="/messages/{message.pk}"' in page
    assert browser.delete(f"/messages/{message.pk}").status_code == 204
    assert Message.objects.get(pk=message.pk).state == "cancelled"


@pytest.mark.parametrize("code", ["", "no_such_code"])
def test_reason_of_an_unknown_code_does_not_stop_the_page(
    browser: Client, conversation: Conversation, code: str
) -> None:
    outgoing(browser, state="failed", failure_code=code, failure_params={"x": "<b>%(y)s"})
    assert browser.get("/conversations/1").status_code == 200


def test_merged_conversation_leads_to_what_it_became(browser: Client, receive: Receive) -> None:
    receive("a", chat="5521987650001")
    other = receive("b", chat="5521987650002", at="2026-05-04T12:00:00Z")
    Conversation.objects.filter(display_id=1).update(status="resolved", merged_into=other)
    assert browser.get("/conversations/1").headers["Location"] == f"/conversations/{other.display_id}"


def test_administrator_without_membership_of_the_inbox_sees_it(
    cast: Cast, browse: Browse, conversation: Conversation
) -> None:
    assert browse(cast.admin).get("/conversations/1").status_code == 200
    Membership.objects.filter(user=cast.admin).update(role="agent")
    assert browse(cast.admin).get("/conversations/1").status_code == 404
