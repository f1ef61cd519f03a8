"""One demo for the run, one Chromium for the folder, one signed-in profile for each agent."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Request,
    WebError,
    expect,
    sync_playwright,
)

from tests.components.conftest import FLAGS
from tests.e2e.demo import ADMIN, PASSWORD, Demo, Person
from tests.e2e.desk import PATIENCE, Desk

MakeDesk = Callable[..., Desk]
MakePerson = Callable[..., Person]
WIDE = {"width": 1440, "height": 900}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


class Watch:
    """What pages complain about, and requests that leave our server: each fails the test that runs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.problems: list[str] = []
        self._tolerated: list[str] = []

    def begin(self) -> None:
        self.problems.clear()
        self._tolerated.clear()

    def tolerate(self, pattern: str) -> None:
        """This test provokes it: lines that match are no problem."""
        self._tolerated.append(pattern)

    def over(self, context: BrowserContext) -> BrowserContext:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("request", self._request)
        return context

    def check(self) -> None:
        left = [line for line in self.problems if not any(re.search(p, line) for p in self._tolerated)]
        assert not left, "\n".join(left)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} or "Content Security Policy" in message.text:
            self.problems.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"uncaught: {error.error}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self._url, "data:", "blob:")):
            self.problems.append(f"request left the server: {request.url}")


@pytest.fixture(scope="session")
def demo(session_folder: Path) -> Iterator[Demo]:
    made = Demo(session_folder / "e2e")
    try:
        yield made.start()
    finally:
        made.close()


# Per package: while it runs, playwright's loop would be in the way of the asyncio tests of other rooms.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = os.environ.get("ROOKERY_TEST_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("Chromium is not installed")
    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def watch(demo: Demo) -> Watch:
    return Watch(demo.url)


@pytest.fixture(scope="session")
def cookies() -> dict[str, Any]:
    """Signed-in sessions by e-mail address, kept over restarts of the browser."""
    return {}


@pytest.fixture(scope="package")
def profiles(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Browser profiles by e-mail address; each has read the scripts once."""
    made: dict[str, BrowserContext] = {}
    yield made
    for context in made.values():
        context.close()


@pytest.fixture
def new_profile(browser: Browser, watch: Watch) -> Iterator[Callable[..., BrowserContext]]:
    """A profile of its own for a test that leaves traces in it; nobody is signed in."""
    made: list[BrowserContext] = []

    def make(**options: Any) -> BrowserContext:
        made.append(watch.over(_context(browser, **options)))
        return made[-1]

    yield make
    for context in made:
        context.close()


@pytest.fixture
def make_desk(
    demo: Demo, browser: Browser, watch: Watch, profiles: dict[str, BrowserContext], cookies: dict[str, Any]
) -> Iterator[MakeDesk]:
    """A page of the agent with this address, in a browser of their own; what it complains about fails the test."""
    watch.begin()
    desks: list[Desk] = []

    def make(email: str = ADMIN) -> Desk:
        if email not in profiles:
            profiles[email] = watch.over(_context(browser, storage_state=cookies.get(email)))
        context = profiles[email]
        if email not in cookies:
            sign_in(Desk(context.new_page(), demo.url), email).page.close()
            cookies[email] = context.storage_state()
        desks.append(Desk(context.new_page(), demo.url))
        return desks[-1]

    yield make
    for desk in desks:
        desk.page.close()
    watch.check()


@pytest.fixture
def desk(make_desk: MakeDesk) -> Desk:
    """The administrator's page, nothing opened yet."""
    return make_desk()


@pytest.fixture
def make_person(demo: Demo) -> MakePerson:
    return demo.person


@pytest.fixture
def person(demo: Demo) -> Person:
    """A customer who has not written yet, and whose phone says nothing by itself."""
    return demo.person(receives=False, reads=False)


@pytest.fixture
def faults(demo: Demo) -> Iterator[Callable[..., dict[str, Any]]]:
    """Orders for trouble at the gateway (docs/sandbox.md), forgotten afterwards."""
    yield lambda **fault: demo.control("/faults", **fault)
    demo.control("/faults/clear")


def sign_in(desk: Desk, email: str, password: str = PASSWORD) -> Desk:
    """Through the form, as people do."""
    desk.page.goto(desk.url + "/sign-in")
    desk.page.get_by_label("E-mail address").fill(email)
    desk.page.get_by_label("Password").fill(password)
    desk.page.get_by_role("button", name="Sign in").click()
    desk.page.wait_for_url("**/inbox*")
    return desk.online()


def _context(browser: Browser, **options: Any) -> BrowserContext:
    settings: dict[str, Any] = {"locale": "en-GB", "timezone_id": "UTC", "viewport": WIDE} | options
    context = browser.new_context(**settings)
    context.set_default_timeout(PATIENCE * 1000)
    return context
