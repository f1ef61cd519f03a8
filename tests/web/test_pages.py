"""Pages and fragments: who gets them, with which headers, at how many queries."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver

from rookery.accounts.models import User
from rookery.conversations.models import Conversation, Merge, Message
from rookery.web.middleware import POLICY
from tests import make
from tests.cast import Cast
from tests.web.conftest import Browse, Receive

PAGES = [
    "/inbox",
    "/inbox?status=all&assignee=mine&q=zz",
    "/conversations/1",
    "/numbers",
    "/contacts",
    "/preferences",
    "/sign-in",
]
PARTS = [
    "/inbox/rows",
    "/conversations/1/header",
    "/conversations/1/banner",
    "/conversations/1/messages?since=0",
]


@pytest.mark.parametrize("address", [*PAGES, *PARTS, "/nothing", "/conversations/99"])
def test_every_answer_has_the_strict_policy(
    browser: Client, conversation: Conversation, address: str
) -> None:
    answer = browser.get(address)
    policy = answer.headers["Content-Security-Policy"]
    assert policy == POLICY
    assert "unsafe" not in policy
    assert "*" not in policy
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", PAGES)
def test_page_is_whole_and_speaks_its_language(
    browser: Client, conversation: Conversation, address: str
) -> None:
    english = browser.get(address, follow=True).content.decode()
    portuguese = browser.get(address, follow=True, headers={"Accept-Language": "pt-BR"}).content.decode()
    assert english.startswith("<!doctype html>")
    assert '<html lang="en"' in english
    assert '<html lang="pt-br"' in portuguese
    assert len(re.findall(r'id="([^"]+)"', english)) == len(set(re.findall(r'id="([^"]+)"', english)))


def test_conversation_page_shows_list_log_composer_and_panel(browser: Client, receive: Receive) -> None:
    receive("*Good* morning", from_name="Bia", at="2026-03-04T12:00:00Z")
    page = browser.get("/conversations/1").content.decode()
    assert "<strong>Good</strong> morning" in page
    assert page.count("Bia") >= 3
    assert 'id="c-1"' in page
    assert '<chat-composer conversation="1"' in page
    assert "+55 21 98765-0000" in page
    assert 'data-day="2026-03-04"' in page
    assert 'data-part="unread"' in page


def test_pane_alone_is_answered_to_a_click_in_the_list(browser: Client, conversation: Conversation) -> None:
    headers = {"HX-Request": "true", "HX-Target": "pane"}
    answer = browser.get("/conversations/1", headers=headers)
    html = answer.content.decode()
    assert html.startswith("<title>Bia · Rookery</title>")
    assert '<div class="pane" id="pane" data-conversation="1">' in html
    assert "<rail" not in html
    assert 'id="list"' not in html
    assert "HX-Request" in answer.headers["Vary"]


def test_rows_carry_their_own_address_and_the_unread_count(
    browser: Client, conversation: Conversation
) -> None:
    answer = browser.get("/inbox/rows?status=all&q=hello")
    assert answer.headers["X-Rookery-Unread"] == "1"
    assert '<div class="rows-part" data-src="/inbox/rows?status=all&amp;q=hello">' in answer.content.decode()
    assert 'href="/conversations/1?status=all&amp;q=hello"' in answer.content.decode()
    assert "Nothing found" in browser.get("/inbox/rows?q=zebra").content.decode()


def test_longer_list_is_offered_and_answered(browser: Client, receive: Receive) -> None:
    for number in range(26):
        receive("x", chat=f"552198765{number:04}")
    short = browser.get("/inbox/rows").content.decode()
    assert short.count('class="row ') == 25
    assert 'hx-get="/inbox/rows?rows=50"' in short
    long = browser.get("/inbox/rows?rows=50").content.decode()
    assert long.count('class="row ') == 26
    assert "hx-trigger" not in long


@pytest.mark.parametrize(
    "query",
    ["?status=bogus&assignee=me", "?inbox=x&rows=-1", "?inbox=٣&rows=99999999", "?q=" + "%00%0a" * 90],
)
def test_address_that_makes_no_sense_falls_back_to_the_default(
    browser: Client, conversation: Conversation, query: str
) -> None:
    assert browser.get("/inbox" + query).status_code == 200
    assert browser.get("/inbox/rows" + query).status_code == 200


def addresses() -> list[str]:
    """Every address of the pages, filled in for conversation 1 and its message."""
    patterns: list[str] = []

    def walk(entries: Sequence[URLPattern | URLResolver]) -> None:
        for entry in entries:
            if isinstance(entry, URLPattern):
                if entry.callback.__module__.startswith("rookery.web.views"):
                    patterns.append("/" + str(entry.pattern))
            else:
                walk(entry.url_patterns)

    walk(get_resolver().url_patterns)
    return patterns


OWNED = [pattern for pattern in addresses() if "<int" in pattern or "<uuid" in pattern]
METHODS = ("get", "post", "put", "delete")


def fill(pattern: str, conversation: Conversation, message: Message) -> str:
    values = {
        "int:display_id": str(conversation.display_id),
        "int:pk": str(message.pk),
        "uuid:uuid": str(uuid.uuid4()),
        "int:card": "0",
        "int:inbox_id": str(conversation.inbox_id),
        "int:other": str(conversation.contact_id),
        "int:merge_id": str(
            Merge.objects.create(
                account_id=conversation.account_id,
                kept_id=conversation.contact_id,
                merged_id=conversation.contact_id,
                at=1,
            ).pk
        ),
        "int:job_id": "1",
        "str:act": "pause",
        "str:version": "x",
        "int:index": "0",
        "str:name": "x.ogg",
    }
    return re.sub(r"<([^>]+)>", lambda found: values[found[1]], pattern)


@pytest.mark.parametrize("pattern", OWNED)
@pytest.mark.parametrize("who", ["bystander", "outsider"])
def test_what_is_not_yours_does_not_exist(
    cast: Cast, browse: Browse, conversation: Conversation, pattern: str, who: str
) -> None:
    user: User = getattr(cast, who)
    message = Message.objects.get()
    client, address = browse(user), fill(pattern, conversation, message)
    answers = {client.generic(method.upper(), address).status_code for method in METHODS}
    assert answers <= {404, 405}
    assert 404 in answers
    body = client.get(address).content.decode()
    assert "Bia" not in body
    assert str(message.client_ref) not in body


@pytest.mark.parametrize(
    "path",
    ["/inbox", "/inbox/rows?status=all&q=hello", "/numbers", "/contacts", "/contacts?q=ia", "/events"],
)
@pytest.mark.parametrize("who", ["bystander", "outsider"])
def test_lists_hold_nothing_of_other_inboxes(
    cast: Cast, browse: Browse, conversation: Conversation, path: str, who: str
) -> None:
    body = browse(getattr(cast, who)).get(path).content.decode()
    assert "Bia" not in body
    assert "/conversations/" not in body
    assert "0000001" not in body


@pytest.mark.parametrize("pattern", addresses())
def test_without_a_session_pages_lead_to_the_sign_in(
    conversation: Conversation, client: Client, pattern: str
) -> None:
    if pattern.startswith(("/sign-", "/setup/", "/enter/")) or pattern == "/":
        return
    address = fill(pattern, conversation, Message.objects.get())
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/sign-in?next=")
    assert client.get(address, headers={"X-Requested-With": "fetch"}).status_code == 401
    assert client.post(address).status_code == 401
    htmx = client.get(address, headers={"HX-Request": "true"})
    assert htmx.status_code == 401
    assert htmx.headers["HX-Redirect"] == "/sign-in?expired=1"


def queries_of(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_queries_of_the_inbox_do_not_grow_with_its_rows(browser: Client, receive: Receive) -> None:
    for number in range(3):
        receive("x", chat=f"552198765{number:04}")
    before = queries_of(browser, "/inbox")
    for number in range(3, 20):
        receive("x", chat=f"552198765{number:04}")
    assert queries_of(browser, "/inbox") == before
    assert 5 < before < 25


def test_queries_of_a_conversation_do_not_grow_with_its_messages(browser: Client, receive: Receive) -> None:
    first = make.source_id()
    receive("one", id=first)
    receive("two", replied_to_id=first, quoted_body="one")
    before = queries_of(browser, "/conversations/1")
    for number in range(20):
        receive(f"more {number}", replied_to_id=first, quoted_body="one")
    assert queries_of(browser, "/conversations/1") == before
    assert 5 < before < 35


def test_error_pages_say_what_to_do_and_ask_the_database_nothing(client: Client, db: None) -> None:
    from django.test import RequestFactory

    from rookery.web.views import errors

    request = RequestFactory().get("/x")
    with CaptureQueriesContext(connection) as seen:
        answers = [errors.bad_request(request), errors.forbidden(request), errors.not_found(request)]
        answers += [errors.server_error(request), errors.csrf_failure(request)]
    assert len(seen) == 0
    assert [answer.status_code for answer in answers] == [400, 403, 404, 500, 403]
    assert all(b"<h1>" in answer.content for answer in answers)
    part = errors.not_found(RequestFactory().get("/x", headers={"HX-Request": "true"}))
    assert part.headers["Content-Type"].startswith("text/plain")
