"""The stream: what it carries, to whom, from where, and when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from rookery import db, journal
from rookery.accounts import people
from rookery.accounts.models import Membership, User
from rookery.conversations.actions.inboxes import do_set_members
from rookery.journal.models import Fact
from rookery.realtime import endpoint, streams
from rookery.realtime.hub import hub
from tests.cast import Cast, make_cast

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(user: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def fact(cast: Cast, message: int = 1, **more: Any) -> None:
    with db.write():
        journal.record(
            "message.created", account=cast.account.pk, inbox=cast.inbox.pk, message=message, **more
        )


in_thread = sync_to_async(thread_sensitive=False)


class Browser:
    """One client of the raw endpoint."""

    def __init__(self, key: str, cursor: str = "", method: str = "GET") -> None:
        self.scope = {
            "type": "http",
            "method": method,
            "path": "/live",
            "query_string": f"cursor={cursor}".encode(),
            "headers": [(b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode())],
        }
        self.status = 0
        self.text = ""
        self.ended = False
        self._left = asyncio.Event()
        self._news = asyncio.Event()

    async def receive(self) -> MutableMapping[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.text += message.get("body", b"").decode()
            self.ended = not message.get("more_body", False)
        self._news.set()

    async def until(self, words: str, seconds: float = 5) -> str:
        async with asyncio.timeout(seconds):
            while words not in self.text:
                self._news.clear()
                await self._news.wait()
        return self.text

    async def until_ended(self) -> None:
        async with asyncio.timeout(5):
            while not self.ended:
                self._news.clear()
                await self._news.wait()

    def leave(self) -> None:
        self._left.set()


@asynccontextmanager
async def open_stream(user: User, cursor: str = "") -> AsyncIterator[Browser]:
    browser = Browser(await in_thread(sign_in)(user), cursor)
    task = asyncio.ensure_future(endpoint.app(browser.scope, browser.receive, browser.send))
    try:
        await browser.until("retry:")
        yield browser
    finally:
        browser.leave()
        await task
        hub.close()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


async def test_member_hears_a_new_fact(cast: Cast) -> None:
    async with open_stream(cast.agent) as browser:
        await in_thread(fact)(cast, 41, incoming=True)
        text = await browser.until('"message": 41')
    assert "event: message.created" in text
    assert '"incoming": true' in text
    assert f"id: {await in_thread(journal.position)()}" in text


@pytest.mark.parametrize("who", ["bystander", "outsider"])
async def test_stranger_hears_nothing(cast: Cast, who: str) -> None:
    async with open_stream(getattr(cast, who)) as stranger, open_stream(cast.agent) as browser:
        await in_thread(fact)(cast, 41)
        await browser.until('"message": 41')
        await asyncio.sleep(0.1)
        assert "message" not in stranger.text


async def test_resume_gives_what_was_missed_once(cast: Cast) -> None:
    await in_thread(fact)(cast, 1)
    cursor = await in_thread(journal.position)()
    await in_thread(fact)(cast, 2)
    async with open_stream(cast.agent, cursor) as browser:
        await in_thread(fact)(cast, 3)
        text = await browser.until('"message": 3')
    assert text.count('"message": 2') == 1
    assert '"message": 1,' not in text
    assert text.index('"message": 2') < text.index('"message": 3')


@pytest.mark.parametrize("cursor", ["deadbeef-1", "nonsense", "-5", "{epoch}-999999"])
async def test_worthless_cursor_means_reset(cast: Cast, cursor: str) -> None:
    await in_thread(fact)(cast, 1)
    epoch = await in_thread(journal.epoch)()
    async with open_stream(cast.agent, cursor.format(epoch=epoch)) as browser:
        await browser.until("event: reset")


async def test_pruned_cursor_means_reset(cast: Cast) -> None:
    await in_thread(fact)(cast, 1)
    cursor = await in_thread(journal.position)()
    for message in (2, 3):
        await in_thread(fact)(cast, message)
    await in_thread(Fact.objects.filter(message_id__lte=2).delete)()
    async with open_stream(cast.agent, cursor) as browser:
        await browser.until("event: reset")


async def test_signed_out_gets_401() -> None:
    browser = Browser("no-such-session")
    await endpoint.app(browser.scope, browser.receive, browser.send)
    assert browser.status == 401


async def test_post_gets_405() -> None:
    browser = Browser("", method="POST")
    await endpoint.app(browser.scope, browser.receive, browser.send)
    assert browser.status == 405


async def test_changed_password_ends_the_stream_at_once(cast: Cast) -> None:
    async with open_stream(cast.agent) as browser:
        await in_thread(people.do_set_password)(cast.agent, "another long passphrase")
        await browser.until_ended()


async def test_lost_membership_ends_the_stream(cast: Cast) -> None:
    def leave() -> None:
        with db.write():
            Membership.objects.filter(user=cast.agent).delete()
            journal.record("access.changed", account=cast.account.pk, user=cast.agent.pk)

    async with open_stream(cast.agent) as browser:
        await in_thread(leave)()
        await browser.until_ended()


async def test_agent_taken_out_of_the_inbox_hears_no_more_of_it(cast: Cast) -> None:
    async with open_stream(cast.agent) as browser, open_stream(cast.admin) as admin:
        await in_thread(do_set_members)(cast.inbox, [])
        await in_thread(fact)(cast, 7)
        await admin.until('"message": 7')
        await asyncio.sleep(0.1)
        assert '"message": 7' not in browser.text
        assert not browser.ended


async def test_browser_that_falls_far_behind_is_told_to_start_over(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ROOM", 3)
    viewer = await in_thread(cast.viewer)(cast.agent)
    stream = streams.Stream(viewer, "key")
    from rookery.realtime.frames import Frame

    for number in range(1, 6):
        stream.offer(Frame(number, "message.created", cast.account.pk, cast.inbox.pk, None, b"x"))
    assert stream.take(0)[0].startswith(b"event: reset")


async def test_whisper_reaches_the_page_and_has_no_id(cast: Cast, data_dir: object) -> None:
    async with open_stream(cast.agent) as browser:
        await asyncio.sleep(0.2)
        whisper = in_thread(journal.whisper)
        await whisper("contact.typing", account=cast.account.pk, inbox=cast.inbox.pk, state="composing")
        text = await browser.until("contact.typing")
    assert "id:" not in text.partition("retry: 1000")[2]
